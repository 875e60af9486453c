//! A request's body, from the runtime.

use bytes::Bytes;
use futures::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use spin_sdk::{
    wasip3::{
        http::types::{ErrorCode, Request, Trailers},
        wit_future,
    },
    wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult},
};

use crate::error::BoxError;

/// Bytes that are read at once, at most.
const CHUNK_BYTES: u64 = 64 << 10;

/// Bytes that are read at once of a body whose length is not known.
const CHUNK_BYTES_UNANNOUNCED: u64 = 16 << 10;

/// How far a body is.
enum State {
    Unread(Request),
    Reading(Reading),
}

struct Reading {
    stream: StreamReader<u8>,
    /// How the body ends: the runtime's word that it is whole.
    end: FutureReader<Result<Option<Trailers>, ErrorCode>>,
    /// What became of reading it, for the runtime; said when it is dropped.
    _read: FutureWriter<Result<(), ErrorCode>>,
}

/// The body of a request, of which so many bytes are announced.
///
/// The runtime is asked for it when it is first read. Trailers are not looked at: nothing here uses them.
pub(crate) fn body(request: Request, announced: Option<u64>) -> UnsyncBoxBody<Bytes, BoxError> {
    let most = announced.map_or(CHUNK_BYTES_UNANNOUNCED, |length| length.min(CHUNK_BYTES));
    let room = usize::try_from(most).unwrap_or(0);
    let chunks = stream::unfold(Some(State::Unread(request)), move |state| async move {
        let mut reading = match state? {
            State::Reading(reading) => reading,
            State::Unread(request) => start(request),
        };
        let (result, chunk) = reading.stream.read(Vec::with_capacity(room)).await;
        if matches!(result, StreamResult::Complete(_)) {
            let frame = Ok(Frame::data(Bytes::from(chunk)));
            return Some((frame, Some(State::Reading(reading))));
        }
        match reading.end.await {
            Ok(_) => None,
            Err(error) => Some((Err(BoxError::from(error)), None)),
        }
    });
    StreamBody::new(chunks).boxed_unsync()
}

fn start(request: Request) -> Reading {
    let (read, result) = wit_future::new(|| Ok(()));
    let (stream, end) = Request::consume_body(request, result);
    Reading {
        stream,
        end,
        _read: read,
    }
}
