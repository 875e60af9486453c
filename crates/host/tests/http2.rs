//! HTTP/2 without an upgrade, over a real socket.

use bytes::Bytes;
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, time::timeout};

use crate::shutdown::{SOON, Server, server};

/// A client of the server that speaks HTTP/2 from the first byte on.
async fn client(server: &Server) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (client, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}

/// The text of an answer, which is a good one.
async fn text(response: Response<hyper::body::Incoming>) -> String {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.version(), Version::HTTP_2);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.into()).unwrap()
}

fn get(path: &str) -> Request<Full<Bytes>> {
    let uri = format!("http://example.org:81{path}");
    Request::get(uri).body(Full::default()).unwrap()
}

#[tokio::test]
async fn requests_are_answered_at_the_same_time_on_one_connection() {
    let server = server().await;
    let mut client = client(&server).await;
    let mut first = std::pin::pin!(client.send_request(get("/hang")));
    assert!(futures::poll!(&mut first).is_pending());
    let second = timeout(SOON, client.send_request(get("/uri")));
    let second = second.await.unwrap().unwrap();
    assert_eq!(text(second).await, "http://example.org:81/uri");
    assert!(futures::poll!(&mut first).is_pending());
}

#[tokio::test]
async fn a_body_goes_both_ways() {
    let server = server().await;
    let mut client = client(&server).await;
    let sent = "0123456789".repeat(100_000);
    let request = Request::post("http://a/echo").body(Full::from(sent.clone()));
    let response = client.send_request(request.unwrap()).await.unwrap();
    assert_eq!(text(response).await, sent);
}

#[tokio::test]
async fn a_component_sees_what_it_sees_under_spin() {
    let server = server().await;
    let mut client = client(&server).await;
    let response = client.send_request(get("/uri?a=1")).await.unwrap();
    assert_eq!(text(response).await, "http://example.org:81/uri?a=1");
    let response = client.send_request(get("/headers")).await.unwrap();
    let headers = text(response).await;
    assert!(
        headers.contains("spin-full-url: http://localhost/headers\n"),
        "{headers}"
    );
    assert!(
        !headers.contains("\nhost: ") && !headers.starts_with("host: "),
        "{headers}"
    );
}

#[tokio::test]
async fn an_answer_that_is_cut_off_is_no_complete_one() {
    let server = server().await;
    let mut client = client(&server).await;
    let response = client.send_request(get("/trap-after-head")).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.into_body().collect().await.is_err());
    // The connection goes on.
    let response = client.send_request(get("/taken")).await.unwrap();
    text(response).await;
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_stop() {
    let server = server().await;
    let mut client = client(&server).await;
    text(client.send_request(get("/taken")).await.unwrap()).await;
    server.stop.send(()).unwrap();
    timeout(SOON, server.ended).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_does_not_hold_up_the_stop() {
    let server = server().await;
    let silent = TcpStream::connect(server.address).await.unwrap();
    // Answered once the other was accepted.
    text(
        client(&server)
            .await
            .send_request(get("/taken"))
            .await
            .unwrap(),
    )
    .await;
    server.stop.send(()).unwrap();
    timeout(SOON, server.ended).await.unwrap().unwrap();
    drop(silent);
}
