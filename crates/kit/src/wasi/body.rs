//! A body that the runtime has.

use bytes::Bytes;
use futures::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use spin_sdk::{
    wasip3::{
        http::types::{ErrorCode, Request, Response, Trailers},
        wit_future,
    },
    wit_bindgen::{FutureReader, FutureWriter, StreamReader, StreamResult},
};

use crate::error::BoxError;

/// Bytes that are read at once, at most.
const CHUNK_BYTES: u64 = 64 << 10;

/// Bytes that are read at once of a body whose length is not known.
const CHUNK_BYTES_UNANNOUNCED: u64 = 16 << 10;

/// How a body ends: the runtime's word that it is whole, and its trailers.
pub(crate) type End = Result<Option<Trailers>, ErrorCode>;

/// A message of which the runtime was not asked for the body.
#[derive(Debug)]
pub(crate) enum Message {
    Request(Request),
    Response(Response),
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

impl Message {
    /// The body in the runtime's own form, to hand it back in another message. A runtime on wasmtime then
    /// passes the body on by itself.
    pub(crate) fn into_stream(self) -> (StreamReader<u8>, FutureReader<End>) {
        let reading = self.start();
        (reading.stream, reading.end)
    }

    fn start(self) -> Reading {
        let (read, result) = wit_future::new(|| Ok(()));
        let (stream, end) = match self {
            Self::Request(request) => Request::consume_body(request, result),
            Self::Response(response) => Response::consume_body(response, result),
        };
        Reading {
            stream,
            end,
            _read: read,
        }
    }
}

/// How far a body is.
enum State {
    Unread(Message),
    Reading(Reading),
}

struct Reading {
    stream: StreamReader<u8>,
    end: FutureReader<End>,
    /// What became of reading it, for the runtime; said when it is dropped.
    _read: FutureWriter<Result<(), ErrorCode>>,
}

/// The body of a message, of which so many bytes are announced.
///
/// The runtime is asked for it when it is first read. Trailers are not looked at: nothing here uses them.
pub(crate) fn body(message: Message, announced: Option<u64>) -> UnsyncBoxBody<Bytes, BoxError> {
    let most = announced.map_or(CHUNK_BYTES_UNANNOUNCED, |length| length.min(CHUNK_BYTES));
    let room = usize::try_from(most).unwrap_or(0);
    let chunks = stream::unfold(Some(State::Unread(message)), move |state| async move {
        let mut reading = match state? {
            State::Reading(reading) => reading,
            State::Unread(message) => message.start(),
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
