//! One store that a guest has opened.

use std::{pin::pin, sync::Arc, time::Duration};

use futures::future::{Either, select};
use tokio::task::spawn_blocking;

use super::{
    database::{Database, Held, Holder, Refused},
    error::{Error, internal},
    faults::{KeyValueCall, KeyValueFaults, KeyValueOperation},
    short::Short,
    stores::Stores,
};
use crate::{log::Log, storage::event_loop::EventLoop};

/// What a key stream is there for, as others are told of it.
pub(super) const LIST: &str = "list its keys";

/// The stores that a component was granted, and how it is served.
pub(crate) struct Granted {
    pub(crate) component: Arc<str>,
    pub(crate) stores: Stores,
    /// How long a call waits while nobody is served.
    pub(crate) patience: Duration,
    pub(crate) faults: KeyValueFaults,
    pub(crate) log: Log,
}

/// An open store.
#[derive(Clone)]
#[allow(unreachable_pub, reason = "the generated bindings export it once more")]
pub struct Store {
    pub(super) database: Arc<Database>,
    granted: Arc<Granted>,
    pub(super) event_loop: Arc<EventLoop>,
}

impl Store {
    /// Opens the store behind a label. That it is granted but stands for none is an
    /// error at the start, so nobody is told `no-such-store`.
    ///
    /// # Errors
    ///
    /// A label that was not granted, and a file that cannot be opened.
    pub(super) async fn open(
        granted: Arc<Granted>,
        event_loop: Arc<EventLoop>,
        label: &str,
    ) -> Result<Self, Error> {
        let Some(database) = granted.stores.get(label) else {
            return Err(Error::AccessDenied);
        };
        let database = Arc::clone(database);
        let store = Self {
            database,
            granted,
            event_loop,
        };
        if store.may_fail() {
            let asking = store.clone();
            let asked = spawn_blocking(move || asking.ask(KeyValueOperation::Open));
            asked.await.unwrap_or_else(|_panicked| Err(internal()))?;
        }
        store.database.open().await?;
        Ok(store)
    }

    /// The value of a key, where there is one.
    pub(super) async fn get(&self, key: String) -> Result<Option<Vec<u8>>, Error> {
        let held = self.hold_for("get a value").await?;
        if !self.may_fail()
            && let Short::Done(value) = held.get_short(&key)
        {
            return Ok(value);
        }
        let get = move |store: &Self, held: &Held| {
            store.ask(KeyValueOperation::Get { key: &key })?;
            held.get(&key)
        };
        self.run(held, get).await
    }

    /// Sets a key to a value.
    pub(super) async fn set(&self, key: String, value: Vec<u8>) -> Result<(), Error> {
        self.change("set a value", key, Some(value)).await
    }

    /// Deletes a key; it is no error that there is none.
    pub(super) async fn delete(&self, key: String) -> Result<(), Error> {
        self.change("delete a key", key, None).await
    }

    /// Whether there is a key.
    pub(super) async fn exists(&self, key: String) -> Result<bool, Error> {
        let exists = move |store: &Self, held: &Held| {
            store.ask(KeyValueOperation::Exists { key: &key })?;
            held.exists(&key)
        };
        let held = self.hold_for("look for a key").await?;
        self.run(held, exists).await
    }

    /// Changes a key, together with what others wait to change.
    ///
    /// # Errors
    ///
    /// As for [`Self::run`].
    async fn change(
        &self,
        doing: &'static str,
        key: String,
        value: Option<Vec<u8>>,
    ) -> Result<(), Error> {
        self.check(doing).await?;
        let mut asked = self.ask_for(key, value);
        loop {
            // Whoever has the connection first makes the change.
            let held = match select(&mut asked.done, pin!(self.hold(doing))).await {
                Either::Left((made, _)) => return made.unwrap_or_else(|_panicked| Err(internal())),
                Either::Right((held, _)) => held,
            };
            match held {
                Ok(mut held) => {
                    // If it panics, those whose changes it had are told.
                    let _ = spawn_blocking(move || held.make_changes()).await;
                }
                Err(error) if asked.withdraw() => return Err(error),
                // Somebody is making it just now.
                Err(_) => {
                    let made = (&mut asked.done).await;
                    return made.unwrap_or_else(|_panicked| Err(internal()));
                }
            }
        }
    }

    /// Waits until the store is free, as [`Self::hold`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Self::hold`]; and where a list of keys of the same instance holds the
    /// store, since Spin waits for it on the event loop.
    async fn hold_for(&self, doing: &'static str) -> Result<Held, Error> {
        self.check(doing).await?;
        self.hold(doing).await
    }

    /// Does `work` with the store, on a thread of its own. Once begun, it is done to its
    /// end, whether or not somebody still waits for it.
    ///
    /// # Errors
    ///
    /// Those of `work`.
    async fn run<T: Send + 'static>(
        &self,
        held: Held,
        work: impl FnOnce(&Self, &Held) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.clone();
        let done = spawn_blocking(move || work(&store, &held)).await;
        done.unwrap_or_else(|_panicked| Err(internal()))
    }

    /// Fails where a list of keys of the same instance holds the store.
    async fn check(&self, doing: &'static str) -> Result<(), Error> {
        let what = format!("the key-value store {}", self.database.label());
        let checked = self.event_loop.check(self.database.held(), doing, &what);
        checked.await.map_err(Error::Other)
    }

    /// Waits until the store is free. Waiting takes no thread.
    ///
    /// # Errors
    ///
    /// It cannot be opened, or it does not get free. The log is told of the latter:
    /// under Spin, this would be a hang.
    pub(super) async fn hold(&self, doing: &'static str) -> Result<Held, Error> {
        let Granted {
            component,
            patience,
            log,
            ..
        } = &*self.granted;
        let holder = Holder {
            component: Arc::clone(component),
            doing,
        };
        match self.database.hold(holder, *patience).await {
            Ok(held) => Ok(held),
            Err(Refused::ToOpen(error)) => Err(error),
            Err(Refused::Held(by)) => {
                let error = held_for_too_long(self.database.label(), *patience, &by);
                log.line(&format!("component {component} cannot {doing}: {error}"));
                Err(Error::Other(error))
            }
        }
    }

    /// Whether a call may be made to fail.
    pub(super) fn may_fail(&self) -> bool {
        self.granted.faults.are_possible()
    }

    /// Asks whether a call is to fail.
    pub(super) fn ask(&self, operation: KeyValueOperation<'_>) -> Result<(), Error> {
        self.granted.faults.decide(&KeyValueCall {
            component: &self.granted.component,
            store: self.database.label(),
            operation,
        })
    }
}

fn held_for_too_long(label: &str, patience: Duration, by: &Holder) -> String {
    let Holder { component, doing } = by;
    let hint = match *doing {
        LIST => "; a stream of keys holds its store until it is read to its end or dropped",
        _ => "",
    };
    format!(
        "the key-value store {label} has been busy for {patience:?}: component \
         {component} holds it to {doing}{hint}"
    )
}
