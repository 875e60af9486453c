//! Faults of key-value stores, for tests of what a component does about them.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use super::error::Error;

/// What decides about a call.
type Decide = dyn Fn(&KeyValueCall<'_>) -> Result<(), Error> + Send + Sync;

/// Decides which calls of an application under test to its key-value stores fail, and
/// sees them all; the default lets all be.
///
/// ```
/// use handspun::{KeyValueError, KeyValueFaults, Options};
///
/// // The third write fails as on a full disk.
/// let full = KeyValueError::Other("database or disk is full".to_owned());
/// let options = Options {
///     key_value_faults: KeyValueFaults::at_write(3, full),
///     ..Options::default()
/// };
/// # drop(options);
/// ```
#[derive(Clone, Default)]
pub struct KeyValueFaults(Option<Arc<Decide>>);

/// A call of a component to a key-value store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyValueCall<'a> {
    /// The component's id.
    pub component: &'a str,
    /// The store's label.
    pub store: &'a str,
    /// What it asks for.
    pub operation: KeyValueOperation<'a>,
}

/// What a call to a key-value store asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyValueOperation<'a> {
    /// To open it. Only a label that the component was granted comes so far.
    Open,
    /// The value of a key.
    Get {
        /// The key.
        key: &'a str,
    },
    /// To set a key.
    Set {
        /// The key.
        key: &'a str,
        /// Its new value.
        value: &'a [u8],
    },
    /// To delete a key.
    Delete {
        /// The key.
        key: &'a str,
    },
    /// Whether there is a key.
    Exists {
        /// The key.
        key: &'a str,
    },
    /// All keys. A failure is the end of the stream.
    GetKeys,
}

impl KeyValueFaults {
    /// Asks `decide` before each call does anything: the call fails with the error that
    /// it returns.
    ///
    /// It runs on a thread that may block, and holds the store meanwhile, but for
    /// [`KeyValueOperation::Open`]. So a test can stop a component at a certain call.
    pub fn new(
        decide: impl Fn(&KeyValueCall<'_>) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(decide)))
    }

    /// The `number`th write, counted from 1 over all stores, fails, and no other call.
    pub fn at_write(number: usize, error: Error) -> Self {
        Self::on_writes(error, move |write| write == number)
    }

    /// The `number`th write, counted from 1 over all stores, fails, and so do all
    /// writes after it.
    pub fn from_write(number: usize, error: Error) -> Self {
        Self::on_writes(error, move |write| write >= number)
    }

    fn on_writes(error: Error, fails: impl Fn(usize) -> bool + Send + Sync + 'static) -> Self {
        let writes = AtomicUsize::new(0);
        Self::new(move |call| {
            if call.operation.is_write() && fails(writes.fetch_add(1, Relaxed) + 1) {
                return Err(error.clone());
            }
            Ok(())
        })
    }

    /// Whether calls have to be asked about at all.
    pub(super) fn are_possible(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn decide(&self, call: &KeyValueCall<'_>) -> Result<(), Error> {
        self.0.as_ref().map_or(Ok(()), |decide| decide(call))
    }
}

impl KeyValueOperation<'_> {
    /// Whether it changes what is in the store: to set or to delete a key.
    pub fn is_write(&self) -> bool {
        matches!(self, Self::Set { .. } | Self::Delete { .. })
    }
}

impl fmt::Debug for KeyValueFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyValueFaults")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which of ten writes fail, each with a read before it.
    fn failing(faults: &KeyValueFaults) -> Vec<usize> {
        let call = |operation| KeyValueCall {
            component: "c",
            store: "default",
            operation,
        };
        let fails = |number: &usize| {
            let read = call(KeyValueOperation::Get { key: "k" });
            assert!(faults.decide(&read).is_ok());
            let write = match number % 2 {
                0 => KeyValueOperation::Delete { key: "k" },
                _ => KeyValueOperation::Set {
                    key: "k",
                    value: b"v",
                },
            };
            faults.decide(&call(write)).is_err()
        };
        (1..=10).filter(fails).collect()
    }

    #[test]
    fn writes_are_counted_from_one() {
        let full = Error::StoreTableFull;
        assert!(failing(&KeyValueFaults::default()).is_empty());
        assert_eq!(failing(&KeyValueFaults::at_write(3, full.clone())), [3]);
        assert_eq!(failing(&KeyValueFaults::from_write(9, full)), [9, 10]);
    }
}
