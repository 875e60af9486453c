//! The program `handspun`.

use std::{collections::HashMap, io, net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{App, Log, Options, serve, variables};

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
    /// The application's manifest
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

    /// The folder for logs and other state [default: .spin beside the manifest]
    #[arg(long, value_name = "FOLDER")]
    state_dir: Option<PathBuf>,

    /// Show neither requests nor what components print; logs are kept all the same
    #[arg(short, long)]
    quiet: bool,
}

/// The file that `spin up`, too, takes variables from.
const DOTENV: &str = ".env";

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
        let options = Options {
            variables: variables::Sources::of_process(arguments, DOTENV.as_ref())?,
            quiet: self.quiet,
            state_dir: Some(self.state_dir()),
            ..Options::default()
        };
        let access = (!self.quiet).then(Log::default);
        // The port first: loading may take seconds, and would be for nothing.
        let listener = self.bind().await?;
        let app = tokio::task::spawn_blocking(|| App::from_manifest(self.from, options));
        let app = Arc::new(app.await??);
        // Before the announcement, so that whoever reads it can already stop us.
        let shutdown = stop_signal()?;
        announce(&app, listener.local_addr()?);
        serve(listener, app, access, shutdown).await;
        Ok(())
    }

    fn state_dir(&self) -> PathBuf {
        let beside = || self.from.with_file_name(STATE_DIR);
        self.state_dir.clone().unwrap_or_else(beside)
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

#[allow(
    clippy::print_stdout,
    reason = "what `spin up` prints, for people and for scripts"
)]
fn announce(app: &App, address: SocketAddr) {
    let base = format!("http://{address}");
    println!("Serving {base}");
    println!("Available Routes:");
    for route in app.router().routes() {
        println!("  {}: {base}{route}", route.component);
    }
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
