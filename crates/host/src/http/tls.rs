//! The server's side of TLS.

use std::{fmt, io, path::Path, sync::Arc};

use anyhow::Context as _;
use rustls::{Error, ServerConfig, crypto::ring};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    http::protocol::Replayed,
    tls::{self, PROTOCOLS},
};

/// A certificate and its key, with which a server proves its name.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No key.
        f.debug_tuple("Tls").finish_non_exhaustive()
    }
}

impl Tls {
    /// The certificate of a file, with those that lead to its authority behind it, and the key of another;
    /// both in PEM, as `spin up --tls-cert FILE --tls-key FILE` takes them. Clients that can, speak HTTP/2.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or has not in it what it should have; a key that is encrypted, or that
    /// belongs to another certificate.
    pub fn load(certificate: &Path, key: &Path) -> anyhow::Result<Self> {
        let certificates = tls::certificates(certificate)?;
        let private_key = tls::private_key(key)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(certificates, private_key)
            .map_err(|error| match error {
                Error::InconsistentKeys(_) => anyhow::anyhow!(
                    "the private key in {} is not the one of the certificate in {}",
                    key.display(),
                    certificate.display()
                ),
                error => anyhow::Error::from(error),
            })
            .with_context(|| {
                format!(
                    "{} and {} cannot be used",
                    certificate.display(),
                    key.display()
                )
            })?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Self(Arc::new(config).into()))
    }

    /// Shakes hands with a client, or finds that it does not speak TLS.
    ///
    /// # Errors
    ///
    /// The client has gone, or does not keep to the protocol, or does not want this certificate.
    pub(crate) async fn accept<S>(&self, mut stream: S) -> io::Result<Accepted<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let first = stream.read_u8().await?;
        let stream = Replayed::new(vec![first], stream);
        // A method begins with a letter, and no record of TLS does.
        if first.is_ascii_alphabetic() {
            return Ok(Accepted::PlainHttp(stream));
        }
        self.0.accept(stream).await.map(Box::new).map(Accepted::Tls)
    }
}

/// What a client speaks.
pub(crate) enum Accepted<S> {
    Tls(Box<TlsStream<Replayed<S>>>),
    /// It has not been answered.
    PlainHttp(Replayed<S>),
}
