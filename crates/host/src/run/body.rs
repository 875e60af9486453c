//! Bodies on their way through the host: streamed, never collected.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt as _, Empty, Full};
use tokio::sync::oneshot;
use wasmtime_wasi_http::WasiBody;

use crate::{
    http::places::Place,
    run::requests::{Failure, GuestError},
};

/// Why a body ended before its end.
pub type BodyError = wasmtime_wasi_http::Error;

/// A response's body.
///
/// Until it is sent or dropped, it keeps the request's place among the concurrent requests, and its
/// ticket in the instance.
pub struct Body {
    inner: WasiBody,
    guest: Option<Guest>,
    /// Why it ended before its end, where a component is the reason.
    cause: Option<Arc<GuestError>>,
}

struct Guest {
    failure: oneshot::Receiver<Failure>,
    _place: Place,
}

impl Body {
    /// A body that the host makes itself.
    pub(crate) fn full(content: impl Into<Bytes>) -> Self {
        Self::own(Full::new(content.into()))
    }

    /// A body that the host makes itself, of any kind.
    pub(crate) fn own<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        Self {
            inner: wasi(body),
            guest: None,
            cause: None,
        }
    }

    /// A body that a guest sends.
    pub(crate) fn from_guest(
        inner: WasiBody,
        failure: oneshot::Receiver<Failure>,
        place: Place,
    ) -> Self {
        let guest = Some(Guest {
            failure,
            _place: place,
        });
        Self {
            inner,
            guest,
            cause: None,
        }
    }

    /// What the component did that cut the body off.
    pub(crate) fn cause(&self) -> Option<&Arc<GuestError>> {
        self.cause.as_ref()
    }
}

/// A body without content.
pub(crate) fn empty() -> WasiBody {
    wasi(Empty::new())
}

/// Any body in the form in which wasmtime takes it.
pub(crate) fn wasi<B>(body: B) -> WasiBody
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BodyError>,
{
    body.map_err(Into::into).boxed_unsync()
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = std::task::ready!(Pin::new(&mut self.inner).poll_frame(context));
        if frame.is_none()
            && let Some(mut guest) = self.guest.take()
            && let Ok(failure) = guest.failure.try_recv()
        {
            self.cause = failure.error().cloned();
            // The instance is gone, so this end is not the body's end. Passing it
            // on would let a cut-off answer look complete.
            return Poll::Ready(Some(Err(BodyError::HttpResponseIncomplete)));
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.guest.is_none() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
