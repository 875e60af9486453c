//! What components print: kept in files, shown on the terminal.

use std::{
    borrow::Cow,
    io,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::AsyncWrite,
    time::{Instant, sleep_until},
};
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use crate::log::{Log, file::LogFile};

/// A line longer than this is passed on in pieces.
const MAX_LINE_BYTES: usize = 8 << 10;

/// How long the beginning of a line waits for its end. Rust writes a line to standard error in
/// pieces, and the pieces of several instances should not mix. The delay is too short to notice.
const LINE_TIME: Duration = Duration::from_millis(20);

/// Where one of the two output streams of a component goes.
///
/// Writes are synchronous: what a component printed is in the file before its response is sent.
pub(crate) struct Output {
    /// `None` where no state is kept, as in tests.
    file: Option<LogFile>,
    /// Where its lines are shown, each behind the component's name.
    terminal: Option<(Log, String)>,
}

impl Output {
    /// The standard output and the standard error of a component. The files are
    /// named as Spin names them: `COMPONENT_stdout.txt` and `COMPONENT_stderr.txt`. What goes
    /// wrong with them later is written to `log`.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened.
    pub(crate) fn for_component(
        id: &str,
        folder: Option<&Path>,
        terminal: Option<&Log>,
        log: &Log,
    ) -> anyhow::Result<(Arc<Self>, Arc<Self>)> {
        let open = |stream: &str| {
            let file = folder
                .map(|folder| LogFile::open(folder.join(format!("{id}_{stream}.txt")), log))
                .transpose()?;
            let terminal = terminal.map(|log| (log.clone(), id.to_owned()));
            anyhow::Ok(Arc::new(Self { file, terminal }))
        };
        Ok((open("stdout")?, open("stderr")?))
    }

    /// A stream into it for one instance.
    pub(crate) fn stream(self: &Arc<Self>) -> Stream {
        Stream(Arc::new(Mutex::new(Lines {
            output: Arc::clone(self),
            partial: Vec::new(),
            begun: Instant::now(),
            watched: false,
            open: false,
        })))
    }

    /// Never fails: the component could do nothing about it, and might give up.
    fn write_lines(&self, lines: &[u8]) {
        if let Some(file) = &self.file {
            file.add(lines);
        }
        if let Some((log, id)) = &self.terminal {
            for line in String::from_utf8_lossy(lines).lines() {
                log.line(&format!("{id}: {}", printable(line)));
            }
        }
    }

    /// Ends a line in the file; on the terminal each piece has a line of its own.
    fn end_line(&self) {
        if let Some(file) = &self.file {
            file.add(b"\n");
        }
    }
}

/// A line with control characters escaped: a component may print what a client sent, and a terminal
/// would obey.
pub(crate) fn printable(line: &str) -> Cow<'_, str> {
    let is_escaped = |c: char| c.is_control() && c != '\t';
    if !line.contains(is_escaped) {
        return line.into();
    }
    let mut printable = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            c if is_escaped(c) => printable.extend(c.escape_default()),
            c => printable.push(c),
        }
    }
    printable.into()
}

/// The lines of one instance, so that those of several do not mix.
struct Lines {
    output: Arc<Output>,
    /// The beginning of a line that waits for its end, and since when.
    partial: Vec<u8>,
    begun: Instant,
    /// Whether a task will write the beginning when its time is over.
    watched: bool,
    /// Whether the last line in the file has no end yet.
    open: bool,
}

impl Lines {
    fn write(&mut self, bytes: &[u8]) {
        if self.partial.is_empty() {
            self.begun = Instant::now();
        }
        self.partial.extend_from_slice(bytes);
        let end = match self.partial.iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => newline + 1,
            None if self.partial.len() > MAX_LINE_BYTES => self.partial.len(),
            None => return,
        };
        let rest = self.partial.split_off(end);
        let lines = std::mem::replace(&mut self.partial, rest);
        self.begun = Instant::now();
        self.put(&lines);
    }

    /// Writes the beginning of a line that has no end yet.
    fn write_partial(&mut self) {
        let partial = std::mem::take(&mut self.partial);
        if !partial.is_empty() {
            self.put(&partial);
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.open = !bytes.ends_with(b"\n");
        self.output.write_lines(bytes);
    }
}

