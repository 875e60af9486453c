//! Why there is no answer.

use spin_sdk::wasip3::http::types::ErrorCode;

use crate::error::{Error, GatewayError};

/// Why a server gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {runtime}", .failure.detail())]
pub struct ClientError {
    failure: Failure,
    /// The runtime's word for it.
    runtime: String,
}

/// The ways in which asking fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// `spin.toml` does not let the component ask this server.
    NotAllowed,
    /// The address is in a network that the runtime's configuration blocks.
    Blocked,
    /// There is no such name.
    NameNotFound,
    /// Nobody listens there, or the way there is cut.
    Unreachable,
    /// No connection came about in time.
    ConnectTimeout,
    /// There was a connection, and no answer in time.
    Timeout,
    /// There is no secure connection: no valid certificate, say.
    Tls,
    /// The server's answer is not valid HTTP, or the connection broke off before it.
    Broken,
    /// The body of the request broke off, or was not as long as announced.
    RequestBody,
    /// The request is invalid: its URL or a header.
    Invalid,
}

impl Failure {
    /// The failure in a word that stays the same for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "server-not-allowed",
            Self::Blocked => "network-blocked",
            Self::NameNotFound => "name-not-found",
            Self::Unreachable => "unreachable",
            Self::ConnectTimeout | Self::Timeout => "timeout",
            Self::Tls => "tls-failed",
            Self::Broken => "broken-answer",
            Self::RequestBody => "broken-request",
            Self::Invalid => "invalid-request",
        }
    }

    /// The failure in words, without the server's name: a client need not know that.
    pub fn detail(self) -> &'static str {
        match self {
            Self::NotAllowed => {
                "this component may not ask that server: name it in allowed_outbound_hosts in the component's table \
                 of the manifest"
            }
            Self::Blocked => "the server is in a network that this application may not use",
            Self::NameNotFound => "no address was found for the server's name",
            Self::Unreachable => "the server cannot be reached",
            Self::ConnectTimeout => "connecting to the server took too long",
            Self::Timeout => "the server did not answer in time",
            Self::Tls => "the TLS connection to the server failed",
            Self::Broken => "the server did not send a whole answer",
            Self::RequestBody => {
                "the body of the request is not as long as announced, or broke off"
            }
            Self::Invalid => "the request to the server is not valid",
        }
    }
}

impl ClientError {
    pub(super) fn new(failure: Failure, runtime: impl Into<String>) -> Self {
        let runtime = runtime.into();
        Self { failure, runtime }
    }

    /// What failed.
    pub fn failure(&self) -> Failure {
        self.failure
    }
}

impl From<Failure> for ClientError {
    /// A failure that no runtime had: in a test, for one.
    fn from(failure: Failure) -> Self {
        Self::new(failure, failure.code())
    }
}

impl From<ErrorCode> for ClientError {
    fn from(code: ErrorCode) -> Self {
        use ErrorCode as Code;
        let failure = match &code {
            Code::HttpRequestDenied => Failure::NotAllowed,
            Code::DestinationIpProhibited => Failure::Blocked,
            Code::DnsError(_) | Code::DestinationNotFound => Failure::NameNotFound,
            Code::ConnectionRefused
            | Code::ConnectionLimitReached
            | Code::DestinationUnavailable
            | Code::DestinationIpUnroutable => Failure::Unreachable,
            Code::DnsTimeout | Code::ConnectionTimeout => Failure::ConnectTimeout,
            Code::ConnectionReadTimeout
            | Code::ConnectionWriteTimeout
            | Code::HttpResponseTimeout => Failure::Timeout,
            Code::TlsProtocolError | Code::TlsCertificateError | Code::TlsAlertReceived(_) => {
                Failure::Tls
            }
            Code::HttpRequestBodySize(_) => Failure::RequestBody,
            Code::HttpRequestMethodInvalid
            | Code::HttpRequestUriInvalid
            | Code::HttpRequestUriTooLong
            | Code::HttpRequestHeaderSectionSize(_)
            | Code::HttpRequestHeaderSize(_) => Failure::Invalid,
            _ => Failure::Broken,
        };
        Self::new(failure, format!("{code:?}"))
    }
}

impl From<ClientError> for Error {
    /// 504 where the server took too long, 400 where the client's own body is to blame, else 502.
    fn from(error: ClientError) -> Self {
        let ClientError { failure, runtime } = error;
        let detail = failure.detail();
        let gateway = match failure {
            Failure::RequestBody => return Self::Malformed(detail.to_owned()),
            Failure::ConnectTimeout | Failure::Timeout => GatewayError::timeout(detail),
            failure => GatewayError::bad_gateway(failure.code(), detail),
        };
        gateway.caused_by(runtime).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_the_runtime_becomes_an_answer() {
        for (code, status, word) in [
            (ErrorCode::HttpRequestDenied, 502, "server-not-allowed"),
            (ErrorCode::DestinationIpProhibited, 502, "network-blocked"),
            (ErrorCode::ConnectionRefused, 502, "unreachable"),
            (ErrorCode::ConnectionTimeout, 504, "timeout"),
            (ErrorCode::TlsCertificateError, 502, "tls-failed"),
            (ErrorCode::HttpResponseIncomplete, 502, "broken-answer"),
            (ErrorCode::HttpRequestBodySize(Some(3)), 400, "malformed"),
            (ErrorCode::HttpRequestUriInvalid, 502, "invalid-request"),
            (
                ErrorCode::InternalError(Some("10.0.0.7 is gone".to_owned())),
                502,
                "broken-answer",
            ),
        ] {
            let error = ClientError::from(code);
            let name = error.to_string();
            let answer = Error::from(error);
            assert_eq!(answer.status().as_u16(), status, "{name}");
            assert_eq!(answer.code(), word, "{name}");
            assert!(!answer.to_string().contains("10.0.0.7"), "{name}");
        }
    }
}
