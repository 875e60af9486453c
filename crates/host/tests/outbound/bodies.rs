//! Heads and bodies, both ways, whole and broken.

use std::convert::Infallible;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use handspun::{Limits, Options};
use http::{Method, Response};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::mpsc,
};

use super::{
    Sender, body,
    server::{Body, Server, echo, read_head, text},
};

/// What a large body consists of, and how many of these it has.
const PIECE: usize = 64 << 10;
const PIECES: usize = 16 << 10;
const GIBIBYTE: usize = PIECE * PIECES;

#[tokio::test]
async fn a_request_arrives_as_it_was_sent() {
    let server = Server::answering(echo).await;
    let sender = Sender::allowed(&["*://*:*"]);
    for method in ["GET", "POST", "DELETE", "PURGE"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let path = format!("/tell?{}", server.url("/a%20b?c=d&c=e"));
        let request = sender
            .client
            .request(method.clone(), path)
            .header("send-X-Name", "value")
            .header("send-te", "trailers")
            .header("send-via", "1.1 sender")
            .header("send-content-length", "4")
            .body("body");
        let response = request.await.unwrap();
        let want = format!(
            "{method} /a%20b?c=d&c=e\nx-name: value\nte: trailers\nvia: 1.1 sender\n\
             content-length: 4\nhost: {}\nbody",
            server.address
        );
        assert_eq!(body(response.text().unwrap()), want);
    }
}

#[tokio::test]
async fn fields_of_a_connection_are_forbidden_in_a_request() {
    let server = Server::answering(echo).await;
    let sender = Sender::allowed(&["*://*:*"]);
    for name in [
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "transfer-encoding",
        "upgrade",
        "http2-settings",
    ] {
        let path = format!("/get?{}", server.url("/"));
        let request = sender.client.get(path).header(&format!("send-{name}"), "x");
        let told = request.await.unwrap();
        let told = told.text().unwrap();
        assert!(
            told.starts_with("error: ErrorCode::InternalError"),
            "{name}: {told}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn all_headers_of_a_response_reach_the_component() {
    let server = Server::sending(
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\
          HTTP/1.1 200 OK\r\nConnection: close, X-A\r\nKeep-Alive: timeout=5\r\n\
          X-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\n\r\nok",
    )
    .await;
    let told = Sender::allowed(&["*://*:*"]).get(&server.url("/")).await;
    let want = "200\nconnection: close, X-A\nkeep-alive: timeout=5\nx-a: 1\nx-a: 2\n\
                content-length: 2\n\nok\n";
    assert_eq!(told, want);
}

#[tokio::test]
async fn a_redirect_is_an_answer_like_any_other() {
    let bytes = b"HTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n";
    let server = Server::sending(bytes).await;
    let told = Sender::allowed(&["*://*:*"]).get(&server.url("/a")).await;
    assert_eq!(told, "302\nlocation: /b\ncontent-length: 0\n\n\n");
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn each_way_to_end_a_body_is_understood() {
    for bytes in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwhole"[..],
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nwh\r\n3\r\nole\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nwhole",
        b"HTTP/1.0 200 OK\r\n\r\nwhole",
    ] {
        let server = Server::sending(bytes).await;
        let told = Sender::allowed(&["*://*:*"]).get(&server.url("/")).await;
        assert_eq!(body(&told), "whole");
    }
}

#[tokio::test]
async fn a_broken_answer_is_an_error_and_never_a_short_one() {
    for (bytes, want) in [
        (&b""[..], "error: ErrorCode::HttpProtocolError"),
        (b"HTTP/1.1 200", "error: ErrorCode::HttpProtocolError"),
        (b"nonsense\r\n\r\n", "error: ErrorCode::HttpProtocolError"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nshort",
            "cut off: ErrorCode::HttpProtocolError",
        ),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nshort\r\n",
            "cut off: ErrorCode::HttpProtocolError",
        ),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n",
            "cut off: ErrorCode::HttpProtocolError",
        ),
    ] {
        let server = Server::sending(bytes).await;
        let sender = Sender::allowed(&["*://*:*"]);
        let told = sender.get(&server.url("/")).await;
        assert!(told.trim_end().ends_with(want), "{told}");
        if want.starts_with("cut off") {
            // Passed on, it is cut off as well.
            let passed = sender.client.get(format!("/pass?{}", server.url("/")));
            let passed = passed.send().await.unwrap().into_body().collect().await;
            assert!(
                passed.is_err(),
                "{:?} looks complete",
                passed.map(|body| body.to_bytes())
            );
        }
    }
}