/// An unfinished line is written and ended when its instance ends.
impl Drop for Lines {
    fn drop(&mut self) {
        if !self.partial.is_empty() {
            self.partial.push(b'\n');
            self.write_partial();
        } else if self.open {
            self.output.end_line();
        }
    }
}

/// An instance's way to one of its outputs.
#[derive(Clone)]
pub(crate) struct Stream(Arc<Mutex<Lines>>);

impl Stream {
    fn put(&self, bytes: &[u8]) {
        let mut lines = lock(&self.0);
        lines.write(bytes);
        if !lines.partial.is_empty() && !lines.watched {
            lines.watched = true;
            tokio::spawn(watch(Arc::downgrade(&self.0)));
        }
    }
}

/// Writes the beginning of a line once it has waited for its end.
async fn watch(lines: Weak<Mutex<Lines>>) {
    loop {
        // Not held while it sleeps: the instance may end meanwhile.
        let Some(lines) = lines.upgrade() else { return };
        let due = {
            let mut lines = lock(&lines);
            let due = lines.begun + LINE_TIME;
            if lines.partial.is_empty() || due <= Instant::now() {
                lines.watched = false;
                lines.write_partial();
                return;
            }
            due
        };
        drop(lines);
        sleep_until(due).await;
    }
}

fn lock(lines: &Mutex<Lines>) -> MutexGuard<'_, Lines> {
    // A panic while writing leaves the buffer in order.
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}

impl IsTerminal for Stream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Stream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.put(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Stream {
    async fn ready(&mut self) {}
}

impl OutputStream for Stream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.put(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_LINE_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Two streams of two instances into one output, and what is in its file.
    fn two_streams(folder: &Path) -> (Stream, Stream, impl Fn() -> String + use<>) {
        let (output, _) =
            Output::for_component("a", Some(folder), None, &Log::new(|_| {})).unwrap();
        let file = folder.join("a_stdout.txt");
        let text = move || fs::read_to_string(&file).unwrap();
        (output.stream(), output.stream(), text)
    }

    #[tokio::test(start_paused = true)]
    async fn lines_of_several_instances_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two, text) = two_streams(&folder.path().join("logs"));
        one.put(b"one be");
        two.put(b"two\n");
        one.put(b"gins\nand");
        drop(one);
        assert_eq!(text(), "two\none begins\nand\n");
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_no_end_of_its_line_is_written_in_a_moment() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two, text) = two_streams(folder.path());
        for (stream, bytes, want) in [
            (&one, "50 %", "50 %"),
            (&one, " 100 %", "50 % 100 %"),
            (&one, "\nmore\nand", "50 % 100 %\nmore\nand"),
            (&two, "two", "50 % 100 %\nmore\nandtwo"),
        ] {
            stream.put(bytes.as_bytes());
            // The clock of the test goes on when nothing else has to be done.
            tokio::time::sleep(2 * LINE_TIME).await;
            assert_eq!(text(), want);
        }
        drop(two);
        one.put(b"!");
        drop(one);
        assert_eq!(text(), "50 % 100 %\nmore\nandtwo\n!\n");
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_begins_while_another_is_watched_has_its_time_too() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two, text) = two_streams(folder.path());
        one.put(b"a");
        tokio::time::sleep(LINE_TIME / 2).await;
        one.put(b"b\nc");
        tokio::time::sleep(LINE_TIME * 3 / 4).await;
        two.put(b"d\n");
        one.put(b"e\n");
        assert_eq!(text(), "ab\nd\nce\n");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2J\u{7}\tb é 中\r"),
            "a\\u{1b}[2J\\u{7}\tb é 中\\r"
        );
    }
}
