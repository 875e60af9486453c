//! `handspun up`: serves an application.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use tokio::sync::oneshot;

use crate::{
    App, Listener, Options,
    cli::{End, application::Application, listen::Listen, signals::StopSignals},
    serve,
};

/// Shown below the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  handspun up                                   serve the spin.toml of this folder
  handspun up --listen 0.0.0.0:8080 --variable conf=x
  handspun up --tls-cert cert.pem --tls-key key.pem --listen 0.0.0.0:443
  handspun up --state-dir /var/lib/app --log-dir /var/log/app
  handspun up --check                           only say whether it could be served";

#[derive(Debug, Args)]
pub(super) struct Up {
    /// Only check that the application could be served: its manifest, the runtime configuration and
    /// its components, which are compiled
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    application: Application,

    #[command(flatten)]
    listen: Listen,
}

impl Up {
    pub(super) async fn run(self) -> anyhow::Result<End> {
        let tls = self.listen.tls()?;
        let (manifest, options) = self.application.load()?;
        if self.check {
            return tokio::task::spawn_blocking(|| check(manifest, options)).await?;
        }
        if options.truncate_logs || !options.sqlite.is_empty() || !options.key_values.is_empty() {
            // Loading does that, and a start that fails must change nothing.
            drop(self.listen.bind(None).await?);
        }
        let app = tokio::task::spawn_blocking(|| App::from_manifest(manifest, options));
        let app = Arc::new(app.await??);
        // Not before the application is loaded: every connection gets an answer.
        let listener = self.listen.bind(tls).await?;
        // Before the announcement, so that a signal works as soon as it is printed.
        let signals = StopSignals::new()?;
        announce(&app, &listener)?;
        self.serve(listener, app, signals).await
    }

    /// Serves until a signal comes and running requests have ended, or Ctrl-C comes once more.
    async fn serve(
        &self,
        listener: Listener,
        app: Arc<App>,
        mut signals: StopSignals,
    ) -> anyhow::Result<End> {
        let access = (!self.application.is_quiet()).then(|| app.log().clone());
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
            ended = serving => served(ended).map(|()| End::Done),
            () = again => Ok(End::Interrupted),
        }
    }
}

/// The end of a server.
pub(super) fn served(ended: io::Result<()>) -> anyhow::Result<()> {
    ended.context("cannot start a thread to serve connections")
}

/// Says where the application keeps its data, and prints where it is served.
pub(super) fn announce(app: &App, listener: &Listener) -> anyhow::Result<()> {
    for place in app.storage() {
        app.log().line(place);
    }
    let announcement = announcement(app, listener)?;
    // Serving does not wait for it: a terminal may have been stopped with Ctrl-S.
    tokio::task::spawn_blocking(move || {
        let mut out = io::stdout().lock();
        let _ = out
            .write_all(announcement.as_bytes())
            .and_then(|()| out.flush());
    });
    Ok(())
}

/// Loads an application and lets it go. Its data and its logs are not touched: databases and stores that are there
/// are opened, and none is made.
fn check(manifest: PathBuf, mut options: Options) -> anyhow::Result<End> {
    let state = tempfile::tempdir()?;
    let config = &mut options.runtime_config;
    let databases = config.sqlite_databases.values_mut();
    let databases = databases.map(|database| &mut database.path);
    let stores = config.key_value_stores.values_mut();
    let paths = databases.chain(stores.map(|store| &mut store.path));
    for (number, path) in paths.flatten().enumerate() {
        let exists = path.try_exists();
        if exists.with_context(|| path.display().to_string())? {
            continue;
        }
        may_be_made(path)?;
        *path = state.path().join(format!("{number}.db"));
    }
    let shown = manifest.display().to_string();
    let app = App::from_manifest(
        manifest,
        Options {
            state_dir: Some(state.path().to_owned()),
            log_dir: None,
            truncate_logs: false,
            sqlite: Vec::new(),
            key_values: Vec::new(),
            ..options
        },
    )?;
    let components = count(app.manifest().components.len(), "component");
    let routes = count(app.router().routes().count(), "route");
    writeln!(
        io::stdout(),
        "{shown} can be served: {components}, {routes}"
    )?;
    Ok(End::Done)
}

/// Whether a file that is not there, with the folders above it, could be made.
fn may_be_made(path: &Path) -> anyhow::Result<()> {
    let mut above = path.ancestors().skip(1);
    let folder = above.find(|folder| folder.exists());
    let probe = tempfile::tempfile_in(folder.unwrap_or(Path::new(".")));
    probe
        .map(drop)
        .with_context(|| format!("{} could not be made", path.display()))
}

/// So many of a thing.
fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

/// The address and the routes, as `spin up` prints them.
fn announcement(app: &App, listener: &Listener) -> anyhow::Result<String> {
    let base = format!("{}://{}", listener.scheme(), listener.socket.local_addr()?);
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
