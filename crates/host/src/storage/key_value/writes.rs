//! Values that are to be set, and setting them together.
//!
//! SQLite waits for the disk four times for each transaction, and every store has one connection. So who gets the
//! connection to set a value sets those as well that others wait to set, in one transaction. Each learns of its own
//! once that is kept.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::TransactionBehavior;
use tokio::sync::oneshot;

use super::{
    database::Held,
    error::{Error, other},
    faults::KeyValueOperation,
    statements::set,
    store::Store,
};

/// Bytes that are set in one transaction; a larger value has one of its own. More would have those wait who
/// want to read.
const MAX_BYTES: usize = 8 << 20;

/// Values of one store that are to be set, in the order in which they came. Whoever adds one waits for the connection.
#[derive(Default)]
pub(super) struct Writes(Mutex<VecDeque<Write>>);

/// A value that is to be set.
struct Write {
    store: Store,
    key: String,
    value: Vec<u8>,
    done: oneshot::Sender<Result<(), Error>>,
}

impl Writes {
    /// Adds a value, and returns what becomes of it. Whoever drops that does not want it set any more; it may be too
    /// late.
    pub(super) fn add(
        &self,
        store: Store,
        key: String,
        value: Vec<u8>,
    ) -> oneshot::Receiver<Result<(), Error>> {
        let (done, result) = oneshot::channel();
        self.waiting().push_back(Write {
            store,
            key,
            value,
            done,
        });
        result
    }

    /// Takes those that are set together: at least one, if there are any.
    fn take(&self) -> Vec<Write> {
        let mut waiting = self.waiting();
        waiting.retain(|write| !write.done.is_closed());
        let mut bytes = 0;
        let fit = waiting.iter().take_while(|write| {
            bytes += write.value.len();
            bytes <= MAX_BYTES
        });
        let number = fit.count().max(1).min(waiting.len());
        waiting.drain(..number).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Write>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write {
    /// Whether it is to be set at all.
    fn ask(&self) -> Result<(), Error> {
        self.store.ask(KeyValueOperation::Set {
            key: &self.key,
            value: &self.value,
        })
    }
}

impl Held {
    /// Sets what waits to be set, and tells those who wait.
    pub(super) fn write(&mut self) {
        let mut asked = Vec::new();
        for write in self.database.writes().take() {
            match write.ask() {
                Ok(()) => asked.push(write),
                Err(error) => drop(write.done.send(Err(error))),
            }
        }
        // Where one of them cannot be set, each is tried by itself, so that it concerns no other.
        let are_kept = asked.len() > 1 && self.set_together(&asked).is_ok();
        for Write {
            key, value, done, ..
        } in asked
        {
            let result = if are_kept {
                Ok(())
            } else {
                set(&self.connection, self.store(), &key, &value).map_err(other)
            };
            let _ = done.send(result);
        }
    }

    fn set_together(&mut self, writes: &[Write]) -> rusqlite::Result<()> {
        let database = &self.database;
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        for Write { key, value, .. } in writes {
            set(&transaction, database.label(), key, value)?;
        }
        transaction.commit()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        pin::pin,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering::SeqCst},
        },
        time::Duration,
    };

    use futures::{future::join_all, poll};

    use super::*;
    use crate::{
        log::Log,
        storage::{
            by_label::DEFAULT,
            event_loop::EventLoop,
            key_value::{
                Granted, Stores, database::MAX_VALUE_BYTES, faults::KeyValueFaults, store::LIST,
            },
        },
    };

    /// A store in memory.
    async fn store(faults: KeyValueFaults) -> Store {
        let log = Log::new(|_| {});
        let granted = Granted {
            component: "test".into(),
            stores: Stores::new(&BTreeMap::new(), None).unwrap(),
            patience: Duration::from_secs(10),
            faults,
            log: log.clone(),
        };
        let event_loop = Arc::new(EventLoop::new("test".into(), log));
        let store = Store::open(Arc::new(granted), event_loop, DEFAULT).await;
        store.unwrap_or_else(|_| panic!("there is one"))
    }

