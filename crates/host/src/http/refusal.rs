//! The answers that the host gives itself.

use std::sync::Arc;

use http::{HeaderValue, Response, StatusCode, header};

use crate::{
    http::headers::BadRequest,
    run::{
        body::Body,
        clocks::Late,
        requests::{Failure, GuestError},
    },
};

/// An error that the host answers itself, without a component.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    /// What went wrong, in a word that stays the same for programs.
    code: &'static str,
    detail: String,
    /// What a component did. It goes along with the response, for a test, and is not sent.
    cause: Option<Arc<GuestError>>,
}

/// A response without a body, as Spin gives it where no component is asked.
pub(crate) fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::full(""));
    *response.status_mut() = status;
    response
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            cause: None,
        }
    }

    /// Something failed that is not the client's fault; the log says what.
    pub(crate) fn internal() -> Self {
        let detail = "The server could not answer this request.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// A component took too long.
    fn timeout() -> Self {
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "timeout",
            "The answer took too long.",
        )
    }

    /// The client did not send what a component waits for.
    fn slow_client() -> Self {
        let detail = "The body of the request did not arrive in time.";
        Self::new(StatusCode::REQUEST_TIMEOUT, "slow-client", detail)
    }

    /// There is no place for the request.
    pub(crate) fn busy() -> Self {
        let detail = "The server has too many requests to answer this one now.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
    }

    /// The client wants a connection to another server, through this one.
    pub(crate) fn no_tunnel() -> Self {
        let detail = "This server does not connect clients to others (CONNECT). As a proxy it takes requests for \
                      http:// only.";
        Self::new(StatusCode::NOT_IMPLEMENTED, "connect-not-supported", detail)
    }

    /// An address has all the connections that it may have.
    pub(crate) fn too_many_connections(most: usize) -> Self {
        let detail =
            format!("There are already {most} connections from your address; no more are allowed.");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too-many-connections",
            detail,
        )
    }

    /// A client spoke plain HTTP where TLS is spoken.
    pub(crate) fn plain_http() -> Self {
        let detail = "This port speaks https. Ask it for https://... instead of http://...";
        Self::new(StatusCode::BAD_REQUEST, "plain-http", detail)
    }

    fn problem(&self) -> String {
        let problem = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
        });
        problem.to_string()
    }

    /// The refusal as HTTP/1.1, for a connection that is closed after it and on which no request was read.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let (head, problem) = self.into_problem().into_parts();
        let mut bytes = format!("HTTP/1.1 {}\r\n", head.status).into_bytes();
        for (name, value) in &head.headers {
            for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                bytes.extend_from_slice(part);
            }
        }
        let length = problem.len();
        let rest = format!("connection: close\r\ncontent-length: {length}\r\n\r\n{problem}");
        bytes.extend(rest.into_bytes());
        bytes
    }

    /// The refusal as the host sends it.
    pub(crate) fn into_response(self) -> Response<Body> {
        let cause = self.cause.clone();
        let mut response = self.into_problem().map(Body::full);
        if let Some(cause) = cause {
            response.extensions_mut().insert(cause);
        }
        response
    }

    /// The refusal as an RFC 9457 problem document.
    fn into_problem(self) -> Response<String> {
        let mut response = Response::new(self.problem());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        if self.status == StatusCode::REQUEST_TIMEOUT {
            // The rest of the body must not be read as another request (RFC 9110, 15.5.9).
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        let refusal = match failure {
            Failure::Late(Late::Client) => Self::slow_client(),
            Failure::Late(Late::Component) | Failure::Endless(_) => Self::timeout(),
            Failure::Busy => Self::busy(),
            Failure::Failed(_) => Self::internal(),
        };
        Self {
            cause: failure.error().cloned(),
            ..refusal
        }
    }
}

impl From<BadRequest> for Refusal {
    fn from(bad: BadRequest) -> Self {
        let (status, code) = match bad {
            BadRequest::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"),
            _ => (StatusCode::BAD_REQUEST, "malformed"),
        };
        Self::new(status, code, bad.to_string())
    }
}