#[tokio::test]
async fn a_body_that_is_longer_or_shorter_than_announced_is_an_error() {
    let server = Server::answering(echo).await;
    let sender = Sender::allowed(&["*://*:*"]);
    for (announced, sent) in [("5", "4"), ("3", "4")] {
        let request = sender
            .client
            .post(format!("/generate?{}", server.url("/")))
            .header("send-content-length", announced)
            .header("bytes", sent);
        let told = request.await.unwrap();
        let told = told.text().unwrap();
        // Which of the two depends on how far the body has been read when it is noticed.
        let errors = ["HttpRequestBodySize", "HttpProtocolError"];
        let is_error = |name| told.starts_with(&format!("error: ErrorCode::{name}"));
        assert!(errors.into_iter().any(is_error), "{told}");
    }
}

#[tokio::test]
async fn a_body_whose_component_traps_is_cut_off() {
    let (seen, mut bodies) = mpsc::unbounded_channel();
    let server = Server::answering(move |request| {
        let seen = seen.clone();
        // The answer begins at once, and the rest of the body comes later.
        tokio::spawn(async move { seen.send(request.into_body().collect().await.is_ok()) });
        async { text("begun") }
    })
    .await;
    let sender = Sender::allowed(&["*://*:*"]);
    let path = format!("/trap?{}", server.url("/"));
    assert_eq!(sender.client.post(path).await.unwrap().status, 500);
    assert_eq!(
        bodies.recv().await,
        Some(false),
        "a cut-off body looks complete"
    );
}

#[tokio::test]
async fn trailers_go_both_ways() {
    let server = Server::answering(|request| async {
        let answer = echo(request).await;
        let trailers = http::HeaderMap::from_iter([(
            http::HeaderName::from_static("checksum"),
            http::HeaderValue::from_static("of the answer"),
        )]);
        let frames = answer.into_body().collect().await.unwrap().to_bytes();
        let frames = [Frame::data(frames), Frame::trailers(trailers)];
        let frames = stream::iter(frames.map(Ok::<_, String>));
        let mut answer = Response::new(StreamBody::new(frames).boxed_unsync());
        answer
            .headers_mut()
            .insert("trailer", "checksum".parse().unwrap());
        answer
    })
    .await;
    let sender = Sender::allowed(&["*://*:*"]);
    let path = format!("/with-trailers?{}", server.url("/"));
    let request = sender
        .client
        .post(path)
        .header("send-te", "trailers")
        .header("send-trailer", "checksum");
    let told = request.await.unwrap();
    let told = told.text().unwrap();
    assert!(
        told.contains("body\nchecksum: abc\nchecksum: of the answer"),
        "{told}"
    );
}

#[tokio::test]
async fn a_part_of_a_body_does_not_wait_for_the_next() {
    let (parts, received) = mpsc::unbounded_channel::<Bytes>();
    let received = std::sync::Arc::new(std::sync::Mutex::new(Some(received)));
    let server = Server::answering(move |_| {
        let received = received.lock().unwrap().take().unwrap();
        let parts = stream::unfold(received, |mut received| async {
            let part = received.recv().await?;
            Some((Ok::<_, String>(Frame::data(part)), received))
        });
        let body: Body = StreamBody::new(parts).boxed_unsync();
        async { Response::new(body) }
    })
    .await;
    let sender = Sender::allowed(&["*://*:*"]);
    let request = sender.client.get(format!("/pass?{}", server.url("/")));
    parts.send("first".into()).unwrap();
    let mut body = request.send().await.unwrap().into_body();
    for next in ["second", "third"] {
        let part = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(["first", "second"].contains(&&*String::from_utf8_lossy(&part)));
        parts.send(next.into()).unwrap();
    }
    drop(parts);
    let rest = body.collect().await.unwrap().to_bytes();
    assert_eq!(rest, "third");
}

