//! https, as a client sees it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use handspun::{Listener, Tls, serve};
use http_body_util::{BodyExt as _, Empty};
use hyper::{body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream as AsyncTcpStream},
    sync::oneshot,
    task::yield_now,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    shutdown::{SOON, Server},
    support::{
        Probe,
        authority::Authority,
        collecting_log,
        program::{Running, handspun, probe, stderr},
    },
};

/// A server for the probe with a certificate for localhost.
async fn server(authority: &Authority) -> (Server, Arc<std::sync::Mutex<Vec<String>>>) {
    let probe = Probe::with(handspun::Options::default());
    let (log, lines) = collecting_log();
    let (cert, key) = authority.files("localhost");
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let listener = Listener::new(socket, Some(Tls::load(&cert, &key).unwrap()));
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = serve(listener, probe.app, Some(log), async {
        let _ = stopped.await;
    });
    let ended = tokio::spawn(async { serving.await.unwrap() });
    let server = Server {
        address,
        stop,
        ended,
    };
    (server, lines)
}

/// A client that trusts the authority and speaks these protocols.
async fn connect(
    server: &Server,
    authority: &Authority,
    protocols: &[&str],
) -> std::io::Result<TlsStream<AsyncTcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().into())
        .collect();
    let stream = AsyncTcpStream::connect(server.address).await.unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector
        .connect("localhost".try_into().unwrap(), stream)
        .await
}

/// The program with the probe, and with these files.
fn over_https(cert: &Path, key: &Path) -> Command {
    let mut command = probe("".as_ref());
    command.arg("--tls-cert").arg(cert);
    command.arg("--tls-key").arg(key);
    command
}

/// What curl prints for a target of the program at `localhost`.
fn curl(running: &Running, ca: &Path, arguments: &[&str], target: &str) -> String {
    let port = running.address.rsplit_once(':').unwrap().1;
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--cacert"])
        .arg(ca)
        .args(["--resolve", &format!("localhost:{port}:127.0.0.1")])
        .args(["--write-out", "\n%{http_version}"])
        .args(arguments)
        .arg(format!("https://localhost:{port}{target}"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn curl_is_served_over_both_protocols_and_the_component_sees_https() {
    let authority = Authority::new();
    let (cert, key) = authority.files("localhost");
    let running = Running::start(&mut over_https(&cert, &key));
    assert_eq!(running.scheme, "https");
    let port = running.address.rsplit_once(':').unwrap().1;
    let ca = authority.file("ca.pem");
    for (flag, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
        let told = curl(&running, &ca, &[flag], "/uri?a=1");
        let want = format!("https://localhost:{port}/uri?a=1\n{version}");
        assert_eq!(told, want);
        let told = curl(&running, &ca, &[flag], "/headers");
        // As under Spin, there is no host in it where HTTP/2 has no Host header.
        let host = match version {
            "2" => "localhost".to_owned(),
            _ => format!("localhost:{port}"),
        };
        let want = format!("spin-full-url: https://{host}/headers\n");
        assert!(told.contains(&want), "{told}");
        let body = "x".repeat(300_000);
        let sent = authority.write("body", &body);
        let sent = format!("@{}", sent.display());
        let told = curl(&running, &ca, &[flag, "--data-binary", &sent], "/echo");
        assert!(told == format!("{body}\n{version}"), "the echo differs");
    }
    running.stop();
}

#[test]
fn a_cookie_that_was_set_over_https_is_only_sent_over_https() {
    let authority = Authority::new();
    let (cert, key) = authority.files("localhost");
    let ca = authority.file("ca.pem");
    let mut command = handspun();
    command.args([
        "up",
        "--quiet",
        "--listen",
        "127.0.0.1:0",
        "--state-dir",
        "",
    ]);
    command.args(["--variable", "secret_key=of-the-tests"]);
    command
        .arg("--tls-cert")
        .arg(&cert)
        .arg("--tls-key")
        .arg(&key);
    let running = Running::start(&mut command);
    for (path, flag) in [
        ("/session", "--http1.1"),
        ("/session", "--http2"),
        ("/cookies/add", "--http2"),
    ] {
        let answer = curl(&running, &ca, &[flag, "--include"], path).to_lowercase();
        let cookie = answer.lines().find(|line| line.starts_with("set-cookie: "));
        let cookie = cookie.unwrap_or_else(|| panic!("{answer}"));
        assert!(cookie.split("; ").any(|part| part == "secure"), "{cookie}");
    }
    running.stop();
}

#[test]
fn the_environment_may_name_the_files() {
    let authority = Authority::new();
    let (cert, key) = authority.files("localhost");
    let mut command = probe("".as_ref());
    command.env("SPIN_TLS_CERT", cert).env("SPIN_TLS_KEY", key);
    assert_eq!(Running::start(&mut command).scheme, "https");
}

#[test]
fn one_file_without_the_other_is_refused_and_plain_http_is_not_served() {
    let authority = Authority::new();
    let (cert, key) = authority.files("localhost");
    for (variable, file, missing) in [
        ("SPIN_TLS_CERT", cert, "--tls-key <FILE>"),
        ("SPIN_TLS_KEY", key, "--tls-cert <FILE>"),
    ] {
        let output = probe("".as_ref()).env(variable, file).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let text = stderr(&output);
        assert!(text.contains(missing), "{text}");
    }
}

#[test]
fn files_that_cannot_be_used_are_one_clear_line() {
    let authority = Authority::new();
    let (cert, key) = authority.files("localhost");
    let (_, other) = authority.files("other.example");
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let encrypted = authority.write("encrypted.key", encrypted);
    let older = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let older = authority.write("older.key", older);
    let der = authority.write("der.pem", "\u{30}\u{82}not PEM");
    let none = authority.file("none.pem");
    for (cert, key, want) in [
        (&none, &key, "none.pem cannot be read: No such file"),
        (&cert, &none, "none.pem cannot be read: No such file"),
        (&der, &key, "der.pem has no certificate in PEM"),
        (&cert, &der, "der.pem has no private key in PEM"),
        (&key, &key, "has no certificate in PEM"),
        (&cert, &cert, "has no private key in PEM"),
        (&cert, &encrypted, "encrypted.key is encrypted"),
        (&cert, &older, "older.key is encrypted"),
        (&cert, &other, "is not the one of the certificate in"),
    ] {
        let output = over_https(cert, key).output().unwrap();
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(want) && text.lines().count() == 1, "{text}");
    }
}

#[test]
fn requests_and_those_who_speak_plain_http_have_their_lines() {
    let authority = Authority::new();
    let (cert, key) = authority.files("localhost");
    let mut running = Running::start(over_https(&cert, &key).stderr(Stdio::piped()));
    curl(&running, &authority.file("ca.pem"), &["--http2"], "/taken");
    let mut plain = TcpStream::connect(&running.address).unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
    plain.write_all(request).unwrap();
    let mut answer = String::new();
    plain.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer}"
    );
    assert!(answer.contains("This port speaks https."), "{answer}");
    drop(plain);
    let mut nonsense = TcpStream::connect(&running.address).unwrap();
    nonsense
        .write_all(&[0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5])
        .unwrap();
    // It is closed, with or without a word.
    nonsense.read_to_end(&mut Vec::new()).unwrap();
    running.signal("TERM");
    let mut shown = String::new();
    let mut lines = running.child.stderr.take().unwrap();
    lines.read_to_string(&mut shown).unwrap();
    assert!(shown.contains("\"GET /taken HTTP/2.0\" 200 -\n"), "{shown}");
    assert!(shown.contains("\"-\" 400 -\n"), "{shown}");
    assert!(shown.contains("127.0.0.1: no TLS connection: "), "{shown}");
}

