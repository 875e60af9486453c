//! `handspun up`: serves an application.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use tokio::sync::oneshot;

use crate::{
    App, Listener,
    cli::{End, application::Application, listen::Listen, signals::StopSignals},
    serve,
};

#[derive(Debug, Args)]
pub(super) struct Up {
    #[command(flatten)]
    application: Application,

    #[command(flatten)]
    listen: Listen,
}

impl Up {
    pub(super) async fn run(self) -> anyhow::Result<End> {
        let tls = self.listen.tls()?;
        let (manifest, options) = self.application.load()?;
        let app = tokio::task::spawn_blocking(|| App::from_manifest(manifest, options));
        let app = Arc::new(app.await??);
        // Not before the application is loaded: every connection gets an answer.
        let listener = self.listen.bind(tls).await?;
        for place in app.storage() {
            app.log().line(place);
        }
        // Before the announcement, so that a signal works as soon as it is printed.
        let signals = StopSignals::new()?;
        let announcement = announcement(&app, &listener)?;
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
        listener: Listener,
        app: Arc<App>,
        mut signals: StopSignals,
    ) -> anyhow::Result<End> {
        let access = (!self.application.quiet).then(|| app.log().clone());
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