#[tokio::test]
async fn a_component_says_how_long_it_waits_for_the_next_part() {
    let server = Server::accepting("127.0.0.1:0", |mut stream| async move {
        read_head(&mut stream).await;
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nfirst";
        stream.write_all(head).await.unwrap();
        // The runtime closes the connection.
        let _ = stream.read_u8().await;
    })
    .await;
    let sender = Sender::allowed(&["*://*:*"]);
    let path = format!("/count?{}", server.url("/"));
    let response = sender.client.get(path).header("between-bytes", "50").await;
    assert_eq!(
        response.unwrap().text().unwrap(),
        "cut off after 5: ErrorCode::ConnectionReadTimeout"
    );
}

#[tokio::test]
async fn bodies_that_are_handed_over_outlive_their_instance() {
    // Answers at once with what still comes in.
    let server = Server::answering(|request| async {
        let body = request.into_body().map_err(|error| error.to_string());
        Response::new(body.boxed_unsync())
    })
    .await;
    // The instance ends as soon as it has answered.
    let limits = Limits {
        requests_per_instance: 1,
        ..Limits::default()
    };
    let sender = Sender::with(
        &["*://*:*"],
        Options {
            limits,
            ..Options::default()
        },
    );
    let (parts, received) = mpsc::unbounded_channel::<Bytes>();
    let parts_in = stream::unfold(received, |mut received| async {
        let part = received.recv().await?;
        Some((Ok::<_, Infallible>(Frame::data(part)), received))
    });
    let request = sender
        .client
        .post(format!("/hand-over?{}", server.url("/")))
        .stream(StreamBody::new(Box::pin(parts_in)));
    let mut body = request.send().await.unwrap().into_body();
    for part in ["first", "second", "third"] {
        parts.send(part.into()).unwrap();
        let come = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(come, part);
    }
    drop(parts);
    assert!(body.frame().await.is_none(), "the body has no good end");
    assert_eq!(sender.log(), "");
}

/// Bytes of memory that this process has at the moment.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages = status.split(' ').nth(1).unwrap().parse::<usize>().unwrap();
    pages * 4096
}

#[tokio::test]
async fn a_gibibyte_goes_each_way() {
    let server = Server::answering(|request| async {
        let mut body = request.into_body();
        let mut bytes = 0;
        while let Some(frame) = body.frame().await {
            bytes += frame.unwrap().data_ref().map_or(0, Bytes::len);
        }
        if bytes > 0 {
            return text(bytes.to_string());
        }
        let piece = Bytes::from(vec![0; PIECE]);
        let pieces = stream::repeat(piece).take(PIECES);
        let pieces = pieces.map(|piece| Ok(Frame::data(piece)));
        Response::new(StreamBody::new(pieces).boxed_unsync())
    })
    .await;
    let sender = Sender::allowed(&["*://*:*"]);
    // Other tests run beside this one, so what it takes itself is only known roughly.
    let before = resident();
    let up = sender
        .client
        .post(format!("/generate?{}", server.url("/")))
        .header("bytes", GIBIBYTE.to_string());
    assert_eq!(
        body(up.await.unwrap().text().unwrap()),
        GIBIBYTE.to_string()
    );
    let down = sender.client.get(format!("/count?{}", server.url("/")));
    assert_eq!(down.await.unwrap().text().unwrap(), GIBIBYTE.to_string());
    assert!(resident() < before + GIBIBYTE / 2);
}
