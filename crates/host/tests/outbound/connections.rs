//! Connections: kept, limited, refused, slow.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use handspun::{Options, OutboundConfig, RuntimeConfig};
use http::Method;
use tokio::{io::AsyncWriteExt as _, net::TcpStream, sync::mpsc};

use super::{
    Sender, body,
    server::{Server, echo, read_head, text},
};

/// Keeps a connection open, and answers nothing.
async fn keep(_stream: TcpStream) {
    std::future::pending().await
}

fn config(outbound: OutboundConfig) -> Options {
    Options {
        runtime_config: RuntimeConfig {
            outbound,
            ..RuntimeConfig::default()
        },
        ..Options::default()
    }
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_requests() {
    for (connection_pooling, want) in [(true, 1), (false, 5)] {
        let server = Server::answering(echo).await;
        let sender = Sender::with(
            &["*://*:*"],
            config(OutboundConfig {
                connection_pooling,
                ..OutboundConfig::default()
            }),
        );
        for number in 0..5 {
            let told = sender.get(&server.url(&format!("/{number}"))).await;
            assert!(
                body(&told).starts_with(&format!("GET /{number}\n")),
                "{told}"
            );
        }
        assert_eq!(server.connections(), want);
    }
}

/// Answers the first request of a connection, and closes it upon the second. Counts all of them.
async fn answer_once(mut stream: TcpStream, requests: Arc<AtomicUsize>) {
    read_head(&mut stream).await;
    requests.fetch_add(1, Relaxed);
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    stream.write_all(answer).await.unwrap();
    read_head(&mut stream).await;
    requests.fetch_add(1, Relaxed);
}

/// What becomes of a request to a server that closes the connection of the one before; and how many have come.
async fn after_a_kept_connection(method: &Method, body: &'static str) -> (String, usize) {
    let requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&requests);
    let server = Server::accepting("127.0.0.1:0", move |stream| {
        answer_once(stream, Arc::clone(&counted))
    })
    .await;
    let sender = Sender::allowed(&["*://*:*"]);
    sender.get(&server.url("/")).await;
    let path = format!("/tell?{}", server.url("/"));
    let request = sender.client.request(method.clone(), &path).body(body);
    let request = if *method == Method::GET {
        request
    } else {
        request.header("send-content-length", body.len().to_string())
    };
    let told = request.await.unwrap().text().unwrap().to_owned();
    (told, requests.load(Relaxed))
}

#[tokio::test]
async fn a_request_that_meets_the_end_of_its_connection_is_sent_again_if_it_may_be() {
    const BROKEN: &str = "error: ErrorCode::HttpProtocolError";
    for (method, body, count, want) in [
        (Method::GET, "", 3, "ok"),
        (Method::DELETE, "", 3, "ok"),
        (Method::POST, "", 2, BROKEN),
        (Method::PUT, "new", 2, BROKEN),
    ] {
        let mut tried = (String::new(), 0);
        for _ in 0..100 {
            tried = after_a_kept_connection(&method, body).await;
            // Else the connection had not been put back yet, and a new one answered.
            if tried.1 == 3 || !tried.0.trim_end().ends_with("ok") {
                break;
            }
        }
        let (told, requests) = tried;
        assert!(told.trim_end().ends_with(want), "{method}: {told}");
        assert_eq!(requests, count, "{method}");
    }
}

#[tokio::test]
async fn a_request_that_a_new_connection_ends_on_is_not_sent_again() {
    let server = Server::sending(b"").await;
    let sender = Sender::allowed(&["*://*:*"]);
    let told = sender.get(&server.url("/")).await;
    assert_eq!(told, "error: ErrorCode::HttpProtocolError");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_server_that_was_down_is_reached_again() {
    let server = Server::answering(echo).await;
    let (address, url) = (server.address.to_string(), server.url("/"));
    let sender = Sender::allowed(&["*://*:*"]);
    assert!(body(&sender.get(&url).await).starts_with("GET /\n"));
    drop(server);
    // The kept connection is noticed to be closed at some time in the first of these.
    while sender.get(&url).await != "error: ErrorCode::ConnectionRefused" {}
    let _server = Server::at(&address, echo).await;
    assert!(body(&sender.get(&url).await).starts_with("GET /\n"));
}

#[tokio::test]
async fn no_more_connections_are_open_than_allowed() {
    let (accepted, mut accepts) = mpsc::unbounded_channel();
    let server = Server::accepting("127.0.0.1:0", move |stream| {
        accepted.send(()).unwrap();
        keep(stream)
    })
    .await;
    let sender = Sender::with(
        &["*://*:*"],
        config(OutboundConfig {
            max_connections: Some(1),
            ..OutboundConfig::default()
        }),
    );
    let path = format!("/get?{}", server.url("/"));
    let first = sender.client.get(&path).into_future();
    let first = tokio::spawn(first);
    accepts.recv().await.unwrap();
    let second = sender.client.get(&path).header("connect", "50").await;
    let second = second.unwrap();
    assert_eq!(
        second.text().unwrap(),
        "error: ErrorCode::ConnectionTimeout"
    );
    first.abort();
    assert_eq!(server.connections(), 1);
    let none = Sender::with(
        &["*://*:*"],
        config(OutboundConfig {
            max_connections: Some(0),
            ..OutboundConfig::default()
        }),
    );
    let told = none.get(&server.url("/")).await;
    assert_eq!(told, "error: ErrorCode::ConnectionLimitReached");
}

#[tokio::test]
async fn a_component_says_how_long_it_waits_for_the_answer() {
    let server = Server::accepting("127.0.0.1:0", keep).await;
    let sender = Sender::allowed(&["*://*:*"]);
    let path = format!("/get?{}", server.url("/"));
    let response = sender.client.get(&path).header("first-byte", "50").await;
    let response = response.unwrap();
    assert_eq!(
        response.text().unwrap(),
        "error: ErrorCode::ConnectionReadTimeout"
    );
}

#[tokio::test]
async fn waiting_for_an_answer_is_no_reason_to_be_ended() {
    // Longer than an instance without work is kept.
    let server = Server::answering(|_| async {
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        text("late")
    })
    .await;
    let sender = Sender::allowed(&["*://*:*"]);
    assert_eq!(
        body(&sender.get(&server.url("/")).await).lines().last(),
        Some("late")
    );
}
