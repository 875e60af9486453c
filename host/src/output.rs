//! What components print: kept in files, shown on the terminal.

use std::{
    io,
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

use crate::{log::Log, log_file::LogFile};

/// A line longer than this is passed on in pieces.
const MAX_LINE_BYTES: usize = 8 << 10;

/// Where one of the two output streams of a component goes.
///
/// Writes are done on the spot: they are appended to a local file, and what a
/// component printed is there before its response is.
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
    pub(crate) fn of_component(
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
        })))
    }

    /// Never fails: whoever prints could do nothing about it, and would give up.
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
}

/// A line without characters that would make a terminal do something: a component
/// may print what a stranger sent it.
pub(crate) fn printable(line: &str) -> String {
    line.chars()
        .flat_map(|c| {
            let escape = c.is_control() && c != '\t';
            let escaped = escape.then(|| c.escape_default());
            let plain = (!escape).then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// The lines of one instance, so that those of several do not mix.
struct Lines {
    output: Arc<Output>,
    partial: Vec<u8>,
}

impl Lines {
    fn write(&mut self, bytes: &[u8]) {
        self.partial.extend_from_slice(bytes);
        let end = match self.partial.iter().rposition(|byte| *byte == b'\n') {
            Some(newline) => newline + 1,
            None if self.partial.len() > MAX_LINE_BYTES => self.partial.len(),
            None => return,
        };
        let rest = self.partial.split_off(end);
        let lines = std::mem::replace(&mut self.partial, rest);
        self.output.write_lines(&lines);
    }
}

/// What was begun is written when its instance ends.
impl Drop for Lines {
    fn drop(&mut self) {
        if !self.partial.is_empty() {
            self.partial.push(b'\n');
            self.output.write_lines(&self.partial);
        }
    }
}

/// An instance's way to one of its outputs.
#[derive(Clone)]
pub(crate) struct Stream(Arc<Mutex<Lines>>);

impl Stream {
    fn put(&self, bytes: &[u8]) {
        // A panic while writing leaves the buffer in order.
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.write(bytes);
    }
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

    #[test]
    fn lines_of_several_instances_do_not_mix() {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        let log = Log::new(|_| {});
        let (output, _) = Output::of_component("a", Some(&logs), None, &log).unwrap();
        let one = output.stream();
        let two = output.stream();
        one.put(b"one be");
        two.put(b"two\n");
        one.put(b"gins\nand");
        drop(one);
        let text = fs::read_to_string(logs.join("a_stdout.txt")).unwrap();
        assert_eq!(text, "two\none begins\nand\n");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(
            printable("a\u{1b}[2J\u{7}\tb é 中\r"),
            "a\\u{1b}[2J\\u{7}\tb é 中\\r"
        );
    }
}
