//! What an instance may use, and how long it may take.
//!
//! Stricter than Spin on purpose: Spin sets neither a memory limit nor a time
//! limit unless its flags ask for them.

use std::{
    error::Error,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use wasmtime::ResourceLimiter;

/// The limits of an application.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of linear memory of an instance, all its memories together. A guest
    /// that wants more is ended; its requests are answered 500.
    pub memory_bytes: usize,
    /// Computing without giving the event loop a turn. A guest that goes on
    /// longer is ended; its requests are answered 504.
    pub compute: Duration,
    /// From a request's arrival, or the last progress of its body, to the head of its
    /// response, waiting for a place and for an instance included. Past it the request is
    /// answered 504, or 408 where its body did not come, and its instance takes no others.
    /// The response's body may take longer.
    pub head: Duration,
    /// How long a call to a key-value store waits while no other call is served: then the holder of
    /// the store does not give it back, and the call fails. Spin waits for ever. It should be less
    /// than [`Limits::head`], or the request ends first.
    pub key_value: Duration,
    /// How long a guest may go on after all its responses are complete, before its instance is
    /// ended.
    pub after_responses: Duration,
    /// How long an instance without work is kept (Spin: 1 s).
    pub idle: Duration,
    /// Requests that one instance serves in its life (Spin: 128).
    pub requests_per_instance: usize,
    /// Requests that one instance serves at the same time, responses that are still
    /// being sent included (Spin: 16, without those).
    pub concurrent_per_instance: usize,
    /// Requests that the application serves at the same time; more wait for their
    /// turn, and are answered 503 if it does not come within [`Limits::head`]. One address gets at most four
    /// in five of them. There are fewer where the process may not open enough files.
    pub concurrent_requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 128 << 20,
            compute: Duration::from_secs(30),
            head: Duration::from_secs(30),
            key_value: Duration::from_secs(10),
            after_responses: Duration::from_secs(30),
            idle: Duration::from_secs(1),
            requests_per_instance: 128,
            concurrent_per_instance: 16,
            concurrent_requests: 1_250,
        }
    }
}

/// Elements of a table; the number that Spin's pooling allocator allows.
pub(crate) const MAX_TABLE_ELEMENTS: usize = 100_000;

/// The memory of one store, counted.
#[derive(Debug)]
pub(crate) struct MemoryLimiter {
    limit: usize,
    used: Arc<AtomicUsize>,
}

impl MemoryLimiter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limit: limits.memory_bytes,
            used: Arc::default(),
        }
    }

    /// Bytes in use; written here only.
    pub(crate) fn used(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.used)
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grown = desired.saturating_sub(current);
        let used = self.used.load(Relaxed).saturating_add(grown);
        if used > self.limit {
            // An error traps at once, so the log shows which code asked for the memory, not where
            // the guest gave up afterwards.
            return Err(LimitExceeded::Memory {
                wanted: used,
                limit: self.limit,
            }
            .into());
        }
        self.used.store(used, Relaxed);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }
}

/// Why an instance was ended by the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitExceeded {
    Memory { wanted: usize, limit: usize },
    Compute { time: Duration },
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { wanted, limit } => {
                write!(f, "wanted {wanted} bytes of memory, the limit is {limit}")
            }
            Self::Compute { time } => {
                write!(f, "computed for {time:.1?} without yielding")
            }
        }
    }
}

impl Error for LimitExceeded {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_over_all_memories_up_to_the_limit() {
        let mut limiter = MemoryLimiter {
            limit: 10,
            used: Arc::default(),
        };
        assert!(limiter.memory_growing(0, 6, None).unwrap());
        assert!(limiter.memory_growing(0, 4, None).unwrap());
        let error = limiter.memory_growing(4, 5, None).unwrap_err();
        let want = LimitExceeded::Memory {
            wanted: 11,
            limit: 10,
        };
        assert_eq!(error.downcast_ref(), Some(&want));
    }
}
