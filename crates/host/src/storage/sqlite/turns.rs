//! The queue of the statements at a database.
//!
//! SQLite's rollback journal lets either many connections read or one commit, and who
//! has to wait looks again and again whether it may: the later somebody came, the more
//! often. Under load the first ones give up, and readers hardly ever meet the moment
//! between two commits. So those of one process stand in a queue here. It decides
//! nothing but the order: who is at its head still takes SQLite's own locks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use super::error::{Error, io};
use crate::storage::{lock::BUSY_TIMEOUT, queue::stand};

/// How long a reader waits in a queue that does not move. Then it reads without a turn: what the
/// head of the queue waits for may not concern readers.
const READER_PATIENCE: Duration = Duration::from_millis(250);

/// What SQLite says when it has waited for [`BUSY_TIMEOUT`].
const LOCKED: &str = "database is locked";

/// The queue at one database.
#[derive(Default)]
pub(super) struct Turns {
    queue: Arc<RwLock<()>>,
    /// How many changes have got the lock.
    served: AtomicU64,
}

/// A turn; over when it is dropped.
pub(super) enum Turn {
    /// To begin reading, together with others.
    Read { _place: OwnedRwLockReadGuard<()> },
    /// To change something, alone.
    Change {
        _place: OwnedRwLockWriteGuard<()>,
        turns: Arc<Turns>,
    },
}

impl Turns {
    /// Waits for a turn to read; `None` says to do it without.
    pub(super) async fn read(&self) -> Option<Turn> {
        let place = Arc::clone(&self.queue).read_owned();
        let place = stand(place, &self.served, READER_PATIENCE).await?;
        Some(Turn::Read { _place: place })
    }

    /// A turn to read, where nobody is before.
    pub(super) fn read_now(&self) -> Option<Turn> {
        let place = Arc::clone(&self.queue).try_read_owned().ok()?;
        Some(Turn::Read { _place: place })
    }

    /// Waits for a turn to change something, however many are before: a slow disk is no
    /// reason to give up.
    ///
    /// # Errors
    ///
    /// For [`BUSY_TIMEOUT`] nobody got the lock. Without a queue, nobody would have got
    /// it either, and this says what SQLite would have said.
    pub(super) async fn change(self: &Arc<Self>) -> Result<Turn, Error> {
        let place = Arc::clone(&self.queue).write_owned();
        match stand(place, &self.served, BUSY_TIMEOUT).await {
            Some(place) => Ok(Turn::Change {
                _place: place,
                turns: Arc::clone(self),
            }),
            None => Err(io(LOCKED)),
        }
    }
}

impl Turn {
    /// Whether it was only to begin.
    pub(super) fn is_to_read(&self) -> bool {
        matches!(self, Self::Read { .. })
    }

    /// The turn is over, and whoever had it got the lock. One that is only dropped did not.
    pub(super) fn end(self) {
        if let Self::Change { turns, .. } = &self {
            turns.served.fetch_add(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Often enough for everybody's patience.
    const STEP: Duration = Duration::from_millis(200);

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_moves_is_waited_for() {
        let turns = Arc::new(Turns::default());
        let first = turns.change().await.unwrap();
        let waiting = async { turns.change().await.map(drop) };
        let reading = async { turns.read().await.map(drop) };
        let moving = async {
            for _ in 0..100 {
                tokio::time::sleep(STEP).await;
                turns.served.fetch_add(1, Relaxed);
            }
            first.end();
        };
        let (changed, read, ()) = tokio::join!(waiting, reading, moving);
        assert!(changed.is_ok() && read.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_stands_still_is_left() {
        let turns = Arc::new(Turns::default());
        let stuck = turns.change().await.unwrap();
        assert!(turns.read().await.is_none());
        let error = turns.change().await.map(drop).unwrap_err();
        assert!(matches!(error, Error::Io(text) if text == LOCKED));
        drop(stuck);
        assert_eq!(turns.served.load(Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn readers_begin_together() {
        let turns = Turns::default();
        let one = turns.read().await;
        let two = turns.read().await;
        assert!(one.is_some() && two.is_some());
    }
}
