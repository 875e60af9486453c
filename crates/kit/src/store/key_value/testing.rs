//! A store for native tests.

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};

use super::{KeyValue, KeyValueError};

/// A store in memory, where a test would otherwise need a runtime. A clone is another handle to it.
///
/// Every call waits once before it does anything, so a test that polls by hand decides in which order the
/// calls of several happen, and where one of them ends.
#[derive(Clone, Default)]
pub struct TestStore(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    values: BTreeMap<String, Vec<u8>>,
    fault: Option<Fault>,
    writes: usize,
    room_bytes: Option<usize>,
}

/// What goes wrong with calls that set or delete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The n-th, counted from 1, is not done.
    Refused(usize),
    /// The n-th is done and fails all the same.
    Unsure(usize),
    /// None is done from the n-th on.
    RefusedFrom(usize),
}

impl TestStore {
    /// Lets writes go wrong from now on, or none of them.
    pub fn fail(&self, fault: Option<Fault>) {
        let mut inner = self.lock();
        inner.fault = fault;
        inner.writes = 0;
    }

    /// How many bytes of values it takes; none for any number.
    pub fn set_room(&self, bytes: Option<usize>) {
        self.lock().room_bytes = bytes;
    }

    /// How many bytes all values have.
    pub fn bytes(&self) -> usize {
        self.lock().bytes()
    }

    /// All keys, sorted.
    pub fn sorted_keys(&self) -> Vec<String> {
        self.lock().values.keys().cloned().collect()
    }

    /// The value of a key, without a call.
    pub fn peek(&self, key: &str) -> Option<Vec<u8>> {
        self.lock().values.get(key).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(
        &self,
        work: impl FnOnce(&mut Inner) -> Result<(), KeyValueError>,
    ) -> Result<(), KeyValueError> {
        let mut inner = self.lock();
        inner.writes += 1;
        let broken = || KeyValueError::Other("a fault of the test".to_owned());
        match inner.fault {
            Some(Fault::Refused(n)) if inner.writes == n => Err(broken()),
            Some(Fault::RefusedFrom(n)) if inner.writes >= n => Err(broken()),
            Some(Fault::Unsure(n)) if inner.writes == n => work(&mut inner).and(Err(broken())),
            _ => work(&mut inner),
        }
    }
}

impl Inner {
    fn bytes(&self) -> usize {
        self.values.values().map(Vec::len).sum()
    }
}

impl KeyValue for TestStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KeyValueError> {
        turn().await;
        Ok(self.peek(key))
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), KeyValueError> {
        turn().await;
        self.write(|inner| {
            let before = inner.values.get(key).map_or(0, Vec::len);
            let after = inner.bytes() - before + value.len();
            if inner.room_bytes.is_some_and(|room| after > room) {
                return Err(KeyValueError::Full);
            }
            inner.values.insert(key.to_owned(), value);
            Ok(())
        })
    }

    async fn delete(&self, key: &str) -> Result<(), KeyValueError> {
        turn().await;
        self.write(|inner| {
            inner.values.remove(key);
            Ok(())
        })
    }
}

/// Waits once.
fn turn() -> impl Future<Output = ()> + Send {
    let mut waited = false;
    poll_fn(move |context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}
