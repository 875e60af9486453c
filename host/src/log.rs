//! Where the runtime writes what the operator has to know.

use std::{
    fmt,
    io::{self, Write as _},
    sync::Arc,
};

/// A place for log lines; standard error unless it is given another.
#[derive(Clone)]
pub struct Log(Arc<dyn Fn(&str) + Send + Sync>);

impl Log {
    /// A log that hands each entry to `write`. An entry may have several lines,
    /// and has no line break at its end.
    pub fn new(write: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    /// Writes one entry.
    pub fn line(&self, entry: &str) {
        (self.0)(entry);
    }
}

impl Default for Log {
    fn default() -> Self {
        // `eprintln!` would panic once nobody reads standard error any more, and a
        // server must not end with its log collector.
        Self::new(|entry| {
            let _ = writeln!(io::stderr(), "{entry}");
        })
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}
