//! The requests that a component sends: whether it may, how they go out, what comes back.
//!
//! ```text
//! component ─► Outbound::send ─► allowed? ─┬─► network::Client ─► Connector ─► resolved ─► blocked? ─► TCP, TLS
//!                                          └─► Upstream, in a test
//! ```
//!
//! What is denied, and what fails, are the errors that Spin has for it
//! (`crates/factor-outbound-http/src/wasi.rs`).

mod body;
mod connect;
mod error;
mod grant;
mod network;
mod tls;
mod upstream;

use std::{sync::Arc, time::Duration};

use http::header;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use self::grant::DEFAULT_TIMEOUT;
pub use self::upstream::{Upstream, UpstreamError};
pub(crate) use self::{
    body::{Gone, tell_gone},
    connect::Network,
    grant::Grant,
    tls::TlsConfigs,
};
use crate::{load::destination::Destination, run::body::wasi};

/// What becomes of sending a request's body.
pub(crate) type Transmission = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// The answer to an outgoing request.
pub(crate) type Answer = (http::Response<WasiBody>, Transmission);

/// Sends the requests of one component from one runtime, over connections of its own: none is shared with a
/// component that may not go there, or goes there as somebody else.
#[derive(Clone)]
pub(crate) struct Outbound {
    grant: Arc<Grant>,
    client: network::Client,
}

/// The time limits of one request.
#[derive(Clone, Copy)]
struct Timeouts {
    connect: Duration,
    first_byte: Duration,
    between_bytes: Duration,
}

impl Timeouts {
    fn new(options: Option<RequestOptions>) -> Self {
        let options = options.unwrap_or_default();
        Self {
            connect: options.connect_timeout.unwrap_or(DEFAULT_TIMEOUT),
            first_byte: options.first_byte_timeout.unwrap_or(DEFAULT_TIMEOUT),
            between_bytes: options.between_bytes_timeout.unwrap_or(DEFAULT_TIMEOUT),
        }
    }
}

impl Outbound {
    /// Without any connection yet.
    pub(crate) fn new(grant: &Arc<Grant>) -> Self {
        Self {
            client: network::Client::new(grant),
            grant: Arc::clone(grant),
        }
    }

    /// Sends a request, if the component may, and waits for the head of the response.
    ///
    /// # Errors
    ///
    /// What Spin answers, too: [`Error::HttpRequestDenied`] where the manifest does not allow it,
    /// [`Error::DestinationIpProhibited`] where the runtime configuration does not, and what says why there
    /// is no response.
    pub(crate) async fn send(
        self,
        mut request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        gone: Gone,
    ) -> Result<Answer, Error> {
        self.check(&request)?;
        // The client makes one of the URI.
        request.headers_mut().remove(header::HOST);
        let request = request.map(|body| body::Sent::new(body, gone));
        let timeouts = Timeouts::new(options);
        let response = match &self.grant.upstream {
            Some(upstream) => upstream.answer(request).await?.map(wasi),
            None => {
                let response = self.client.send(request, timeouts).await?;
                response.map(|body| wasi(body::Received::new(body, timeouts.between_bytes)))
            }
        };
        // An error after this comes with the body.
        Ok((response, Box::new(async { Ok(()) })))
    }

    /// Whether the component may send it.
    fn check(&self, request: &http::Request<WasiBody>) -> Result<(), Error> {
        let Grant {
            component,
            allowed,
            log,
            ..
        } = &*self.grant;
        let uri = request.uri();
        let Some(destination) = Destination::from_uri(uri) else {
            log.line(&format!(
                "component {component} wanted to send a request to {:?}, which is no host",
                uri.host().unwrap_or_default()
            ));
            return Err(Error::HttpRequestDenied);
        };
        let entry = destination.entry();
        if destination.is_inside() {
            log.line(&format!(
                "component {component} wanted to send a request to {entry}: Spin hands such requests to \
                 the application itself, this runtime does not"
            ));
            return Err(Error::HttpRequestDenied);
        }
        if !allowed.allow(&destination) {
            log.line(&format!(
                "component {component} may not send requests to {entry}; to allow it, add \
                 allowed_outbound_hosts = [{entry:?}] to [component.{component}] in the manifest"
            ));
            return Err(Error::HttpRequestDenied);
        }
        Ok(())
    }
}
