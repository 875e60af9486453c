//! What can go wrong between this server and another one.

use http::StatusCode;

use super::Error;

/// Why a proxy, or whoever else asks another server, has no answer of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) detail: String,
}

impl GatewayError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self {
            status,
            code,
            detail,
        }
    }

    /// 407: the client does not say who it is to the proxy.
    pub fn unauthenticated(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PROXY_AUTHENTICATION_REQUIRED, code, detail)
    }

    /// 411: the body has no length, and cannot be passed on without one.
    pub fn length_required(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::LENGTH_REQUIRED, "length-required", detail)
    }

    /// 502: the other server cannot be asked, or its answer is none.
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
