//! The body of an HTTP/2 response, sent to a client that may stop reading it. The socket does not show that.

use std::{
    iter,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::sync::mpsc;

use crate::run::{
    body::{Body, BodyError},
    clocks::ConnectionClock,
};

/// Bytes of a response that are handed on at a time. A client that takes this many in time does read, if
/// slowly.
const PIECE_BYTES: usize = 16 << 10;

/// A response's body, read by a task of its own. The task notices when the client stops taking it.
pub(crate) struct Relayed {
    frames: mpsc::Receiver<Result<Frame<Bytes>, BodyError>>,
    /// Set once the whole body was handed on. Where the frames end without it, the response was cut off.
    complete: Arc<AtomicBool>,
    hint: SizeHint,
    /// Whether there is nothing to come.
    empty: bool,
}

impl Relayed {
    /// Relays a body of which the client takes each piece in time, by the `clock`, or the rest is cut off.
    /// `guard` is dropped when that is over.
    pub(crate) fn new(body: Body, guard: impl Send + 'static, clock: ConnectionClock) -> Self {
        let (sender, frames) = mpsc::channel(1);
        let complete = Arc::new(AtomicBool::new(false));
        let relayed = Self {
            frames,
            complete: Arc::clone(&complete),
            hint: http_body::Body::size_hint(&body),
            empty: http_body::Body::is_end_stream(&body),
        };
        tokio::spawn(async move {
            if relay(body, &sender, &clock).await {
                complete.store(true, Relaxed);
            }
            // The frames end only now.
            drop(sender);
            drop(guard);
        });
        relayed
    }
}

/// Hands the frames of a body on, in small pieces. Says whether all of them were taken, each in time.
async fn relay(
    mut body: Body,
    frames: &mpsc::Sender<Result<Frame<Bytes>, BodyError>>,
    clock: &ConnectionClock,
) -> bool {
    loop {
        let frame = tokio::select! {
            frame = body.frame() => frame,
            () = frames.closed() => return false,
        };
        let Some(frame) = frame else { return true };
        for piece in pieces(frame) {
            // The channel holds one piece: room for the next means that this one was taken.
            let taken =
                async { frames.send(piece).await.is_ok() && frames.reserve().await.is_ok() };
            if !clock.taken(taken).await {
                return false;
            }
        }
    }
}

/// The data of a frame in pieces of [`PIECE_BYTES`]; what is no data is one piece.
fn pieces(
    frame: Result<Frame<Bytes>, BodyError>,
) -> impl Iterator<Item = Result<Frame<Bytes>, BodyError>> {
    let (mut data, other) = match frame.map(Frame::into_data) {
        Ok(Ok(data)) => (data, None),
        Ok(Err(other)) => (Bytes::new(), Some(Ok(other))),
        Err(error) => (Bytes::new(), Some(Err(error))),
    };
    let pieces = iter::from_fn(move || {
        let length = data.len().min(PIECE_BYTES);
        (length > 0).then(|| Ok(Frame::data(data.split_to(length))))
    });
    pieces.chain(other)
}

impl http_body::Body for Relayed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match ready!(self.frames.poll_recv(context)) {
            None if !self.complete.load(Relaxed) => {
                // The error is reported once. After it comes the end.
                self.complete.store(true, Relaxed);
                Poll::Ready(Some(Err(BodyError::HttpResponseIncomplete)))
            }
            frame => Poll::Ready(frame),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.empty
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}