#[tokio::test]
async fn a_client_that_does_not_trust_the_certificate_is_told_of_in_the_log() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (server, lines) = server(&authority).await;
    assert!(connect(&server, &other, &[]).await.is_err());
    // The server reads why in its own time, and no more once it is told to stop.
    let told = async {
        while lines.lock().unwrap().is_empty() {
            yield_now().await;
        }
    };
    timeout(SOON, told).await.unwrap();
    server.stop.send(()).unwrap();
    timeout(SOON, server.ended).await.unwrap().unwrap();
    let lines = lines.lock().unwrap().join("\n");
    let want = "127.0.0.1: no TLS connection: received fatal alert: ";
    assert!(lines.starts_with(want), "{lines}");
}

#[tokio::test]
async fn a_client_without_alpn_may_speak_either_protocol() {
    let authority = Authority::new();
    let (server, _) = server(&authority).await;
    let mut stream = connect(&server, &authority, &[]).await.unwrap();
    let request = b"GET /uri HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("https://x/uri"), "{answer}");
    let stream = connect(&server, &authority, &[]).await.unwrap();
    let (mut client, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let request = http::Request::get("https://x/uri")
        .body(Empty::<Bytes>::new())
        .unwrap();
    let response = client.send_request(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "https://x/uri");
}

#[tokio::test]
async fn a_running_request_ends_before_the_server_does_and_no_handshake_holds_it_up() {
    let authority = Authority::new();
    let (server, _) = server(&authority).await;
    let mut silent = AsyncTcpStream::connect(server.address).await.unwrap();
    // The begin of a handshake.
    silent.write_all(&[0x16]).await.unwrap();
    let mut stream = connect(&server, &authority, &[]).await.unwrap();
    let head = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(b"5\r\nfirst\r\n").await.unwrap();
    let mut text = String::new();
    while !text.ends_with("first\r\n") {
        text.push(char::from(stream.read_u8().await.unwrap()));
    }
    server.stop.send(()).unwrap();
    stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.ends_with("4\r\nlast\r\n0\r\n\r\n"), "{rest}");
    timeout(SOON, server.ended).await.unwrap().unwrap();
    drop(silent);
}
