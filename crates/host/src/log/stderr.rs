//! Writing to standard error without ever blocking.
//!
//! A write to a full pipe, or to a terminal that was stopped with Ctrl-S, blocks until somebody reads. So a
//! thread of its own writes, and lines wait for it in a queue. Lines that do not fit are dropped; their
//! number is written in their place.
//!
//! To wake that thread for each line would take as long as to answer a request. So it waits a moment for more
//! lines and writes them together.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, Write},
    panic,
    sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// How many bytes may wait, not counting those that are being written.
const MAX_WAITING_BYTES: usize = 1 << 20;

/// How long a line waits for others, at most.
const GATHERING: Duration = Duration::from_millis(10);

/// So many bytes do not wait for more.
const ENOUGH_BYTES: usize = 64 << 10;

/// The queue of this process; `None` where no thread could be started.
static STDERR: LazyLock<Option<Queue>> = LazyLock::new(|| Queue::start(io::stderr()).ok());

/// Writes one entry to standard error, or counts it if it does not fit.
pub(crate) fn write(entry: &str) {
    match &*STDERR {
        Some(queue) => queue.put(entry),
        // `eprintln!` would panic if standard error is closed, and a server must not end with its log
        // collector.
        None => drop(writeln!(io::stderr(), "{entry}")),
    }
}

/// Writes panics here as well: Rust's own hook would block.
pub(crate) fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let thread = thread::current();
        let name = thread.name().unwrap_or("without a name");
        let backtrace = Backtrace::capture();
        write(&match backtrace.status() {
            BacktraceStatus::Captured => format!("thread {name} {panic}\n{backtrace}"),
            _ => format!("thread {name} {panic}"),
        });
    }));
}

/// Waits until all is written, but no longer than `patience`.
pub(crate) fn flush(patience: Duration) {
    if let Some(queue) = &*STDERR {
        queue.flush(patience);
    }
}

/// Entries on their way to a writer.
struct Queue(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something to be written, or no time to wait for more.
    filled: Condvar,
    /// All is written.
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    waiting: String,
    /// Lines that did not fit.
    lost: usize,
    writing: bool,
    /// Whether somebody waits until all is written.
    flushing: bool,
}

impl Queue {
    /// Starts the thread that writes, which runs for as long as the process does.
    fn start(writer: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("log".to_owned());
        thread.spawn(move || of_thread.run(writer))?;
        Ok(Self(shared))
    }

    fn put(&self, entry: &str) {
        let mut state = self.0.state();
        let (was_empty, was_enough) = (state.is_empty(), state.is_enough());
        let fits = state.waiting.len() + entry.len() < MAX_WAITING_BYTES;
        // Once a line is lost, so are the next ones, until the log says how many. That keeps the order.
        if fits && state.lost == 0 {
            state.waiting.push_str(entry);
            state.waiting.push('\n');
        } else {
            state.lost += lines(entry);
        }
        // Each call is one of the kernel, whether or not somebody waits.
        if was_empty || (!was_enough && state.is_enough()) {
            self.0.filled.notify_one();
        }
    }

    fn flush(&self, patience: Duration) {
        let busy = |state: &mut State| state.writing || !state.is_empty();
        let mut state = self.0.state();
        state.flushing = !state.is_empty();
        self.0.filled.notify_one();
        drop(self.0.emptied.wait_timeout_while(state, patience, busy));
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.lost == 0
    }

    /// Whether what is there is to be written without waiting for more.
    fn is_enough(&self) -> bool {
        self.flushing || self.waiting.len() >= ENOUGH_BYTES
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves it valid: entries are only added and taken.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, mut writer: impl Write) {
        // Lines that were taken and could not be written.
        let mut failed = 0;
        loop {
            let filled = self
                .filled
                .wait_while(self.state(), |state| state.is_empty());
            let state = filled.unwrap_or_else(PoisonError::into_inner);
            let gathered = self
                .filled
                .wait_timeout_while(state, GATHERING, |state| !state.is_enough());
            let (mut state, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            let waiting = std::mem::take(&mut state.waiting);
            let lost = std::mem::take(&mut state.lost);
            state.writing = true;
            drop(state);
            let text = format!("{}{waiting}{}", gap(failed), gap(lost));
            let written = writer.write_all(text.as_bytes());
            // Only the next entry tries again, so this cannot loop.
            failed = match written.and_then(|()| writer.flush()) {
                Ok(()) => 0,
                Err(_) => failed + lost + waiting.lines().count(),
            };
            let mut state = self.state();
            state.writing = false;
            if state.is_empty() {
                state.flushing = false;
                self.emptied.notify_all();
            }
        }
    }
}

/// The line that stands for lost lines.
fn gap(lines: usize) -> String {
    if lines == 0 {
        return String::new();
    }
    format!("{lines} lines of the log were lost here: nobody read standard error\n")
}

fn lines(entry: &str) -> usize {
    entry.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// A writer that takes nothing until it is told how its next write ends.
    struct Reluctant {
        next: Receiver<io::Result<()>>,
        taken: Sender<String>,
    }

    impl Write for Reluctant {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.next.recv().unwrap()?;
            self.taken
                .send(String::from_utf8(bytes.to_vec()).unwrap())
                .unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn reluctant() -> (Queue, Sender<io::Result<()>>, Receiver<String>) {
        let (allow, next) = channel();
        let (taken, written) = channel();
        let queue = Queue::start(Reluctant { next, taken }).unwrap();
        (queue, allow, written)
    }

    /// Waits until the thread has taken what waits.
    fn begin(queue: &Queue, entry: &str) {
        queue.put(entry);
        while !queue.0.state().waiting.is_empty() {
            thread::yield_now();
        }
    }

    #[test]
    fn nobody_waits_for_a_writer_and_what_does_not_fit_in_is_counted() {
        const LINE: usize = 1 << 10;
        let (queue, allow, written) = reluctant();
        begin(&queue, "first");
        let line = "x".repeat(LINE - 1);
        let fit = MAX_WAITING_BYTES / LINE;
        for _ in 0..fit {
            queue.put(&line);
        }
        queue.put("two\nlines");
        queue.put("small, but behind the gap");
        for _ in 0..2 {
            allow.send(Ok(())).unwrap();
        }
        assert_eq!(written.recv().unwrap(), "first\n");
        let rest = written.recv().unwrap();
        let (kept, gap) = rest.split_at(fit * LINE);
        assert!(kept.lines().all(|kept| kept == line));
        assert_eq!(
            gap,
            "3 lines of the log were lost here: nobody read standard error\n"
        );
        // And on it goes.
        begin(&queue, "last");
        allow.send(Ok(())).unwrap();
        assert_eq!(written.recv().unwrap(), "last\n");
        queue.flush(Duration::MAX);
    }

    #[test]
    fn what_could_not_be_written_is_counted_too() {
        let (queue, allow, written) = reluctant();
        for entry in ["one", "two\nthree"] {
            allow.send(Err(io::ErrorKind::StorageFull.into())).unwrap();
            queue.put(entry);
            queue.flush(Duration::MAX);
        }
        allow.send(Ok(())).unwrap();
        queue.put("four");
        assert_eq!(
            written.recv().unwrap(),
            "3 lines of the log were lost here: nobody read standard error\nfour\n"
        );
    }

    #[test]
    fn the_end_does_not_wait_for_ever() {
        let (queue, allow, _written) = reluctant();
        begin(&queue, "stuck");
        queue.flush(Duration::from_millis(1));
        allow.send(Ok(())).unwrap();
        queue.flush(Duration::MAX);
        assert!(queue.0.state().is_empty());
    }
}
