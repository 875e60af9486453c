//! TLS to servers of the test, with certificates of its own.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use handspun::{ClientTls, Options, OutboundConfig, RuntimeConfig};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    RootCertStore, ServerConfig, crypto::ring, pki_types::PrivateKeyDer,
    server::WebPkiClientVerifier,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use super::{
    Sender, body,
    server::{Server, echo},
};
use crate::support::authority::Authority;

impl Authority {
    /// What a server for a name speaks. It wants a certificate of its clients where that is said.
    fn config(&self, name: &str, protocols: &[&str], wants_certificate: bool) -> ServerConfig {
        let (certificate, key) = self.sign(name);
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if wants_certificate {
            let mut roots = RootCertStore::empty();
            roots.add(self.certificate().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut config = builder
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().into())
            .collect();
        config
    }

    /// A server for a name, which echoes.
    async fn server(&self, name: &str, protocols: &[&str], wants_certificate: bool) -> Server {
        let config = self.config(name, protocols, wants_certificate);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Server::accepting("127.0.0.1:0", move |stream| {
            let acceptor = acceptor.clone();
            async move {
                // A client may not like the certificate.
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = service_fn(|request| async {
                    let version = format!("{:?}", request.version());
                    let mut answer = echo(request).await;
                    answer
                        .headers_mut()
                        .insert("x-version", version.parse().unwrap());
                    Ok::<_, std::convert::Infallible>(answer)
                });
                let io = TokioIo::new(stream);
                let is_h2 = io.inner().get_ref().1.alpn_protocol() == Some(b"h2");
                if is_h2 {
                    let http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    let _ = http2.serve_connection(io, service).await;
                } else {
                    let http1 = hyper::server::conn::http1::Builder::new();
                    let _ = http1.serve_connection(io, service).await;
                }
            }
        })
        .await
    }

    /// What has the sender trust this authority at localhost.
    fn trust(&self) -> ClientTls {
        ClientTls {
            component_ids: vec!["sender".to_owned()],
            hosts: vec!["localhost".to_owned()],
            ca_roots_file: Some(self.file("ca.pem")),
            ..ClientTls::default()
        }
    }
}

fn sender(client_tls: Vec<ClientTls>) -> Sender {
    let outbound = OutboundConfig {
        client_tls,
        ..OutboundConfig::default()
    };
    let options = Options {
        runtime_config: RuntimeConfig {
            outbound,
            ..RuntimeConfig::default()
        },
        ..Options::default()
    };
    Sender::with(&["*://*:*"], options)
}

/// Where a server is by its name.
fn url(server: &Server) -> String {
    format!("https://localhost:{}/", server.address.port())
}

#[tokio::test]
async fn a_server_is_spoken_to_as_it_prefers() {
    let authority = Authority::new();
    for (protocols, version) in [
        (&["h2", "http/1.1"][..], "HTTP/2.0"),
        (&["http/1.1"], "HTTP/1.1"),
        (&[], "HTTP/1.1"),
    ] {
        let server = authority.server("localhost", protocols, false).await;
        let sender = sender(vec![authority.trust()]);
        for _ in 0..3 {
            let told = sender.get(&url(&server)).await;
            body(&told);
            assert!(told.contains(&format!("x-version: {version}\n")), "{told}");
        }
        assert_eq!(server.connections(), 1, "{version}");
    }
}

/// Answers the first request of a connection. Upon the second it is gone, without the end that TLS has.
async fn answer_once(acceptor: TlsAcceptor, stream: TcpStream, requests: Arc<AtomicUsize>) {
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    for answer in ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", ""] {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else {
                return;
            };
            head.push(byte);
        }
        requests.fetch_add(1, Relaxed);
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
    }
}

#[tokio::test]
async fn a_request_that_meets_the_end_of_its_connection_is_sent_again() {
    let authority = Authority::new();
    let acceptor = TlsAcceptor::from(Arc::new(authority.config("localhost", &[], false)));
    let mut seen = 0;
    for _ in 0..100 {
        let requests = Arc::new(AtomicUsize::new(0));
        let (acceptor, counted) = (acceptor.clone(), Arc::clone(&requests));
        let server = Server::accepting("127.0.0.1:0", move |stream| {
            answer_once(acceptor.clone(), stream, Arc::clone(&counted))
        })
        .await;
        let sender = sender(vec![authority.trust()]);
        for _ in 0..2 {
            assert_eq!(body(&sender.get(&url(&server)).await), "ok");
        }
        seen = requests.load(Relaxed);
        // Else the connection had not been put back yet.
        if seen == 3 {
            break;
        }
    }
    assert_eq!(seen, 3);
}

#[tokio::test]
async fn who_cannot_prove_its_name_is_not_trusted() {
    let (authority, other) = (Authority::new(), Authority::new());
    for (server, trusted) in [
        (authority.server("localhost", &[], false).await, vec![]),
        (
            authority.server("localhost", &[], false).await,
            vec![other.trust()],
        ),
        (
            authority.server("other.example", &[], false).await,
            vec![authority.trust()],
        ),
    ] {
        let sender = sender(trusted);
        let told = sender.get(&url(&server)).await;
        assert_eq!(told, "error: ErrorCode::TlsProtocolError");
        let log = sender.log();
        assert!(
            log.contains("component sender has no TLS connection to https://localhost"),
            "{log}"
        );
    }
}

#[tokio::test]
async fn a_client_may_have_a_certificate_of_its_own() {
    let authority = Authority::new();
    let (certificate, key) = authority.sign("sender");
    fs::write(authority.file("own.pem"), certificate.pem()).unwrap();
    fs::write(authority.file("own.key"), key.serialize_pem()).unwrap();
    let own = ClientTls {
        client_cert: Some((authority.file("own.pem"), authority.file("own.key"))),
        ..authority.trust()
    };
    let server = authority.server("localhost", &[], true).await;
    // The first entry for a component and a host holds.
    let with = sender(vec![own, authority.trust()]);
    body(&with.get(&url(&server)).await);
    let without = sender(vec![authority.trust()]);
    let told = without.get(&url(&server)).await;
    assert!(told.starts_with("error: "), "{told}");
}

#[tokio::test]
async fn plain_text_at_a_tls_port_and_the_other_way_round_are_errors() {
    let authority = Authority::new();
    let tls = authority.server("localhost", &[], false).await;
    let plain = Server::answering(echo).await;
    let sender = sender(vec![authority.trust()]);
    let told = sender.get(&url(&plain)).await;
    assert_eq!(told, "error: ErrorCode::TlsProtocolError");
    let told = sender.get(&tls.url("/")).await;
    assert_eq!(told, "error: ErrorCode::HttpProtocolError");
}

#[test]
fn a_file_that_is_none_is_named_at_the_start() {
    let authority = Authority::new();
    fs::write(authority.file("empty.pem"), "").unwrap();
    for name in ["none.pem", "empty.pem"] {
        let outbound = OutboundConfig {
            client_tls: vec![ClientTls {
                ca_roots_file: Some(authority.file(name)),
                ..authority.trust()
            }],
            ..OutboundConfig::default()
        };
        let options = Options {
            runtime_config: RuntimeConfig {
                outbound,
                ..RuntimeConfig::default()
            },
            ..Options::default()
        };
        let error = format!("{:#}", Sender::load(&[], options).err().unwrap());
        assert!(
            error.contains("client_tls") && error.contains(name),
            "{error}"
        );
        assert!(Path::new(&authority.file("ca.pem")).exists());
    }
}
