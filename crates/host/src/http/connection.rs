//! One connection: TLS or not, which protocol, and its requests.

use std::{io::ErrorKind, net::SocketAddr, sync::Arc};

use http::StatusCode;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{self, AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    pin,
    sync::watch,
};

use crate::{
    Log,
    app::OnCore,
    http::{
        access_log::Access,
        current::Current,
        http2,
        protocol::{self, Protocol},
        refusal::Refusal,
        socket,
        tls::{Accepted, Tls},
    },
    run::{
        body::Body,
        clocks::{ConnectionClock, linger},
    },
};

/// A connection that was accepted.
pub(crate) struct Connection {
    pub(crate) client: SocketAddr,
    pub(crate) app: Arc<Current>,
    /// Gets a line for each request.
    pub(crate) log: Option<Log>,
    /// Closed when the server stops.
    pub(crate) stopped: watch::Receiver<()>,
    pub(crate) clock: ConnectionClock,
}

impl Connection {
    /// Serves it on the thread that calls this.
    pub(crate) async fn open(self, stream: std::net::TcpStream, tls: Option<Tls>) {
        let stream = match TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => return self.app.get().log().line(&socket::not_served(&error)),
        };
        socket::prepare(&stream);
        let stream = self.clock.watch(stream);
        match tls {
            None => self.serve(stream).await,
            Some(tls) => self.shake_hands(stream, &tls).await,
        }
    }

    /// Serves it over TLS. A client that speaks plain HTTP is told to use https.
    async fn shake_hands<S>(mut self, stream: S, tls: &Tls)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let accepted = tokio::select! {
            accepted = self.clock.first_bytes(tls.accept(stream)) => accepted,
            _ = self.stopped.changed() => return,
        };
        match accepted {
            Some(Ok(Accepted::Tls(stream))) => self.serve(stream).await,
            Some(Ok(Accepted::PlainHttp(mut stream))) => {
                if let Some(log) = self.log {
                    Access::without_request(self.client, log).answered(StatusCode::BAD_REQUEST);
                }
                linger(async {
                    // An error means that the client is gone.
                    let _ = stream.write_all(&Refusal::plain_http().into_bytes()).await;
                    let _ = stream.shutdown().await;
                    let _ = io::copy(&mut stream, &mut io::sink()).await;
                })
                .await;
            }
            // It speaks something else, or does not trust the certificate.
            Some(Err(error)) if error.kind() == ErrorKind::InvalidData => {
                if let Some(log) = self.log {
                    log.line(&format!("{}: no TLS connection: {error}", self.client.ip()));
                }
            }
            // It is gone, or sent nothing.
            Some(Err(_)) | None => {}
        }
    }

    async fn serve<S>(mut self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let reading = protocol::protocol(stream);
        let begun = tokio::select! {
            begun = self.clock.first_bytes(reading) => begun,
            _ = self.stopped.changed() => return,
        };
        // The client is gone, or sent nothing.
        let Some(Ok((protocol, stream))) = begun else {
            return;
        };
        let Self {
            client,
            app,
            log,
            stopped,
            clock,
        } = self;
        let refused_log = log.clone();
        let answer = move |request| answer(app.get(), request, client, log.clone());
        let ended = match protocol {
            Protocol::Http2 => http2::serve(stream, answer, stopped, clock).await,
            Protocol::Http1 => serve_http1(stream, answer, stopped, clock).await,
        };
        // The client is gone, or sent what is not HTTP and has its 400.
        if let (Err(error), Some(log), Protocol::Http1) = (ended, refused_log, protocol) {
            drop(Access::refused(&error, client, log));
        }
    }
}

/// Answers a request and writes its line.
async fn answer(
    app: Arc<OnCore>,
    request: hyper::Request<Incoming>,
    client: SocketAddr,
    log: Option<Log>,
) -> hyper::Response<Body> {
    let access = log.map(|log| Access::new(&request, client, log));
    let response = app.handle(request, client).await;
    if let Some(access) = access {
        access.answered(response.status());
    }
    response
}

/// Serves a connection that speaks HTTP/1.1 until its client leaves it, has no request in time,
/// or `stopped` is closed; then the running request ends.
async fn serve_http1<S, A>(
    stream: S,
    answer: impl Fn(hyper::Request<Incoming>) -> A,
    mut stopped: watch::Receiver<()>,
    clock: ConnectionClock,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Future<Output = hyper::Response<Body>>,
{
    let service = service_fn(|request| {
        let answer = answer(request);
        async { Ok::<_, io::Error>(answer.await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(clock.head_limit())
        .serve_connection(TokioIo::new(stream), service);
    pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use tokio::{io::duplex, time::timeout};

    use super::*;
    use crate::{App, Options};

    /// A connection to an application that has nothing in it.
    fn connection(folder: &std::path::Path) -> (Connection, watch::Sender<()>, Tls) {
        let manifest = folder.join("spin.toml");
        let text = "spin_manifest_version = 2\n[application]\nname = \"a\"\n[trigger]\nhttp = []\n[component]\n";
        fs::write(&manifest, text).unwrap();
        let app = Arc::new(App::from_manifest(&manifest, Options::default()).unwrap());
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (cert_file, key_file) = (folder.join("cert.pem"), folder.join("key.pem"));
        fs::write(&cert_file, cert.pem()).unwrap();
        fs::write(&key_file, signing_key.serialize_pem()).unwrap();
        let tls = Tls::load(&cert_file, &key_file).unwrap();
        let (stop, stopped) = watch::channel(());
        let connection = Connection {
            client: ([127, 0, 0, 1], 1).into(),
            app: Arc::new(Current::new(
                watch::channel(app).1,
                http::uri::Scheme::HTTPS,
            )),
            log: None,
            stopped,
            clock: ConnectionClock::start(),
        };
        (connection, stop, tls)
    }

    #[tokio::test(start_paused = true)]
    async fn a_handshake_that_is_not_finished_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        // Nothing, a part of a record, plain HTTP without an end.
        for begin in [b"".as_slice(), &[0x16, 3, 1, 0], b"GET / "] {
            let (connection, _stop, tls) = connection(folder.path());
            let (mut client, server) = duplex(1 << 10);
            client.write_all(begin).await.unwrap();
            let ended = timeout(
                Duration::from_secs(60),
                connection.shake_hands(server, &tls),
            );
            assert!(ended.await.is_ok(), "it is held after {begin:?}");
            drop(client);
        }
    }
}
