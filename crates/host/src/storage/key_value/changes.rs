//! Changes of a key-value store, made together.
//!
//! SQLite waits for the disk four times for each transaction, and every store has one connection. So the call that gets
//! the connection makes the changes that others wait to make, too, in one transaction. Each learns of its own once that
//! is kept.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rusqlite::{ErrorCode, TransactionBehavior};
use tokio::sync::oneshot;

use super::{
    database::{Database, Held},
    error::{Error, other},
    faults::KeyValueOperation,
    statements,
    store::Store,
};

/// Bytes of keys and values that are written in one transaction; a larger value has one of its own. More would have
/// those wait who want to read.
const MAX_BYTES: usize = 8 << 20;

/// Changes of one store that are to be made, in the order in which they came. Whoever adds one waits for the connection.
#[derive(Default)]
pub(super) struct Changes(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    changes: VecDeque<Change>,
    /// How many there were.
    count: u64,
}

/// A change that is to be made.
struct Change {
    number: u64,
    key: String,
    /// None where the key is to be deleted.
    value: Option<Vec<u8>>,
    /// Who asks for it.
    store: Store,
    done: oneshot::Sender<Result<(), Error>>,
}

/// A change for whoever waits for it; it is withdrawn with this, if it is not too late.
pub(super) struct Asked {
    database: Arc<Database>,
    number: u64,
    pub(super) done: oneshot::Receiver<Result<(), Error>>,
}

impl Changes {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes those that are made together: at least one, if there are any.
    fn take(&self) -> Vec<Change> {
        let changes = &mut self.waiting().changes;
        let mut bytes = 0;
        let fit = changes.iter().take_while(|change| {
            bytes += change.bytes();
            bytes <= MAX_BYTES && !change.store.may_fail()
        });
        let number = fit.count().max(1).min(changes.len());
        changes.drain(..number).collect()
    }
}

impl Asked {
    /// Takes the change back. `false` where it is being made, or has been.
    pub(super) fn withdraw(&self) -> bool {
        let changes = &mut self.database.changes().waiting().changes;
        let place = changes
            .iter()
            .position(|change| change.number == self.number);
        place.and_then(|place| changes.remove(place)).is_some()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.withdraw();
    }
}

impl Store {
    /// Asks for a key to be set to a value, or to be deleted where there is none.
    pub(super) fn ask_for(&self, key: String, value: Option<Vec<u8>>) -> Asked {
        let (made, done) = oneshot::channel();
        let mut waiting = self.database.changes().waiting();
        waiting.count += 1;
        let number = waiting.count;
        waiting.changes.push_back(Change {
            number,
            key,
            value,
            store: self.clone(),
            done: made,
        });
        drop(waiting);
        Asked {
            database: Arc::clone(&self.database),
            number,
            done,
        }
    }
}

impl Change {
    fn bytes(&self) -> usize {
        self.key.len() + self.value.as_ref().map_or(0, Vec::len)
    }

    /// Whether it is to fail, in a test.
    fn ask(&self) -> Result<(), Error> {
        let key = &self.key;
        self.store.ask(match &self.value {
            Some(value) => KeyValueOperation::Set { key, value },
            None => KeyValueOperation::Delete { key },
        })
    }

    fn make(&self, connection: &rusqlite::Connection) -> rusqlite::Result<()> {
        let store = self.store.database.label();
        match &self.value {
            Some(value) => statements::set(connection, store, &self.key, value),
            None => statements::delete(connection, store, &self.key),
        }
    }

    fn tell(self, made: Result<(), Error>) {
        // Nobody may be waiting any more.
        let _ = self.done.send(made);
    }
}

