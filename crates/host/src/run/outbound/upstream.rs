//! A server that a test makes up.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::Error;

use super::{body::Sent, error::NoConnection};

/// What decides about an answer.
type Answer = dyn Fn(&Request<Bytes>) -> Result<Response<Bytes>, UpstreamError> + Send + Sync;

/// Why a made-up server does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UpstreamError {
    /// Nothing listens there; the component gets `ConnectionRefused`.
    #[error("the connection is refused")]
    ConnectionRefused,
    /// It closes the connection without an answer, or speaks no HTTP: `HttpProtocolError`.
    #[error("there is no response")]
    NoResponse,
    /// Its name has no address: `DnsError`.
    #[error("the name has no address")]
    NameNotFound,
    /// It is too slow: `ConnectionReadTimeout`, without a wait.
    #[error("the response takes too long")]
    Timeout,
}

impl UpstreamError {
    /// What the component gets.
    fn code(self) -> Error {
        match self {
            Self::ConnectionRefused => NoConnection::Refused.into(),
            Self::NoResponse => Error::HttpProtocolError,
            Self::NameNotFound => NoConnection::NoAddress.into(),
            Self::Timeout => Error::ConnectionReadTimeout,
        }
    }
}

/// Answers the outgoing requests of an application under test in place of the network, and remembers them.
///
/// It is asked what the manifest allows, and nothing else. Clones are the same.
///
/// ```
/// use handspun::{Options, Upstream};
///
/// let upstream = Upstream::new(|request| match request.uri().path() {
///     "/time" => http::Response::new("12:00".into()),
///     _ => http::Response::builder().status(404).body("".into()).unwrap_or_default(),
/// });
/// let options = Options {
///     upstream: Some(upstream.clone()),
///     ..Options::default()
/// };
/// # drop(options);
/// // … and after the test has sent its requests:
/// assert_eq!(upstream.requests().len(), 0);
/// ```
#[derive(Clone)]
pub struct Upstream {
    answer: Arc<Answer>,
    requests: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl Upstream {
    /// Answers each request, whose URI says its host, with what `answer` returns.
    pub fn new(
        answer: impl Fn(&Request<Bytes>) -> Response<Bytes> + Send + Sync + 'static,
    ) -> Self {
        Self::try_new(move |request| Ok(answer(request)))
    }

    /// The same for a server that may fail.
    ///
    /// ```
    /// use handspun::{Upstream, UpstreamError};
    ///
    /// let is_down = Upstream::try_new(|_| Err(UpstreamError::ConnectionRefused));
    /// # drop(is_down);
    /// ```
    pub fn try_new(
        answer: impl Fn(&Request<Bytes>) -> Result<Response<Bytes>, UpstreamError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            answer: Arc::new(answer),
            requests: Arc::default(),
        }
    }

    /// The requests that came, with their whole bodies.
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.remembered().clone()
    }

    pub(super) async fn answer(
        &self,
        request: Request<Sent>,
    ) -> Result<Response<Full<Bytes>>, Error> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let request = Request::from_parts(head, body);
        let response = (self.answer)(&request);
        self.remembered().push(request);
        Ok(response.map_err(UpstreamError::code)?.map(Full::new))
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Vec<Request<Bytes>>> {
        // A panic elsewhere leaves the list as it was: it is only pushed to.
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Upstream")
    }
}
