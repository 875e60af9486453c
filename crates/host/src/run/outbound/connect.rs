//! Making a connection: the name is resolved once, and only those of its addresses are tried that are not
//! blocked.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};
use tokio::{
    net::{TcpStream, lookup_host},
    sync::{OwnedSemaphorePermit, Semaphore},
    task_local,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tower_service::Service;
use url::Host;

use super::{
    error::NoConnection,
    grant::{DEFAULT_TIMEOUT, Grant},
};
use crate::load::{
    blocked_networks::BlockedNetworks, destination::Destination, runtime_config::OutboundConfig,
};
use crate::tls::HTTP_2;

task_local! {
    /// The time for a new connection, of the request for which it is made: hyper's client has no other way
    /// to hand it to a connector.
    pub(super) static CONNECT_TIMEOUT: Duration;
}

/// What an application's components have in common on the network.
pub(crate) struct Network {
    blocked: BlockedNetworks,
    /// Whether connections are kept.
    pub(super) pooling: bool,
    max_connections: usize,
    /// One permit for each connection that may still be opened.
    permits: Arc<Semaphore>,
}

impl Network {
    /// With at most `capacity` connections, where the configuration says no number.
    pub(crate) fn new(config: &OutboundConfig, capacity: usize) -> Self {
        let max_connections = config.max_connections.unwrap_or(capacity);
        let max_connections = max_connections.min(Semaphore::MAX_PERMITS);
        Self {
            blocked: config.blocked_networks.clone(),
            pooling: config.connection_pooling,
            max_connections,
            permits: Arc::new(Semaphore::new(max_connections)),
        }
    }
}

/// Makes connections for one component.
#[derive(Clone)]
pub(super) struct Connector(Arc<Grant>);

impl Connector {
    pub(super) fn new(grant: Arc<Grant>) -> Self {
        Self(grant)
    }

    async fn connect(&self, uri: &Uri) -> Result<Stream, NoConnection> {
        let destination = Destination::from_uri(uri).ok_or(NoConnection::NoHost)?;
        let addresses = self.addresses(&destination).await?;
        let network = &self.0.network;
        if network.max_connections == 0 {
            return Err(NoConnection::LimitReached);
        }
        let permit = Arc::clone(&network.permits).acquire_owned().await;
        let permit = permit.map_err(|_| NoConnection::LimitReached)?;
        let tcp = TcpStream::connect(&*addresses).await;
        let tcp = tcp.map_err(|error| match error.kind() {
            io::ErrorKind::AddrNotAvailable => NoConnection::NoAddress,
            _ => NoConnection::Refused,
        })?;
        // A request's head and body go out at once, without a wait for the answer to the first packet.
        let _ = tcp.set_nodelay(true);
        let transport = if destination.is_tls {
            Transport::Tls(Box::new(TokioIo::new(self.tls(&destination, tcp).await?)))
        } else {
            Transport::Tcp(TokioIo::new(tcp))
        };
        Ok(Stream {
            transport,
            has_answered: HasAnswered::default(),
            _permit: permit,
        })
    }

    /// The addresses that may be connected to.
    async fn addresses(&self, destination: &Destination) -> Result<Vec<SocketAddr>, NoConnection> {
        let port = destination.port;
        let mut addresses: Vec<_> = match &destination.host {
            Host::Ipv4(address) => vec![(*address, port).into()],
            Host::Ipv6(address) => vec![(*address, port).into()],
            Host::Domain(name) => {
                let found = lookup_host((name.as_str(), port)).await;
                found.map_err(|_| NoConnection::NoAddress)?.collect()
            }
        };
        let blocked = &self.0.network.blocked;
        let before = addresses.len();
        addresses.retain(|address| !blocked.contain(address.ip()));
        match (before, addresses.len()) {
            (0, _) => Err(NoConnection::NoAddress),
            (_, 0) => {
                let (component, entry) = (&self.0.component, destination.entry());
                self.0.log.line(&format!(
                    "component {component} wanted to send a request to {entry}, all of whose addresses \
                     are in block_networks of the runtime configuration"
                ));
                Err(NoConnection::Prohibited)
            }
            _ => Ok(addresses),
        }
    }

    async fn tls(
        &self,
        destination: &Destination,
        tcp: TcpStream,
    ) -> Result<TlsStream<TcpStream>, NoConnection> {
        let name = match &destination.host {
            Host::Domain(name) => name
                .clone()
                .try_into()
                .map_err(|_| NoConnection::InvalidName)?,
            Host::Ipv4(address) => (*address).into(),
            Host::Ipv6(address) => (*address).into(),
        };
        let config = self.0.tls.for_host(&destination.host);
        let connected = TlsConnector::from(config).connect(name, tcp).await;
        connected.map_err(|error| {
            let (component, entry) = (&self.0.component, destination.entry());
            self.0.log.line(&format!(
                "component {component} has no TLS connection to {entry}: {error}"
            ));
            NoConnection::Tls
        })
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = NoConnection;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, NoConnection>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), NoConnection>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        let time = CONNECT_TIMEOUT.try_with(|time| *time);
        let time = time.unwrap_or(DEFAULT_TIMEOUT);
        Box::pin(async move {
            let connected = timeout(time, connector.connect(&uri)).await;
            connected.unwrap_or(Err(NoConnection::Timeout))
        })
    }
}

/// Whether a response has come over a connection.
#[derive(Clone, Default)]
pub(super) struct HasAnswered(Arc<AtomicBool>);

impl HasAnswered {
    pub(super) fn get(&self) -> bool {
        self.0.load(Relaxed)
    }

    pub(super) fn set(&self) {
        self.0.store(true, Relaxed);
    }
}

/// A connection.
pub(super) struct Stream {
    transport: Transport,
    has_answered: HasAnswered,
    /// Given back when it is closed.
    _permit: OwnedSemaphorePermit,
}

enum Transport {
    Tcp(TokioIo<TcpStream>),
    Tls(Box<TokioIo<TlsStream<TcpStream>>>),
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new().extra(self.has_answered.clone());
        match &self.transport {
            Transport::Tls(stream)
                if stream.inner().get_ref().1.alpn_protocol() == Some(HTTP_2) =>
            {
                connected.negotiated_h2()
            }
            _ => connected,
        }
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Tcp(stream) => Pin::new(stream).poll_read(context, buffer),
            Transport::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.transport {
            Transport::Tcp(stream) => Pin::new(stream).poll_write(context, bytes),
            Transport::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Tcp(stream) => Pin::new(stream).poll_flush(context),
            Transport::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Tcp(stream) => Pin::new(stream).poll_shutdown(context),
            Transport::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Tcp(stream) => stream.is_write_vectored(),
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.transport {
            Transport::Tcp(stream) => Pin::new(stream).poll_write_vectored(context, parts),
            Transport::Tls(stream) => Pin::new(stream).poll_write_vectored(context, parts),
        }
    }
}
