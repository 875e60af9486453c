//! Calls that Spin makes on the thread of an instance's event loop.
//!
//! Under Spin, a stream of keys holds its store, and a stream of rows its connection, until
//! [`CHANNEL_ITEMS`] or fewer are left that the guest has not read. Some calls wait for the store or
//! the connection on the very thread that would read the stream on (`block_in_place`, or a plain lock,
//! in Spin's `key-value-spin` and `sqlite-inproc`). Such a call never comes back, and nothing else of
//! the instance goes on either. Here it fails at once, and the log says why.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
};

use tokio::sync::Notify;

use crate::log::Log;

/// Items that fit into the channel between a stream's maker and its reader; Spin's number.
pub(crate) const CHANNEL_ITEMS: u64 = 4;

/// What a stream holds, and what a call waits for: a store, or a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldId(u64);

impl HeldId {
    /// One that no other has.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, SeqCst))
    }
}

/// The event loop of one instance: which streams it is to read.
pub(crate) struct EventLoop {
    component: Arc<str>,
    log: Log,
    streams: Mutex<Vec<(HeldId, Weak<Progress>)>>,
}

impl EventLoop {
    pub(crate) fn new(component: Arc<str>, log: Log) -> Self {
        Self {
            component,
            log,
            streams: Mutex::default(),
        }
    }

    /// A stream that holds `held` begins. `call` says what made it.
    pub(crate) fn stream(&self, held: HeldId, call: &'static str) -> (Maker, Reader) {
        let progress = Arc::new(Progress {
            call,
            made: AtomicU64::new(0),
            read: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            is_dropped: AtomicBool::new(false),
            changed: Notify::new(),
        });
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.retain(|(_, stream)| stream.strong_count() > 0);
        streams.push((held, Arc::downgrade(&progress)));
        (Maker(Arc::clone(&progress)), Reader(progress))
    }

    /// Says whether `call`, which waits for `held`, would come back under Spin.
    ///
    /// # Errors
    ///
    /// It would not. The text is for the guest; the log has been told.
    pub(crate) async fn check(&self, held: HeldId, call: &str, what: &str) -> Result<(), String> {
        for stream in self.streams_of(held) {
            if stream.is_stuck().await {
                let error = format!(
                    "{what} cannot be used to {call}: an earlier call of this instance, to {}, has \
                     more to read. Under Spin the instance would hang here for good; read the \
                     earlier call's stream to its end, or drop it, first",
                    stream.call
                );
                self.log
                    .line(&format!("component {}: {error}", self.component));
                return Err(error);
            }
        }
        Ok(())
    }

    fn streams_of(&self, held: HeldId) -> Vec<Arc<Progress>> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let of_held = streams.iter().filter(|(id, _)| *id == held);
        of_held.filter_map(|(_, stream)| stream.upgrade()).collect()
    }
}

/// How far a stream is.
struct Progress {
    call: &'static str,
    /// Items made, the one included that does not fit into the channel yet.
    made: AtomicU64,
    /// Items that the guest has.
    read: AtomicU64,
    /// Whether no more will be made, and nothing is held any more.
    is_over: AtomicBool,
    /// Whether the guest gave the stream up.
    is_dropped: AtomicBool,
    /// Told of what the maker does.
    changed: Notify,
}

impl Progress {
    /// Whether the stream keeps what it holds if from now on nobody reads it.
    async fn is_stuck(&self) -> bool {
        let most = self.read.load(SeqCst) + CHANNEL_ITEMS;
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            if self.is_dropped.load(SeqCst) {
                return false;
            }
            // Also of a stream that is over: here it may have been faster than under Spin.
            if self.made.load(SeqCst) > most {
                return true;
            }
            if self.is_over.load(SeqCst) {
                return false;
            }
            changed.await;
        }
    }
}

/// The side that makes a stream's items; the stream is over when it is dropped.
pub(crate) struct Maker(Arc<Progress>);

impl Maker {
    /// An item is there, though it may not fit into the channel yet.
    pub(crate) fn made(&self) {
        self.0.made.fetch_add(1, SeqCst);
        self.0.changed.notify_waiters();
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        self.0.is_over.store(true, SeqCst);
        self.0.changed.notify_waiters();
    }
}

/// The guest's side of a stream.
pub(crate) struct Reader(Arc<Progress>);

impl Reader {
    /// The guest has so many more.
    pub(crate) fn read(&self, items: usize) {
        self.0.read.fetch_add(items as u64, SeqCst);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.is_dropped.store(true, SeqCst);
        self.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures::poll;

    use super::*;

    fn event_loop() -> (EventLoop, Arc<Mutex<Vec<String>>>) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let log = Log::new(move |line: &str| kept.lock().unwrap().push(line.to_owned()));
        (EventLoop::new("c".into(), log), lines)
    }

    #[tokio::test]
    async fn a_stream_is_stuck_once_more_is_made_than_fits_into_the_channel() {
        for (made, read, want) in [
            (0, 0, false),
            (4, 0, false),
            (5, 0, true),
            (5, 1, false),
            (6, 1, true),
            (100, 96, false),
            (100, 95, true),
        ] {
            let (instance, lines) = event_loop();
            let held = HeldId::new();
            let (maker, reader) = instance.stream(held, "list keys");
            (0..made).for_each(|_| maker.made());
            reader.read(read);
            drop(maker);
            let checked = instance.check(held, "get a value", "the store").await;
            assert_eq!(checked.is_err(), want, "{made} {read}");
            assert_eq!(lines.lock().unwrap().len(), usize::from(want));
            assert_eq!(instance.check(HeldId::new(), "get", "it").await, Ok(()));
            drop(reader);
            assert_eq!(instance.check(held, "get", "it").await, Ok(()));
        }
    }

    #[tokio::test]
    async fn a_call_waits_until_it_is_known_what_becomes_of_a_stream() {
        for more in [0, 1] {
            let (instance, _) = event_loop();
            let held = HeldId::new();
            let (maker, reader) = instance.stream(held, "list keys");
            let mut check = pin!(instance.check(held, "get a value", "the store"));
            assert!(poll!(&mut check).is_pending());
            (0..4).for_each(|_| maker.made());
            assert!(poll!(&mut check).is_pending());
            // What is read from now on would not be read under Spin.
            reader.read(4);
            (0..more).for_each(|_| maker.made());
            drop(maker);
            assert_eq!(check.await.is_err(), more == 1, "{more}");
        }
    }
}
