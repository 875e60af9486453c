//! Requests to other servers, as Python's `requests` sends them (feature `client`).
//!
//! The component may ask only whom `spin.toml` names in its `allowed_outbound_hosts`. Redirects are not
//! followed. Bodies are streams: that of a request which is passed on, or of an answer which a view returns, goes
//! through the runtime and never enters the component.
//!
//! # Example
//! ```no_run
//! use kit::{Request, Response, Result, client, jsonify};
//!
//! /// `requests.get(...).json()`, in a view.
//! async fn weather(_: Request) -> Result<Response> {
//!     let weather = client::get("https://weather.example/now").await?.into_body().json().await?;
//!     Ok(jsonify(&weather["temperature"]))
//! }
//! ```

mod answer;
mod error;
mod hop_by_hop;
mod read;

use std::time::Duration;

use http::{
    Method, Request,
    header::{CONTENT_LENGTH, HOST, HeaderValue},
};
use http_body::Body as _;
use spin_sdk::wasip3::http::{
    client,
    types::{ErrorCode, Request as WasiRequest, RequestOptions},
};

use crate::{
    body::Body,
    response::Response,
    wasi::{self, Message},
};

pub use self::error::{ClientError, Failure};

/// Time limits of a request, set as an extension of it. The runtime's own limits apply to what is not set.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Option<Duration>,
    /// For the head of the answer. The runtime counts the time that the request's body takes, too.
    pub first_byte: Option<Duration>,
}

/// Asks for what is at a URL (`requests.get`).
///
/// # Errors
/// See [`ClientError`]. In a view, `?` makes it an answer: 504 where the server took too long, else 502.
pub async fn get(url: &str) -> Result<Response, ClientError> {
    let request = Request::get(url).body(Body::empty());
    let request = request.map_err(|why| ClientError::new(Failure::Invalid, why.to_string()))?;
    send(request).await
}

/// Sends a request to the server that its URI names, and returns the answer as soon as its head is there.
///
/// `Host` is taken from the URI. Headers that concern one connection only are taken away from the request and from the
/// answer (RFC 9110, section 7.6.1): `Connection` and what it names, `Transfer-Encoding`, `Proxy-Authorization` and
/// the like. The rest can be passed on as it is. Of `TE`, `trailers` is kept.
///
/// # Errors
/// See [`ClientError`].
///
/// # Example
/// ```no_run
/// use kit::{Response, Result, client::{self, Timeouts}, response::Body};
///
/// async fn ask(question: &'static str) -> Result<Response> {
///     let mut request = http::Request::post("http://127.0.0.1:5000/ask")
///         .header("content-type", "text/plain")
///         .body(Body::from(question))
///         .map_err(kit::Error::internal)?;
///     request.extensions_mut().insert(Timeouts {
///         connect: Some(std::time::Duration::from_secs(5)),
///         ..Timeouts::default()
///     });
///     Ok(client::send(request).await?)
/// }
/// ```
pub async fn send(request: Request<Body>) -> Result<Response, ClientError> {
    let answer = client::send(outgoing(request)?).await?;
    let mut headers = wasi::headers(&answer.get_headers());
    let status = answer::head(answer.get_status_code(), &mut headers)?;
    let mut response = Response::new(Body::from_wasi(Message::from(answer)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// A request, for the runtime.
fn outgoing(request: Request<Body>) -> Result<WasiRequest, ClientError> {
    let (mut parts, body) = request.into_parts();
    let headers = &mut parts.headers;
    headers.remove(HOST);
    hop_by_hop::remove(headers);
    if body.is_end_stream() && parts.method != Method::GET && parts.method != Method::HEAD {
        // Without it the runtime would announce chunks, of which there are none.
        headers
            .entry(CONTENT_LENGTH)
            .or_insert(HeaderValue::from(0));
    }
    let fields =
        wasi::fields(headers).map_err(|why| ClientError::new(Failure::Invalid, why.to_string()))?;
    let timeouts = parts.extensions.get::<Timeouts>().map(options);
    let (stream, end) = body.into_stream();
    let (request, _sent) = WasiRequest::new(fields, stream, end, timeouts);
    let uri = parts.uri;
    let set = request
        .set_method(&(&parts.method).into())
        .and_then(|()| request.set_scheme(uri.scheme().map(Into::into).as_ref()))
        .and_then(|()| request.set_authority(uri.authority().map(|authority| authority.as_str())))
        .and_then(|()| request.set_path_with_query(uri.path_and_query().map(|path| path.as_str())));
    set.map_err(|()| ErrorCode::HttpRequestUriInvalid)?;
    Ok(request)
}

fn options(timeouts: &Timeouts) -> RequestOptions {
    let options = RequestOptions::new();
    let nanoseconds = |time: Option<Duration>| {
        time.map(|time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    };
    // A runtime that does not keep to them says so, and waits as long as it likes.
    let _ = options.set_connect_timeout(nanoseconds(timeouts.connect));
    let _ = options.set_first_byte_timeout(nanoseconds(timeouts.first_byte));
    options
}
