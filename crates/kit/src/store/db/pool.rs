//! Connections that an instance keeps open from one request to the next.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How many connections an instance keeps open. More of them are closed when they are given back: behind
/// libSQL or PostgreSQL there are few to have.
pub const MAX_IDLE_CONNECTIONS: usize = 4;

/// How long one is kept that nobody uses. libSQL gives up its side after 10 s.
pub const MAX_IDLE: Duration = Duration::from_secs(5);

/// The connections that are open and lent to nobody.
///
/// Nobody waits here: where none is left, another one is opened. A task of a component that waits for another
/// task of the same instance might never be woken.
pub(super) struct Pool<C>(Mutex<Vec<Idle<C>>>);

struct Idle<C> {
    connection: C,
    since: Instant,
}

impl<C> Pool<C> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// The connection that was given back last. Those that were kept for too long are closed.
    pub(super) fn take(&self, now: Instant) -> Option<C> {
        let mut idle = self.lock();
        idle.retain(|idle| now.saturating_duration_since(idle.since) <= MAX_IDLE);
        idle.pop().map(|idle| idle.connection)
    }

    /// Keeps a connection, or closes it where enough are kept.
    pub(super) fn give(&self, connection: C, now: Instant) {
        let mut idle = self.lock();
        if idle.len() < MAX_IDLE_CONNECTIONS {
            idle.push(Idle {
                connection,
                since: now,
            });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle<C>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_connections_are_kept_and_the_last_one_is_lent_first() {
        let pool = Pool::new();
        let now = Instant::now();
        assert_eq!(pool.take(now), None);
        (0..10).for_each(|n| pool.give(n, now));
        let kept: Vec<_> = std::iter::from_fn(|| pool.take(now)).collect();
        assert_eq!(kept, [3, 2, 1, 0]);
    }

    #[test]
    fn what_nobody_uses_for_long_is_closed() {
        let pool = Pool::new();
        let now = Instant::now();
        pool.give('a', now);
        pool.give('b', now + MAX_IDLE);
        assert_eq!(pool.take(now + MAX_IDLE * 2), Some('b'));
        assert_eq!(pool.take(now + MAX_IDLE * 2), None);
        pool.give('c', now);
        assert_eq!(pool.take(now + MAX_IDLE), Some('c'));
    }
}
