//! Connections: kept, limited, refused, slow.

use handspun::{Options, OutboundConfig, RuntimeConfig};
use tokio::{net::TcpStream, sync::mpsc};

use super::{
    Sender, body,
    server::{Server, echo, text},
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
