//! `handspun watch`: serves an application, and builds again what changes.

mod build;
mod plan;
mod workshop;

use std::{sync::Arc, time::Duration};

use clap::Args;
use tokio::{
    pin,
    sync::{oneshot, watch},
};

use crate::{
    cli::{
        End,
        application::Application,
        listen::Listen,
        signals::StopSignals,
        up,
        watch::workshop::{Settings, Workshop},
    },
    http::server,
};

/// Shown below the options.
pub(super) const EXAMPLES: &str = "\
Examples:
  handspun watch                       build all, serve it, and build again what changes
  handspun watch --listen 127.0.0.1:8080 --clear
  handspun watch --skip-build          somebody else builds; take over what has changed";

#[derive(Debug, Args)]
pub(super) struct Watch {
    /// Clear the screen before each build
    #[arg(short, long)]
    clear: bool,

    /// How long to wait for more changes after the first, in milliseconds
    #[arg(short, long, value_name = "MS", default_value_t = 100)]
    debounce: u64,

    /// Build nothing: take over the manifest, components and files as they change
    #[arg(long)]
    skip_build: bool,

    #[command(flatten)]
    application: Application,

    #[command(flatten)]
    listen: Listen,
}

impl Watch {
    /// Builds the components and serves the application. What the manifest's `watch` names is looked at, as by
    /// `spin watch`: only a component that is concerned is built again, and its next instances are the new
    /// ones, while the requests under way end on the old ones. What fails is shown, and changes nothing.
    ///
    /// # Errors
    ///
    /// The manifest is wrong at the start; the address is in use; the system cannot look at a folder.
    pub(super) async fn run(&self) -> anyhow::Result<End> {
        let tls = self.listen.tls()?;
        // An address in use is reported before anything is built.
        drop(self.listen.bind(None).await?);
        let (manifest, options) = self.application.load()?;
        let access = (!self.application.is_quiet()).then(|| options.log.clone());
        let mut workshop = Workshop::new(manifest, options, self.settings())?;
        let mut signals = StopSignals::new()?;
        let app = tokio::select! {
            app = workshop.next() => app?,
            () = signals.any() => return Ok(End::Done),
        };
        let listener = self.listen.bind(tls).await?;
        up::announce(&app, &listener)?;
        let (newest, apps) = watch::channel(Arc::clone(&app));
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = server::serve_newest(listener, apps, access, async {
            // The sender is either used or dropped at the end.
            let _ = stopped.await;
        });
        pin!(serving);
        let working = async {
            loop {
                newest.send_replace(workshop.next().await?);
            }
        };
        // A build ends where this is dropped.
        let ended: anyhow::Result<()> = tokio::select! {
            served = &mut serving => up::served(served),
            failed = working => failed,
            () = signals.any() => {
                let _ = stop.send(());
                tokio::select! {
                    served = &mut serving => up::served(served),
                    () = signals.interrupt() => return Ok(End::Interrupted),
                }
            }
        };
        ended.map(|()| End::Done)
    }

    fn settings(&self) -> Settings {
        Settings {
            clear: self.clear,
            debounce: Duration::from_millis(self.debounce),
            builds: !self.skip_build,
        }
    }
}
