//! Bodies on their way, in and out.

mod incoming;
mod outgoing;

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full, combinators::UnsyncBoxBody};

use crate::{error::BoxError, wasi};

pub(crate) use self::incoming::{Incoming, append};

/// A body that is on its way, in or out.
///
/// One that the runtime has is not asked for before somebody reads it. So what came in can go out again, of a
/// request or of an answer, without a byte of it ever being in the component.
pub struct Body(Kind);

enum Kind {
    /// Memory, or whatever makes it.
    Made(UnsyncBoxBody<Bytes, BoxError>),
    /// The runtime, which has not been asked for it.
    Runtime(wasi::Message),
    /// Nobody, while it is polled.
    Taken,
}

impl Body {
    /// A body that something makes.
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Kind::Made(body.map_err(Into::into).boxed_unsync()))
    }

    /// A body without content.
    pub fn empty() -> Self {
        Self::from(Bytes::new())
    }

    /// The body of a message of the runtime.
    pub(crate) fn from_wasi(message: wasi::Message) -> Self {
        Self(Kind::Runtime(message))
    }

    /// The runtime's message where the body is still with it, or else the body.
    pub(crate) fn into_wasi(self) -> Result<wasi::Message, Self> {
        match self.0 {
            Kind::Runtime(message) => Ok(message),
            other => Err(Self(other)),
        }
    }

    /// The same body, and what sees its error before it is handed on. The runtime tells nobody of its own.
    pub(crate) fn map_err<F>(self, change: F) -> Self
    where
        F: FnMut(BoxError) -> BoxError + Send + 'static,
    {
        match self.0 {
            Kind::Made(body) => Self(Kind::Made(body.map_err(change).boxed_unsync())),
            other => Self(other),
        }
    }

    /// The body, which the runtime is asked for where it has it. So many bytes of it are announced.
    pub(crate) fn started(self, announced: Option<u64>) -> UnsyncBoxBody<Bytes, BoxError> {
        match self.0 {
            Kind::Made(body) => body,
            Kind::Runtime(message) => wasi::body(message, announced),
            Kind::Taken => Empty::new().map_err(|never| match never {}).boxed_unsync(),
        }
    }
}

impl From<Bytes> for Body {
    fn from(content: Bytes) -> Self {
        Self::new(Full::new(content))
    }
}

impl From<String> for Body {
    fn from(content: String) -> Self {
        Self::from(Bytes::from(content))
    }
}

impl From<&'static str> for Body {
    fn from(content: &'static str) -> Self {
        Self::from(Bytes::from(content))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let taken = std::mem::replace(&mut *self, Self(Kind::Taken));
        let mut body = taken.started(None);
        let polled = Pin::new(&mut body).poll_frame(context);
        self.0 = Kind::Made(body);
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Made(body) => body.is_end_stream(),
            Kind::Runtime(_) => false,
            Kind::Taken => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Made(body) => body.size_hint(),
            Kind::Runtime(_) | Kind::Taken => SizeHint::default(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