impl Held {
    /// Makes the changes that wait, as many as go together, and tells those who asked for them.
    pub(super) fn make_changes(&mut self) {
        let mut changes = self.database.changes().take();
        // One alone needs no transaction. Where several fail, each is tried by itself, so that it concerns no other.
        if changes.len() > 1 {
            match self.make_together(&changes) {
                Ok(()) => return changes.drain(..).for_each(|change| change.tell(Ok(()))),
                // Each by itself would wait as long for the other program that has the file.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                    let busy = |change: Change| change.tell(Err(other(&error)));
                    return changes.drain(..).for_each(busy);
                }
                Err(_) => {}
            }
        }
        for change in changes {
            let asked = change.ask();
            let made = asked.and_then(|()| change.make(&self.connection).map_err(other));
            change.tell(made);
            self.moved();
        }
    }

    fn make_together(&mut self, changes: &[Change]) -> rusqlite::Result<()> {
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        changes
            .iter()
            .try_for_each(|change| change.make(&transaction))?;
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

    use futures::{
        future::{join, join_all},
        poll,
    };
    use tokio::time::timeout;

    use super::*;
    use crate::{
        log::Log,
        storage::{
            by_label::DEFAULT,
            event_loop::EventLoop,
            key_value::{Granted, Stores, faults::KeyValueFaults, store::LIST},
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
    async fn only_so_many_bytes_are_written_together() {
        let store = store(KeyValueFaults::default()).await;
        let bytes = vec![1; MAX_BYTES / 2 - 1];
        let values = ["a", "b", "c"].map(|key| (key, bytes.clone()));
        assert_eq!(set_all(&store, values.into()).await, (vec![true; 3], 2));
        let values = ["a", "b"].map(|key| (key, vec![2; MAX_BYTES + 1]));
        assert_eq!(set_all(&store, values.into()).await, (vec![true; 2], 2));
    }

    #[tokio::test]
    async fn one_that_fails_concerns_no_other() {
        let store = store(KeyValueFaults::default()).await;
        let held = store.hold(LIST).await.map_err(|_| ()).unwrap();
        held.connection
            .execute_batch(
                "CREATE TRIGGER no_b BEFORE INSERT ON spin_key_value WHEN new.key = 'b' \
                 BEGIN SELECT RAISE(ABORT, 'no'); END",
            )
            .unwrap();
        drop(held);
        let values = ["a", "b", "c"].map(|key| (key, b"1".to_vec()));
        assert_eq!(
            set_all(&store, values.into()).await,
            (vec![true, false, true], 2)
        );
        assert_eq!(value(&store, "a").await.as_deref(), Some(&b"1"[..]));
        assert_eq!(value(&store, "b").await, None);
        assert_eq!(value(&store, "c").await.as_deref(), Some(&b"1"[..]));
    }

    #[tokio::test]
    async fn changes_of_a_key_keep_their_order() {
        let store = store(KeyValueFaults::default()).await;
        let held = store.hold(LIST).await.map_err(|_| ()).unwrap();
        let set = |value: &[u8]| store.set("a".to_owned(), value.to_vec());
        let mut both = pin!(join(set(b"1"), store.delete("a".to_owned())));
        assert!(poll!(&mut both).is_pending());
        drop(held);
        let (set, deleted) = both.await;
        assert!(set.is_ok() && deleted.is_ok());
        assert_eq!(value(&store, "a").await, None);
    }

    /// The line of those who wait for the connection need not be the one of their changes.
    #[tokio::test]
    async fn nobody_is_forgotten_whose_change_is_behind_that_of_another() {
        let store = store(KeyValueFaults::default()).await;
        let mut other = store.ask_for("other".to_owned(), Some(vec![1; MAX_BYTES]));
        let set = store.set("a".to_owned(), b"1".to_vec());
        assert!(timeout(Duration::from_secs(60), set).await.unwrap().is_ok());
        assert!((&mut other.done).await.unwrap().is_ok());
        assert_eq!(value(&store, "a").await.as_deref(), Some(&b"1"[..]));
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
    async fn what_nobody_waits_for_any_more_is_not_kept() {
        let store = store(KeyValueFaults::default()).await;
        let held = store.hold(LIST).await.map_err(|_| ()).unwrap();
        {
            let mut given_up = pin!(store.set("a".to_owned(), b"1".to_vec()));
            assert!(poll!(&mut given_up).is_pending());
            assert_eq!(store.database.changes().waiting().changes.len(), 1);
        }
        assert!(store.database.changes().waiting().changes.is_empty());
        drop(held);
        assert!(store.set("b".to_owned(), b"2".to_vec()).await.is_ok());
        assert_eq!(value(&store, "a").await, None);
    }
}