    /// Sets values while somebody else has the store, so that all of them wait; what becomes of each, and how many
    /// transactions there were.
    async fn set_all(store: &Store, values: Vec<(&str, Vec<u8>)>) -> (Vec<bool>, usize) {
        let mut held = store.hold(LIST).await.map_err(|_| ()).unwrap();
        let commits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&commits);
        let count = move || {
            counted.fetch_add(1, SeqCst);
            false
        };
        held.connection.commit_hook(Some(count)).unwrap();
        let set = |(key, value): (&str, Vec<u8>)| store.set(key.to_owned(), value);
        let mut all = pin!(join_all(values.into_iter().map(set)));
        assert!(poll!(&mut all).is_pending());
        drop(held);
        let results = all.await;
        (
            results.iter().map(Result::is_ok).collect(),
            commits.load(SeqCst),
        )
    }

    async fn value(store: &Store, key: &str) -> Option<Vec<u8>> {
        store.get(key.to_owned()).await.unwrap_or_default()
    }

    #[tokio::test]
    async fn those_who_wait_have_their_values_set_together() {
        let store = store(KeyValueFaults::default()).await;
        let values = [("a", b"1"), ("b", b"2"), ("a", b"3")].map(|(key, v)| (key, v.to_vec()));
        let (done, commits) = set_all(&store, values.into()).await;
        assert_eq!((done, commits), (vec![true; 3], 1));
        assert_eq!(value(&store, "a").await.as_deref(), Some(&b"3"[..]));
        assert_eq!(value(&store, "b").await.as_deref(), Some(&b"2"[..]));
    }

    #[tokio::test]
    async fn only_so_many_bytes_are_set_together() {
        let store = store(KeyValueFaults::default()).await;
        let bytes = vec![1; MAX_BYTES / 2];
        let values = ["a", "b", "c"].map(|key| (key, bytes.clone()));
        assert_eq!(set_all(&store, values.into()).await, (vec![true; 3], 2));
        let values = ["a", "b"].map(|key| (key, vec![2; MAX_BYTES + 1]));
        assert_eq!(set_all(&store, values.into()).await, (vec![true; 2], 2));
    }

    #[tokio::test]
    async fn one_that_cannot_be_set_concerns_no_other() {
        let store = store(KeyValueFaults::default()).await;
        let values = vec![
            ("a", b"1".to_vec()),
            ("b", vec![0; MAX_VALUE_BYTES]),
            ("c", b"3".to_vec()),
        ];
        let (done, _) = set_all(&store, values).await;
        assert_eq!(done, [true, false, true]);
        assert_eq!(value(&store, "a").await.as_deref(), Some(&b"1"[..]));
        assert_eq!(value(&store, "b").await, None);
        assert_eq!(value(&store, "c").await.as_deref(), Some(&b"3"[..]));
    }

    #[tokio::test]
    async fn one_that_is_to_fail_concerns_no_other() {
        let full = Error::Other("database or disk is full".to_owned());
        let store = store(KeyValueFaults::at_write(2, full)).await;
        let values = ["a", "b", "c"].map(|key| (key, b"1".to_vec()));
        assert_eq!(set_all(&store, values.into()).await.0, [true, false, true]);
        assert_eq!(value(&store, "b").await, None);
        assert_eq!(value(&store, "c").await.as_deref(), Some(&b"1"[..]));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_set() {
        let store = store(KeyValueFaults::default()).await;
        let held = store.hold(LIST).await.map_err(|_| ()).unwrap();
        {
            let mut given_up = pin!(store.set("a".to_owned(), b"1".to_vec()));
            assert!(poll!(&mut given_up).is_pending());
        }
        drop(held);
        assert!(store.set("b".to_owned(), b"2".to_vec()).await.is_ok());
        assert_eq!(value(&store, "a").await, None);
    }
}
