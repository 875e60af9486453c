//! Where the program listens.

use std::{io::ErrorKind, net::SocketAddr, path::PathBuf};

use clap::Args;
use tokio::net::TcpListener;

use crate::{Listener, Tls, load::find_manifest};

/// How many ports are tried to find a free one, as by Spin.
const PORTS_TRIED: u16 = 10;

/// An address, and how it is served.
#[derive(Debug, Args)]
#[command(next_help_heading = "The server")]
pub(super) struct Listen {
    /// The address or name, and port, to listen on
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "SPIN_HTTP_LISTEN_ADDR",
        default_value = "127.0.0.1:3000",
        value_parser = find_manifest::listen_address
    )]
    listen: SocketAddr,

    /// If the port is in use, take the first free one of the nine above it
    #[arg(long)]
    find_free_port: bool,

    /// Serve https with the certificate in this file, in PEM
    #[arg(long, value_name = "FILE", env = "SPIN_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The file with the certificate's private key, in PEM and not encrypted
    #[arg(long, value_name = "FILE", env = "SPIN_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl Listen {
    /// The certificate and its key, where https is to be served.
    ///
    /// # Errors
    ///
    /// They cannot be read, or do not belong together.
    pub(super) fn tls(&self) -> anyhow::Result<Option<Tls>> {
        // One without the other is refused while arguments are parsed.
        let files = self.tls_cert.as_ref().zip(self.tls_key.as_ref());
        files.map(|(cert, key)| Tls::load(cert, key)).transpose()
    }

    /// Begins to accept connections.
    ///
    /// # Errors
    ///
    /// The address is in use, with those above it where they may be used instead, or is none of this
    /// machine.
    pub(super) async fn bind(&self, tls: Option<Tls>) -> anyhow::Result<Listener> {
        let first = self.listen;
        let tried = if self.find_free_port { PORTS_TRIED } else { 1 };
        let last = first.port().saturating_add(tried - 1);
        for port in first.port()..=last {
            let address = SocketAddr::new(first.ip(), port);
            match TcpListener::bind(address).await {
                Ok(socket) => return Ok(Listener::new(socket, tls)),
                Err(error) if error.kind() == ErrorKind::AddrInUse => {}
                Err(error) => anyhow::bail!("cannot listen on {address}: {error}"),
            }
        }
        if self.find_free_port {
            anyhow::bail!(
                "the ports {} to {last} are all in use; choose others with --listen",
                first.port()
            )
        }
        anyhow::bail!(
            "{first} is already in use; choose another with --listen ADDRESS:PORT, or let \
             --find-free-port do it"
        )
    }
}
