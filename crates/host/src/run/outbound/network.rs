//! Requests over the network: connections are kept for the next ones.

use std::{error::Error as _, sync::Arc, time::Duration};

use http::{Request, Response, uri::Scheme};
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
    connect::{CONNECT_TIMEOUT, Connector, NoConnection},
};

/// How long a connection without a request is kept (Spin: 90 s). It counts as open meanwhile, so with a
/// limit others may have to wait for its end. Servers keep theirs for longer (gunicorn for 2 s, Node for 5): a
/// request on a connection that its server just closes would fail.
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
        let response = CONNECT_TIMEOUT.scope(timeouts.connect, self.0.request(request));
        match timeout(timeouts.first_byte, response).await {
            Ok(response) => response.map_err(|error| no_response(&error)),
            Err(_) => Err(Error::ConnectionReadTimeout),
        }
    }
}

/// Why there was no response. What the connector and the request's body have to say is somewhere below.
fn no_response(error: &legacy::Error) -> Error {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(none) = error.downcast_ref::<NoConnection>() {
            return none.into();
        }
        if let Some(Error::HttpRequestBodySize(size)) = error.downcast_ref() {
            return Error::HttpRequestBodySize(*size);
        }
        cause = error.source();
    }
    Error::HttpProtocolError
}
