//! What can go wrong between this server and another one.

use http::StatusCode;

use super::Error;

/// Why a proxy, or whoever else asks another server, has no answer of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct GatewayError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) detail: String,
    /// The same as the runtime says it, for the log: there may be addresses in it.
    #[source]
    cause: Option<Cause>,
}

/// What the runtime said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
struct Cause(String);

impl GatewayError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            status,
            code,
            detail,
            cause: None,
        }
    }

    /// The same error with what the log is to say besides.
    #[cfg(feature = "client")]
    pub(crate) fn caused_by(mut self, cause: String) -> Self {
        self.cause = Some(Cause(cause));
        self
    }

    /// 407: the client does not say who it is to the proxy.
    pub fn unauthenticated(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PROXY_AUTHENTICATION_REQUIRED, code, detail)
    }

    /// 411: the body has no length, and cannot be passed on without one.
    pub fn length_required(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::LENGTH_REQUIRED, "length-required", detail)
    }

    /// 502: the other server cannot be asked, or its answer is invalid.
    pub fn bad_gateway(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_GATEWAY, code, detail)
    }

    /// 503: no other server is configured.
    pub fn not_configured(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    }

    /// 504: the other server did not answer in time.
    pub fn timeout(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, "timeout", detail)
    }

    /// 508: the request has been here before.
    pub fn loop_detected(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::LOOP_DETECTED, "loop-detected", detail)
    }
}

impl From<GatewayError> for Error {
    fn from(error: GatewayError) -> Self {
        Self::Gateway(error)
    }
}
