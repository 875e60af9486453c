//! Stopping the statements of an instance that is gone.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// The life of an instance, for the statements that it runs: over when this is
/// dropped.
#[derive(Default)]
pub(crate) struct Life(Arc<AtomicBool>);

impl Life {
    /// A handle that outlives it.
    pub(super) fn witness(&self) -> Witness {
        Witness(Arc::clone(&self.0))
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Knows whether an instance still lives.
#[derive(Clone, Default)]
pub(super) struct Witness(Arc<AtomicBool>);

impl Witness {
    /// Whether the instance is gone.
    pub(super) fn is_over(&self) -> bool {
        self.0.load(Relaxed)
    }
}
