//! The application that one core serves, and a newer one once there is one.

use std::sync::{Arc, Mutex, PoisonError};

use http::uri::Scheme;
use tokio::sync::watch;

use crate::app::{App, OnCore};

/// The newest application, for one core. Requests that have begun go on with an older one.
pub(crate) struct Current(Mutex<Newest>);

struct Newest {
    apps: watch::Receiver<Arc<App>>,
    on_core: Arc<OnCore>,
}

impl Current {
    /// For an application that is replaced whenever there is a newer one.
    pub(crate) fn new(mut apps: watch::Receiver<Arc<App>>, scheme: Scheme) -> Self {
        let app = Arc::clone(&apps.borrow_and_update());
        let on_core = Arc::new(app.on_core(scheme));
        Self(Mutex::new(Newest { apps, on_core }))
    }

    /// The application for a request that begins now.
    pub(crate) fn get(&self) -> Arc<OnCore> {
        // Only this thread locks it, and a panic leaves it in order.
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nobody sends any more, it stays as it is.
        if newest.apps.has_changed().unwrap_or(false) {
            let app = Arc::clone(&newest.apps.borrow_and_update());
            newest.on_core = Arc::new(newest.on_core.renewed(app));
        }
        Arc::clone(&newest.on_core)
    }
}
