//! Rows on their way from the thread of a statement to its reader.
//!
//! They go over one by one while the reader is faster, and in batches while it is
//! slower: waking the thread for each of them would cost more than reading it.

use std::{
    mem,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    task::{Context, Poll, ready},
    vec,
};

use tokio::sync::mpsc::{self, error::TrySendError};

use super::error::{Error, io};
use crate::{
    run::bindings::spin::sqlite::sqlite::RowResult,
    storage::event_loop::{Maker, Reader},
};

/// The most rows and bytes of a batch; a larger row is a batch of its own.
const BATCH_ROWS: usize = 64;
const BATCH_BYTES: usize = 64 << 10;

/// Batches under way. A statement with so few rows ends even if nobody reads them, as
/// under Spin.
const BATCHES: usize = 4;

/// A way for rows that begins now.
pub(super) fn channel(maker: Maker, reader: Reader) -> (Sender, Receiver) {
    let (sender, receiver) = mpsc::channel(BATCHES);
    (
        Sender {
            batches: sender,
            maker,
            read_only: AtomicBool::new(true),
        },
        Receiver {
            batches: receiver,
            current: Vec::new().into_iter(),
            reader,
        },
    )
}

/// All the rows of a statement that has ended.
pub(super) fn complete(rows: Vec<RowResult>, maker: &Maker, reader: Reader) -> Receiver {
    rows.iter().for_each(|_| maker.made());
    let (_closed, batches) = mpsc::channel(1);
    Receiver {
        batches,
        current: rows.into_iter(),
        reader,
    }
}

/// Where the rows of a statement go.
pub(super) struct Sender {
    batches: mpsc::Sender<Vec<RowResult>>,
    maker: Maker,
    /// Whether the statement is there for its rows only.
    read_only: AtomicBool,
}

/// The rows that are not under way yet.
#[derive(Default)]
pub(super) struct Batch {
    rows: Vec<RowResult>,
    bytes: usize,
}

/// Where the rows of a statement come from.
pub(super) struct Receiver {
    batches: mpsc::Receiver<Vec<RowResult>>,
    current: vec::IntoIter<RowResult>,
    reader: Reader,
}

impl Sender {
    /// Says whether the statement changes something. Such a one goes on without a
    /// reader, as under Spin.
    pub(super) fn set_read_only(&self, read_only: bool) {
        self.read_only.store(read_only, Relaxed);
    }

    /// Whether nobody wants what the statement does any more.
    pub(super) fn is_unwanted(&self) -> bool {
        self.batches.is_closed() && self.read_only.load(Relaxed)
    }

    /// Sends a row, at the latest with [`Sender::flush`].
    ///
    /// # Errors
    ///
    /// There is no reader any more.
    pub(super) fn send(
        &self,
        batch: &mut Batch,
        row: RowResult,
        bytes: usize,
    ) -> Result<(), Error> {
        self.maker.made();
        batch.rows.push(row);
        batch.bytes += bytes;
        if batch.rows.len() >= BATCH_ROWS || batch.bytes >= BATCH_BYTES {
            return self.flush(batch);
        }
        match self.batches.try_reserve() {
            Ok(place) => {
                place.send(batch.take());
                Ok(())
            }
            Err(TrySendError::Full(())) => Ok(()),
            Err(TrySendError::Closed(())) => Err(no_reader()),
        }
    }

    /// Sends what is left.
    ///
    /// # Errors
    ///
    /// There is no reader any more.
    pub(super) fn flush(&self, batch: &mut Batch) -> Result<(), Error> {
        if batch.rows.is_empty() {
            return Ok(());
        }
        let sent = self.batches.blocking_send(batch.take());
        sent.map_err(|_| no_reader())
    }
}

/// The error for a statement whose rows nobody takes, in Spin's words.
fn no_reader() -> Error {
    io("row send error")
}

