//! The program `handspun`.

mod signals;

use std::{
    collections::HashMap,
    env,
    ffi::OsString,
    fmt::Write as _,
    io::{self, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    App, Options, RuntimeConfig,
    cli::signals::StopSignals,
    http::open_files,
    load::{
        environment,
        find_manifest::{self, MANIFEST},
        variables,
    },
    log::stderr,
    serve,
};

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
    /// The application's manifest, or the folder with its spin.toml [default: spin.toml here
    /// or in the nearest folder above]
    #[arg(short, long = "from", alias = "file", value_name = "FILE")]
    from: Option<PathBuf>,

    /// The address or name, and port, to listen on
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "SPIN_HTTP_LISTEN_ADDR",
        default_value = "127.0.0.1:3000",
        value_parser = find_manifest::listen_address
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

/// The file that variables are read from, as by `spin up`.
const DOTENV: &str = ".env";

/// Where `spin up` keeps the state of an application.
const STATE_DIR: &str = ".spin";

/// The exit status after a second Ctrl-C: what a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has done its work.
    Done,
    /// Ctrl-C came twice, so it ended at once.
    Interrupted,
}

impl End {
    /// The exit status.
    pub fn code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Interrupted => ExitCode::from(INTERRUPTED),
        }
    }
}

impl Cli {
    /// Does what the command line says; returns when that is done.
    ///
    /// # Errors
    ///
    /// Whatever keeps the application from being served, as a message for the
    /// terminal.
    pub async fn run(self) -> anyhow::Result<End> {
        stderr::log_panics();
        open_files::raise_limit();
        match self.command {
            Command::Up(up) => up.run().await,
        }
    }
}

impl Up {
    async fn run(self) -> anyhow::Result<End> {
        let names: Vec<_> = env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .collect();
        environment::refuse_tls(names.iter().map(String::as_str))?;
        let mut arguments = HashMap::new();
        for argument in &self.variable {
            arguments.extend(variables::parse_argument(argument).context("--variable")?);
        }
        let runtime_config = match &self.runtime_config_file {
            Some(file) => RuntimeConfig::load(file)?,
            None => RuntimeConfig::default(),
        };
        let manifest = self.manifest()?;
        let options = Options {
            variables: variables::Sources::from_process(arguments, DOTENV.as_ref())?,
            quiet: self.quiet,
            state_dir: self.state_dir(&manifest),
            truncate_logs: self.truncate_logs,
            runtime_config,
            sqlite: self.sqlite.clone(),
            key_values: self.key_value.clone(),
            ..Options::default()
        };
        if let Some(warning) = environment::warning(names.iter().map(String::as_str)) {
            options.log.line(&warning);
        }
        let app = tokio::task::spawn_blocking(|| App::from_manifest(manifest, options));
        let app = Arc::new(app.await??);
        // Not before the application is loaded: every connection gets an answer.
        let listener = self.bind().await?;
        for place in app.storage() {
            app.log().line(place);
        }
        // Before the announcement, so that a signal works as soon as it is printed.
        let signals = StopSignals::new()?;
        let announcement = announcement(&app, listener.local_addr()?)?;
        // Serving does not wait for it: a terminal may have been stopped with Ctrl-S.
        tokio::task::spawn_blocking(move || {
            let mut out = io::stdout().lock();
            let _ = out
                .write_all(announcement.as_bytes())
                .and_then(|()| out.flush());
        });
        self.serve(listener, app, signals).await
    }

    /// Serves until a signal comes and running requests have ended, or Ctrl-C comes once more.
    async fn serve(
        &self,
        listener: TcpListener,
        app: Arc<App>,
        mut signals: StopSignals,
    ) -> anyhow::Result<End> {
        let access = (!self.quiet).then(|| app.log().clone());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = serve(listener, app, access, async {
            // The sender is either used or dropped at the end.
            let _ = stopped.await;
        });
        let again = async {
            signals.any().await;
            let _ = stop.send(());
            signals.interrupt().await;
        };
        tokio::select! {
            served = serving => {
                served.context("cannot start a thread to serve connections")?;
                Ok(End::Done)
            }
            () = again => Ok(End::Interrupted),
        }
    }

    /// The manifest. As with `spin up`, a folder means the `spin.toml` in it; without `-f`, the folders
    /// above are searched.
    fn manifest(&self) -> anyhow::Result<PathBuf> {
        match &self.from {
            Some(folder) if folder.is_dir() => Ok(folder.join(MANIFEST)),
            Some(file) => Ok(file.clone()),
            None => {
                let here = env::current_dir().context("there is no current folder")?;
                find_manifest::manifest_above(&here).with_context(|| {
                    format!(
                        "there is no {MANIFEST} in this folder or above it; name another \
                         manifest with -f FILE"
                    )
                })
            }
        }
    }

    /// The state folder; `None` where its name is empty.
    fn state_dir(&self, manifest: &Path) -> Option<PathBuf> {
        match &self.state_dir {
            Some(folder) if folder.is_empty() => None,
            Some(folder) => Some(folder.into()),
            None => Some(manifest.with_file_name(STATE_DIR)),
        }
    }

    async fn bind(&self) -> anyhow::Result<TcpListener> {
        let address = self.listen;
        TcpListener::bind(address).await.map_err(|error| {
            if error.kind() == io::ErrorKind::AddrInUse {
                anyhow::anyhow!(
                    "{address} is already in use; choose another with --listen ADDRESS:PORT"
                )
            } else {
                anyhow::anyhow!("cannot listen on {address}: {error}")
            }
        })
    }
}

/// Parses `--key-value`: everything after the first `=` is the value.
fn key_value(argument: &str) -> anyhow::Result<(String, String)> {
    let (key, value) = argument.split_once('=').context("it must be KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// The address and the routes, as `spin up` prints them.
fn announcement(app: &App, address: SocketAddr) -> Result<String, std::fmt::Error> {
    let base = format!("http://{address}");
    let mut out = String::new();
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
    Ok(out)
}
