//! Requests over the network: connections are kept for the next ones.

use std::{error::Error as _, io, sync::Arc, time::Duration};

use http::{Extensions, Method, Request, Response, header, uri::Scheme};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;
use wasmtime_wasi_http::Error;

use super::{
    Grant, Timeouts,
    body::Sent,
    connect::{CONNECT_TIMEOUT, Connector, HasAnswered},
    error::NoConnection,
};

/// How long a connection without a request is kept (Spin: 90 s). It counts as open meanwhile, so with a
/// limit others may have to wait for its end. Most servers keep theirs for longer (gunicorn for 2 s, Node for 5).
const IDLE: Duration = Duration::from_secs(1);

/// How many connections without a request are kept to one host, by each component on each core.
const MAX_IDLE: usize = 64;

/// Sends requests over HTTP/1.1, or over HTTP/2 where a server prefers it by ALPN. Clones share their
/// connections.
#[derive(Clone)]
pub(super) struct Client(legacy::Client<Connector, Sent>);

impl Client {
    pub(super) fn new(grant: &Arc<Grant>) -> Self {
        let mut client = legacy::Client::builder(TokioExecutor::new());
        client
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(if grant.network.pooling { MAX_IDLE } else { 0 });
        Self(client.build(Connector::new(Arc::clone(grant))))
    }

    /// Sends a request and waits for the head of the response.
    ///
    /// # Errors
    ///
    /// There is no connection or no response, for a reason of Spin's.
    pub(super) async fn send(
        &self,
        request: Request<Sent>,
        timeouts: Timeouts,
    ) -> Result<Response<Incoming>, Error> {
        // A request without a scheme got one from wasmtime.
        if request
            .uri()
            .scheme()
            .is_none_or(|scheme| *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS)
        {
            return Err(Error::HttpProtocolError);
        }
        let response = CONNECT_TIMEOUT.scope(timeouts.connect, self.response(request));
        match timeout(timeouts.first_byte, response).await {
            Ok(response) => response.map_err(|error| no_response(&error)),
            Err(_) => Err(Error::ConnectionReadTimeout),
        }
    }

    /// A server may close a connection just as we send the next request on it. Such a request is sent once more, on
    /// another connection, if nothing comes of sending it twice (RFC 9110, section 9.2.2).
    async fn response(&self, request: Request<Sent>) -> Result<Response<Incoming>, legacy::Error> {
        let again = copy(&request);
        let mut result = self.0.request(request).await;
        if let (Err(error), Some(again)) = (&result, again)
            && came_too_late(error)
        {
            result = self.0.request(again).await;
        }
        if let Ok(response) = &result
            && let Some(connection) = response.extensions().get::<HasAnswered>()
        {
            connection.set();
        }
        result
    }
}

/// A second request like this one, if it is idempotent and has no body.
fn copy(request: &Request<Sent>) -> Option<Request<Sent>> {
    let method = request.method();
    let is_empty = match request.headers().get(header::CONTENT_LENGTH) {
        Some(length) => length == "0",
        // With these, hyper sends no body of unknown length.
        None => *method == Method::GET || *method == Method::HEAD,
    };
    if !(method.is_idempotent() && is_empty) {
        return None;
    }
    let mut copy = Request::new(Sent::nothing());
    *copy.method_mut() = method.clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    Some(copy)
}

/// Whether the server closed the connection before it answered, and had answered on it before.
fn came_too_late(error: &legacy::Error) -> bool {
    let mut extras = Extensions::new();
    if let Some(connection) = error.connect_info() {
        connection.get_extras(&mut extras);
    }
    extras.get::<HasAnswered>().is_some_and(HasAnswered::get) && was_closed(error)
}

/// Whether the connection ended, rather than bring something that is no answer.
fn was_closed(error: &legacy::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper::Error>()
            && error.is_incomplete_message()
        {
            return true;
        }
        if let Some(error) = error.downcast_ref::<io::Error>() {
            use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
            // The last one is TLS that ended without a word.
            return matches!(
                error.kind(),
                BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof
            );
        }
        cause = error.source();
    }
    false
}

/// Why there was no response. What the connector and the request's body have to say is somewhere below.
fn no_response(error: &legacy::Error) -> Error {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(none) = error.downcast_ref::<NoConnection>() {
            return (*none).into();
        }
        if let Some(Error::HttpRequestBodySize(size)) = error.downcast_ref() {
            return Error::HttpRequestBodySize(*size);
        }
        cause = error.source();
    }
    Error::HttpProtocolError
}
