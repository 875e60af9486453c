//! The log of the runtime, and what components print.

pub(crate) mod file;
pub(crate) mod output;
pub(crate) mod stderr;

use std::{fmt, sync::Arc, time::Duration};

/// Where log lines go: standard error by default, which never blocks.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(&str) + Send + Sync>);

impl Log {
    /// A log that hands each entry to `write`. An entry may have several lines,
    /// and has no line break at its end.
    pub fn new(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    /// Waits until everything is written to standard error, at most for `patience`. Called at the end of a
    /// program.
    pub fn flush(patience: Duration) {
        stderr::flush(patience);
    }

    /// Writes one entry.
    pub fn line(&self, entry: &str) {
        (self.0)(entry);
    }
}

impl Default for Log {
    fn default() -> Self {
        Self::new(stderr::write)
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}
