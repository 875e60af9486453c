//! A body on its way into the parser.

use std::{
    future::{Future, poll_fn},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::Poll,
};

use bytes::Bytes;
use futures::{
    lock::Mutex,
    stream::{self, Stream},
};

use super::MAX_PART_HEADER_BYTES;
use crate::{
    body::Incoming,
    error::{Error, Result},
};

/// How much the parser is given at a time, except the last piece.
pub(super) const PIECE_BYTES: usize = 64 * 1024;

/// How much it may hold in which it finds neither a part nor some of its content: a header, the rest of the
/// piece before it, and the piece with its end.
const MAX_HELD_BYTES: usize = MAX_PART_HEADER_BYTES + 2 * PIECE_BYTES;

/// A body that the parser is given, and that somebody else reads on when the parser is done.
#[derive(Debug)]
pub(super) struct Source {
    body: Mutex<Body>,
    /// Bytes that the parser was given since it last found something.
    held: AtomicUsize,
}

#[derive(Debug)]
struct Body {
    incoming: Incoming,
    /// What came in with the last piece and is not a piece yet.
    rest: Bytes,
}

impl Source {
    pub(super) fn new(incoming: Incoming) -> Arc<Self> {
        let rest = Bytes::new();
        Arc::new(Self {
            body: Mutex::new(Body { incoming, rest }),
            held: AtomicUsize::new(0),
        })
    }

    /// The body in the pieces that `multer` does well with.
    ///
    /// It takes all that it is offered before it looks at any, so it is offered one piece at a time. And it
    /// looks through all that it holds whenever a piece comes: a header of 16 MiB that came byte by byte would
    /// take hours. So a piece has a size, and a header has a limit.
    pub(super) fn pieces(self: &Arc<Self>) -> impl Stream<Item = Result<Bytes>> + Send + use<> {
        stream::try_unfold(Arc::clone(self), |source| async move {
            pause().await;
            if source.held.load(Relaxed) > MAX_HELD_BYTES {
                return Err(header_too_large());
            }
            let piece = source.body.lock().await.piece().await?;
            source.held.fetch_add(piece.len(), Relaxed);
            Ok((!piece.is_empty()).then_some((piece, source)))
        })
    }

    /// Takes note that the parser found something in what it was given.
    pub(super) fn found(&self) {
        self.held.store(0, Relaxed);
    }

    /// Reads what the parser never asked for, as that counts, too. How large the body was.
    ///
    /// # Errors
    /// Those of the body.
    pub(super) async fn drain(&self) -> Result<u64> {
        let incoming = &mut self.body.lock().await.incoming;
        while incoming.chunk().await?.is_some() {}
        Ok(incoming.read_bytes())
    }
}

impl Body {
    /// The next [`PIECE_BYTES`]; fewer at the end, and then none.
    async fn piece(&mut self) -> Result<Bytes> {
        if self.rest.is_empty() {
            self.rest = self.incoming.chunk().await?.unwrap_or_default();
        }
        if self.rest.len() >= PIECE_BYTES {
            return Ok(self.rest.split_to(PIECE_BYTES));
        }
        let mut piece = Vec::with_capacity(PIECE_BYTES);
        piece.extend_from_slice(&self.rest);
        self.rest.clear();
        while piece.len() < PIECE_BYTES
            && let Some(mut chunk) = self.incoming.chunk().await?
        {
            let room = PIECE_BYTES - piece.len();
            piece.extend_from_slice(&chunk.split_to(room.min(chunk.len())));
            self.rest = chunk;
        }
        Ok(piece.into())
    }
}

pub(super) fn header_too_large() -> Error {
    Error::too_much(
        "part-header-too-large",
        format!("the header of a part is larger than {MAX_PART_HEADER_BYTES} bytes"),
    )
}

/// Lets the task that waits for this do something else first.
fn pause() -> impl Future<Output = ()> {
    let mut paused = false;
    poll_fn(move |context| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}
