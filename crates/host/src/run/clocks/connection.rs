//! The clocks of a connection: for its client to send, and to take what is sent.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep, sleep_until, timeout},
};

/// How long a client may take for the head of a request, or leave a connection without a next
/// request, before the connection is closed.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long a client may take nothing of a response before its connection is closed. The
/// system of one that reads slowly, with megabytes of room, tells us of what was read only
/// when a good part of that is free again: at 40 KB/s, after more than a minute.
const STALL_LIMIT: Duration = Duration::from_secs(120);

/// How long a client that was refused may take to read why, and to close its connection.
const LINGER_LIMIT: Duration = Duration::from_secs(1);

/// How long running requests may go on once the server is told to stop.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// How long the end of a runtime waits for threads that still run. Their results are not needed any more,
/// and a database drops a change that is not complete.
pub const END_GRACE: Duration = Duration::from_secs(1);

/// Lets a refused client read its answer, for [`LINGER_LIMIT`] at most.
pub(crate) async fn linger(leaving: impl Future<Output = ()>) {
    // Late or not, the connection is closed.
    let _ = timeout(LINGER_LIMIT, leaving).await;
}

/// Lets running requests end once the server stops. `false` where some still run after
/// [`SHUTDOWN_GRACE`].
pub(crate) async fn shut_down(ending: impl Future<Output = ()>) -> bool {
    timeout(SHUTDOWN_GRACE, ending).await.is_ok()
}

/// The clock of one connection. Clones are the same clock.
#[derive(Clone)]
pub(crate) struct ConnectionClock(Arc<Usage>);

struct Usage {
    opened: Instant,
    /// When it was last used, in microseconds after it was opened.
    last: AtomicU64,
    /// When a request last ended, in the same way.
    ended: AtomicU64,
    /// The requests that are answered at the moment.
    open: AtomicUsize,
}

impl ConnectionClock {
    /// The clock of a connection that is opened now.
    pub(crate) fn start() -> Self {
        Self(Arc::new(Usage {
            opened: Instant::now(),
            last: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            open: AtomicUsize::new(0),
        }))
    }

    /// What the first bytes of the client are, or `None` where they do not come in time.
    pub(crate) async fn first_bytes<T>(&self, reading: impl Future<Output = T>) -> Option<T> {
        timeout(HEAD_LIMIT, reading).await.ok()
    }

    /// The limit for the head of each request over HTTP/1, which hyper keeps.
    pub(crate) fn head_limit(&self) -> Duration {
        HEAD_LIMIT
    }

    /// A request begins; it is open until the guard is dropped.
    pub(crate) fn request(&self) -> OpenRequest {
        self.0.open.fetch_add(1, Relaxed);
        OpenRequest(self.clone())
    }

    /// Waits until no request was open and nothing of a response was sent for [`HEAD_LIMIT`].
    pub(crate) async fn idle(&self) {
        loop {
            if self.0.open.load(Relaxed) > 0 {
                self.used();
            }
            let end = self.0.opened + Duration::from_micros(self.0.last.load(Relaxed)) + HEAD_LIMIT;
            if end <= Instant::now() {
                return;
            }
            sleep_until(end).await;
        }
    }

    /// Whether the client took a piece of a response, within [`STALL_LIMIT`].
    pub(crate) async fn taken(&self, taking: impl Future<Output = bool>) -> bool {
        timeout(STALL_LIMIT, taking).await == Ok(true)
    }

    /// The connection's socket, watched: see [`WatchedSocket`].
    pub(crate) fn watch<S>(&self, socket: S) -> WatchedSocket<S> {
        WatchedSocket {
            inner: socket,
            clock: self.clone(),
            alarm: None,
        }
    }

    /// The connection is in use now.
    pub(crate) fn used(&self) {
        self.0.last.store(self.now(), Relaxed);
    }

    /// Something was sent. Long after a request it is no response, but an answer to a PING, say,
    /// with which a client could hold the connection for ever.
    fn sent(&self) {
        let since = self.now().saturating_sub(self.0.ended.load(Relaxed));
        if Duration::from_micros(since) <= STALL_LIMIT {
            self.used();
        }
    }

    /// Microseconds since the connection was opened.
    fn now(&self) -> u64 {
        let since = self.0.opened.elapsed().as_micros();
        u64::try_from(since).unwrap_or(u64::MAX)
    }
}

/// One request, until its response is read to its end or given up.
pub(crate) struct OpenRequest(ConnectionClock);

impl Drop for OpenRequest {
    fn drop(&mut self) {
        let clock = &self.0;
        clock.used();
        clock.0.ended.store(clock.now(), Relaxed);
        clock.0.open.fetch_sub(1, Relaxed);
    }
}

/// A socket whose writes the clock follows. A write that makes no progress for [`STALL_LIMIT`]
/// fails; a slow reader is no failure.
///
/// A response keeps its instance and its place until it is sent, so a client that reads nothing
/// would keep them for ever.
pub(crate) struct WatchedSocket<S> {
    inner: S,
    clock: ConnectionClock,
    /// Set while a write waits.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> WatchedSocket<S> {
    fn progress<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.alarm = None;
            return written;
        }
        let alarm = self
            .alarm
            .get_or_insert_with(|| Box::pin(sleep(STALL_LIMIT)));
        ready!(alarm.as_mut().poll(context));
        alarm.as_mut().reset(Instant::now() + STALL_LIMIT);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// The same of a write, which also uses the connection: what is left of a response that was
    /// read to its end goes out as slowly as its client takes it.
    fn sent<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.clock.sent();
        }
        self.progress(context, written)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedSocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedSocket<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.sent(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.sent(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(context);
        self.progress(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.inner).poll_shutdown(context);
        self.progress(context, shut)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stands_still_is_given_up() {
        let (near, far) = duplex(4);
        let mut near = ConnectionClock::start().watch(near);
        let error = near.write_all(b"more than fits").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(far);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_gets_everything() {
        let (near, mut far) = duplex(1);
        let mut near = ConnectionClock::start().watch(near);
        let writing = tokio::spawn(async move { near.write_all(b"slowly").await });
        let mut read = Vec::new();
        while read.len() < 6 {
            // Time is paused, so this only moves the clock: never quite to the limit.
            tokio::time::sleep(STALL_LIMIT - Duration::from_secs(1)).await;
            read.push(far.read_u8().await.unwrap());
        }
        assert_eq!(read, b"slowly");
        writing.await.unwrap().unwrap();
    }
}
