//! Where connections are accepted, and whether they are TLS.

use http::uri::Scheme;
use tokio::net::TcpListener;

use crate::http::tls::Tls;

/// A socket on which connections are accepted: a [`TcpListener`], for https together with a [`Tls`].
pub struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) tls: Option<Tls>,
}

impl Listener {
    /// For https with `tls`, without one for http.
    pub fn new(socket: TcpListener, tls: Option<Tls>) -> Self {
        Self { socket, tls }
    }

    /// `https` or `http`.
    pub(crate) fn scheme(&self) -> Scheme {
        match self.tls {
            Some(_) => Scheme::HTTPS,
            None => Scheme::HTTP,
        }
    }
}

impl From<TcpListener> for Listener {
    fn from(socket: TcpListener) -> Self {
        Self::new(socket, None)
    }
}