impl Batch {
    fn take(&mut self) -> Vec<RowResult> {
        self.bytes = 0;
        mem::take(&mut self.rows)
    }
}

impl Receiver {
    /// The next rows, at most `count` and at least one; none at the end.
    pub(super) fn poll_rows(
        &mut self,
        context: &mut Context<'_>,
        count: usize,
    ) -> Poll<Vec<RowResult>> {
        if self.current.len() == 0
            && let Some(batch) = ready!(self.batches.poll_recv(context))
        {
            self.current = batch.into_iter();
        }
        let rows: Vec<RowResult> = self.current.by_ref().take(count).collect();
        self.reader.read(rows.len());
        Poll::Ready(rows)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        sync::{Arc, atomic::AtomicUsize},
        thread::{self, JoinHandle},
        time::{Duration, Instant},
    };

    use super::*;
    use crate::{
        log::Log,
        storage::event_loop::{EventLoop, HeldId},
    };

    fn channel() -> (Sender, Receiver) {
        let event_loop = EventLoop::new("test".into(), Log::new(|_| {}));
        let (maker, reader) = event_loop.stream(HeldId::new(), "test");
        super::channel(maker, reader)
    }

    fn row() -> RowResult {
        RowResult { values: Vec::new() }
    }

    /// Sends rows of a size as fast as they are taken, and counts them.
    fn statement(rows: usize, bytes: usize) -> (Receiver, Arc<AtomicUsize>, JoinHandle<()>) {
        let (sender, receiver) = channel();
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let thread = thread::spawn(move || {
            let mut batch = Batch::default();
            for _ in 0..rows {
                count.fetch_add(1, Relaxed);
                sender.send(&mut batch, row(), bytes).unwrap();
            }
            sender.flush(&mut batch).unwrap();
        });
        (receiver, made, thread)
    }

    #[tokio::test]
    async fn a_statement_is_only_so_far_ahead_of_its_reader() {
        const ROWS: usize = 10_000;
        for (bytes, most) in [
            (1, BATCH_ROWS * (BATCHES + 2)),
            // Large rows are not gathered.
            (BATCH_BYTES, BATCHES + 1),
        ] {
            let (mut receiver, made, _) = statement(ROWS, bytes);
            for read in 1..=ROWS {
                let rows = poll_fn(|context| receiver.poll_rows(context, 1)).await;
                assert_eq!(rows.len(), 1, "row {read}");
                let ahead = made.load(Relaxed) - read;
                assert!(ahead <= most, "{ahead} rows of {bytes} bytes ahead");
            }
            let end = poll_fn(|context| receiver.poll_rows(context, 1)).await;
            assert!(end.is_empty());
        }
    }

    #[tokio::test]
    async fn a_reader_gets_as_many_rows_as_there_are_and_it_wants() {
        let (mut receiver, ..) = statement(1_000, 1);
        let mut read = 0;
        loop {
            let rows = poll_fn(|context| receiver.poll_rows(context, 10)).await;
            if rows.is_empty() {
                break;
            }
            assert!(rows.len() <= 10);
            read += rows.len();
        }
        assert_eq!(read, 1_000);
    }

    #[test]
    fn a_few_rows_need_no_reader() {
        let (_receiver, _, thread) = statement(BATCHES, BATCH_BYTES);
        let begin = Instant::now();
        while !thread.is_finished() {
            assert!(begin.elapsed() < Duration::from_secs(60), "it waits");
            thread::yield_now();
        }
    }

    #[test]
    fn only_what_is_there_for_its_rows_ends_without_a_reader() {
        let (sender, receiver) = channel();
        assert!(!sender.is_unwanted());
        drop(receiver);
        assert!(sender.is_unwanted());
        let error = sender.send(&mut Batch::default(), row(), 1).unwrap_err();
        assert!(matches!(error, Error::Io(text) if text == "row send error"));
        sender.set_read_only(false);
        assert!(!sender.is_unwanted());
    }
}
