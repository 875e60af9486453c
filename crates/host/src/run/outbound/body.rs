//! The bodies of outgoing requests and of their responses, on their way through.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::{Error, WasiBody};

/// Set when the instance of a request was ended while it had work: the body that it was sending has no end.
pub(crate) type Gone = Arc<AtomicBool>;

/// Marks an instance as gone.
pub(crate) fn tell_gone(gone: &Gone) {
    gone.store(true, Relaxed);
}

/// The body of a request. Where its instance ends before it, it ends with an error: cut off, it would look
/// complete to the other server. Any error of its own is [`Error::HttpRequestBodySize`], which says whose fault it is:
/// a client that this application serves may have sent it, and the other server did not fail.
pub(super) struct Sent {
    inner: WasiBody,
    gone: Gone,
}

impl Sent {
    pub(super) fn new(inner: WasiBody, gone: Gone) -> Self {
        Self { inner, gone }
    }

    /// That of a request without one.
    pub(super) fn nothing() -> Self {
        let nothing = Empty::new().map_err(|never| match never {});
        Self::new(nothing.boxed_unsync(), Gone::default())
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        if frame.is_none() && self.gone.load(Relaxed) {
            let why = "the component ended before the body that it was sending";
            return Poll::Ready(Some(Err(Error::InternalError(Some(why.to_owned())))));
        }
        Poll::Ready(frame.map(|frame| frame.map_err(broken)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream() && !self.gone.load(Relaxed)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

fn broken(why: Error) -> Error {
    match why {
        Error::HttpRequestBodySize(size) => Error::HttpRequestBodySize(size),
        _ => Error::HttpRequestBodySize(None),
    }
}

/// The body of a response, of which each part has to come in time.
pub(super) struct Received {
    /// Dropped when the time is over, and its connection with it.
    inner: Option<Incoming>,
    timeout: Duration,
    alarm: Pin<Box<Sleep>>,
    is_waiting: bool,
}

impl Received {
    pub(super) fn new(inner: Incoming, timeout: Duration) -> Self {
        Self {
            inner: Some(inner),
            timeout,
            alarm: Box::pin(sleep(timeout)),
            is_waiting: false,
        }
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        let Some(inner) = &mut this.inner else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(inner).poll_frame(context) {
            this.is_waiting = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::Hyper)));
        }
        if !this.is_waiting {
            this.is_waiting = true;
            this.alarm.as_mut().reset(Instant::now() + this.timeout);
        }
        ready!(this.alarm.as_mut().poll(context));
        this.inner = None;
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use http_body_util::StreamBody;

    use super::*;

    #[test]
    fn whatever_ends_a_request_is_the_requests_fault() {
        for (error, want) in [
            (Error::HttpProtocolError, None),
            (Error::InternalError(Some("reset".to_owned())), None),
            (Error::HttpRequestBodySize(Some(3)), Some(3)),
        ] {
            let frames = futures::stream::iter([Err::<Frame<Bytes>, _>(error)]);
            let sent = Sent::new(StreamBody::new(frames).boxed_unsync(), Gone::default());
            let got = block_on(sent.collect()).unwrap_err();
            assert!(
                matches!(got, Error::HttpRequestBodySize(size) if size == want),
                "{got:?}"
            );
        }
    }
}
