//! The program `handspun`.

use std::{
    collections::HashMap,
    ffi::OsString,
    io::{self, Write as _},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{App, Log, Options, RuntimeConfig, descriptors, serve, stderr, variables};

/// Runs Spin applications on one machine.
#[derive(Debug, Parser)]
#[command(name = "handspun", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve an application over HTTP
    Up(Up),
}

#[derive(Debug, Args)]
struct Up {
    /// The application's manifest, or the folder with its spin.toml
    #[arg(
        short,
        long = "from",
        alias = "file",
        value_name = "FILE",
        default_value = "spin.toml"
    )]
    from: PathBuf,

    /// The address and port to listen on
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "SPIN_HTTP_LISTEN_ADDR",
        default_value = "127.0.0.1:3000"
    )]
    listen: SocketAddr,

    /// Set a variable of the application; repeatable, the last one of a name
    /// counts
    #[arg(long, value_name = "KEY=VALUE | KEY=@FILE | @FILE.json | @FILE.toml")]
    variable: Vec<String>,

    /// The folder for logs and other state; with an empty name none is kept [default: .spin
    /// beside the manifest]
    #[arg(long, value_name = "FOLDER")]
    state_dir: Option<OsString>,

    /// A file that says which databases and key-value stores the application's labels
    /// stand for
    #[arg(long, value_name = "FILE", env = "RUNTIME_CONFIG_FILE")]
    runtime_config_file: Option<PathBuf>,

    /// Set a key of the key-value store `default` before the start; repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    key_value: Vec<(String, String)>,

    /// Run a statement on the SQLite database `default` before the start, or all
    /// statements of a file on `default` or another database; repeatable
    #[arg(long, value_name = "SQL | @FILE | @FILE:DATABASE")]
    sqlite: Vec<String>,

    /// Empty the log files of components before the start
    #[arg(long)]
    truncate_logs: bool,

    /// Show neither requests nor what components print; logs are kept all the same
    #[arg(short, long)]
    quiet: bool,
}

/// The file that `spin up`, too, takes variables from.
const DOTENV: &str = ".env";

/// The manifest's name in a folder.
const MANIFEST: &str = "spin.toml";

/// Where `spin up` keeps the state of an application.
const STATE_DIR: &str = ".spin";

impl Cli {
    /// Does what the command line says; returns when that is done.
    ///
    /// # Errors
    ///
    /// Whatever keeps the application from being served, as a message for the
    /// terminal.
    pub async fn run(self) -> anyhow::Result<()> {
        stderr::log_panics();
        descriptors::raise_limit();
        match self.command {
            Command::Up(up) => up.run().await,
        }
    }
}

impl Up {
    async fn run(self) -> anyhow::Result<()> {
        let mut arguments = HashMap::new();
        for argument in &self.variable {
            arguments.extend(variables::parse_argument(argument).context("--variable")?);
        }
        let runtime_config = match &self.runtime_config_file {
            Some(file) => RuntimeConfig::load(file)?,
            None => RuntimeConfig::default(),
        };
        let options = Options {
            variables: variables::Sources::of_process(arguments, DOTENV.as_ref())?,
            quiet: self.quiet,
            state_dir: self.state_dir(),
            truncate_logs: self.truncate_logs,
            runtime_config,
            sqlite: self.sqlite.clone(),
            key_values: self.key_value.clone(),
            ..Options::default()
        };
        let manifest = self.manifest();
        let access = (!self.quiet).then(Log::default);
        // The port first: loading may take seconds, and would be for nothing.
        let listener = self.bind().await?;
        let app = tokio::task::spawn_blocking(|| App::from_manifest(manifest, options));
        let app = Arc::new(app.await??);
        // Before the announcement, so that whoever reads it can already stop us.
        let shutdown = stop_signal()?;
        // Whoever has stopped listening is served all the same.
        let _ = announce(&app, listener.local_addr()?);
        serve(listener, app, access, shutdown).await;
        Ok(())
    }

    /// The manifest: as `spin up` has it, a folder stands for the `spin.toml` in it.
    fn manifest(&self) -> PathBuf {
        if self.from.is_dir() {
            self.from.join(MANIFEST)
        } else {
            self.from.clone()
        }
    }

    /// The state folder, or `None` where an empty name says that there is to be none.
    fn state_dir(&self) -> Option<PathBuf> {
        match &self.state_dir {
            Some(folder) if folder.is_empty() => None,
            Some(folder) => Some(folder.into()),
            None => Some(self.manifest().with_file_name(STATE_DIR)),
        }
    }

    async fn bind(&self) -> anyhow::Result<TcpListener> {
        let address = self.listen;
        TcpListener::bind(address).await.map_err(|error| {
            if error.kind() == io::ErrorKind::AddrInUse {
                anyhow::anyhow!(
                    "{address} is already in use; another can be given with --listen ADDRESS:PORT"
                )
            } else {
                anyhow::anyhow!("cannot listen on {address}: {error}")
            }
        })
    }
}

/// What `--key-value` takes: all behind the first `=` is the value.
fn key_value(argument: &str) -> anyhow::Result<(String, String)> {
    let (key, value) = argument.split_once('=').context("it must be KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Says what is served where, as `spin up` does, for people and for scripts.
fn announce(app: &App, address: SocketAddr) -> io::Result<()> {
    let base = format!("http://{address}");
    let mut out = io::stdout().lock();
    writeln!(out, "Serving {base}")?;
    writeln!(out, "Available Routes:")?;
    for route in app.router().routes() {
        writeln!(out, "  {}: {base}{route}", route.component)?;
        let components = &app.manifest().components;
        let component = components.iter().find(|c| c.id == route.component);
        if let Some(component) = component.filter(|c| !c.description.is_empty()) {
            writeln!(out, "    {}", component.description)?;
        }
    }
    out.flush()
}

/// Ready when the process is told to stop.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
