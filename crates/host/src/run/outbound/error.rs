//! Why there is no connection.

use wasmtime_wasi_http::Error;

/// Why there is no connection.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(super) enum NoConnection {
    #[error("the URI has no host")]
    NoHost,
    #[error("the name has no address")]
    NoAddress,
    #[error("the name cannot be in a certificate")]
    InvalidName,
    #[error("all addresses are blocked")]
    Prohibited,
    #[error("there may be no connections")]
    LimitReached,
    #[error("the connection was refused")]
    Refused,
    #[error("the connection took too long")]
    Timeout,
    #[error("TLS failed")]
    Tls,
}

impl From<NoConnection> for Error {
    /// Spin's errors for these.
    fn from(none: NoConnection) -> Self {
        let dns = |rcode: &str| Self::DnsError {
            rcode: Some(rcode.to_owned()),
            info_code: Some(0),
        };
        match none {
            NoConnection::NoHost => Self::HttpRequestUriInvalid,
            NoConnection::NoAddress => dns("address not available"),
            NoConnection::InvalidName => dns("invalid dns name"),
            NoConnection::Prohibited => Self::DestinationIpProhibited,
            NoConnection::LimitReached => Self::ConnectionLimitReached,
            NoConnection::Refused => Self::ConnectionRefused,
            NoConnection::Timeout => Self::ConnectionTimeout,
            NoConnection::Tls => Self::TlsProtocolError,
        }
    }
}
