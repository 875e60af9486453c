//! How requests reach a component, and how its answers come back.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::{
    FutureExt as _, StreamExt as _,
    stream::{self, FuturesUnordered},
};
use handspun::Limits;
use http::{Method, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};

use crate::support::Probe;

/// The values of a header as the probe saw them, in order.
fn seen<'a>(headers: &'a str, name: &str) -> Vec<&'a str> {
    headers
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(header, _)| *header == name)
        .map(|(_, value)| value)
        .collect()
}

#[tokio::test]
async fn a_forged_spin_header_is_followed_by_the_runtimes_own() {
    let probe = Probe::new(Limits::default());
    let response = probe
        .client
        .get("/headers")
        .header("spin-client-addr", "203.0.113.9:1")
        .header("Spin-Path-Info", "/forged")
        .header("spin-full-url", "http://forged/")
        .await
        .unwrap();
    let headers = response.text().unwrap();
    assert_eq!(
        seen(headers, "spin-client-addr"),
        ["203.0.113.9:1", "127.0.0.1:50000"]
    );
    assert_eq!(seen(headers, "spin-path-info"), ["/forged", "/headers"]);
    assert_eq!(
        seen(headers, "spin-full-url"),
        ["http://forged/", "http://localhost/headers"]
    );
}

#[tokio::test]
async fn a_component_sees_host_and_the_complete_uri() {
    let probe = Probe::new(Limits::default());
    let response = probe
        .client
        .get("/uri?a=%20b")
        .header("host", "example.org:8080")
        .await
        .unwrap();
    assert_eq!(
        response.text().unwrap(),
        "http://example.org:8080/uri?a=%20b"
    );
    let response = probe.client.get("/headers").await.unwrap();
    assert_eq!(seen(response.text().unwrap(), "host"), ["localhost"]);
}

/// What concerns one connection, and what Spin hands to a component nevertheless.
const OF_THE_CONNECTION: [(&str, &str); 8] = [
    ("http2-settings", "AAMAAABkAAQAAP__"),
    ("keep-alive", "timeout=5"),
    ("proxy-authenticate", "Basic"),
    ("proxy-authorization", "Basic eDp5"),
    ("proxy-connection", "keep-alive"),
    ("te", "trailers"),
    ("transfer-encoding", "chunked"),
    ("upgrade", "h2c"),
];

#[tokio::test]
async fn all_headers_of_a_client_but_connection_reach_the_component() {
    let probe = Probe::new(Limits::default());
    let mut request = probe
        .client
        .get("/headers")
        .header("connection", "keep-alive, upgrade");
    for (name, value) in OF_THE_CONNECTION {
        request = request.header(name, value);
    }
    let response = request.await.unwrap();
    let headers = response.text().unwrap();
    for (name, value) in OF_THE_CONNECTION {
        assert_eq!(seen(headers, name), [value], "{name}");
    }
    assert_eq!(seen(headers, "connection"), [""; 0]);
}

#[tokio::test]
async fn a_component_makes_no_field_that_spin_forbids() {
    let probe = Probe::new(Limits::default());
    let forbidden = OF_THE_CONNECTION.map(|(name, _)| name);
    let forbidden = forbidden.iter().filter(|name| **name != "te");
    let forbidden = forbidden.chain(&["connection", "host"]);
    let allowed = ["te", "via", "forwarded", "x-forwarded-for", "x-any"];
    let cases = forbidden.map(|name| (*name, "Err(HeaderError::Forbidden)", 500));
    for (name, want, status) in cases.chain(allowed.map(|name| (name, "Ok(())", 200))) {
        let response = probe.client.get(format!("/field?{name}")).await.unwrap();
        assert_eq!(response.text().unwrap(), want, "{name}");
        let response = probe.client.get(format!("/answer-with?{name}")).await;
        assert_eq!(response.unwrap().status.as_u16(), status, "{name}");
    }
}

#[tokio::test]
async fn a_length_that_no_component_can_read_is_refused_with_413() {
    let probe = Probe::new(Limits::default());
    for (length, want) in [
        ("9223372036854775807", StatusCode::OK),
        ("9223372036854775808", StatusCode::PAYLOAD_TOO_LARGE),
        ("18446744073709551613", StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let request = probe.client.post("/ignore-body");
        let response = request.header("content-length", length).await.unwrap();
        assert_eq!(response.status, want, "{length}");
    }
    assert_eq!(probe.log(), "");
}

#[tokio::test]
async fn the_matched_route_decides_the_component_and_its_path_headers() {
    let probe = Probe::new(Limits::default());
    let response = probe.client.get("/other/a%2Fb/headers").await.unwrap();
    let headers = response.text().unwrap();
    for (name, want) in [
        ("spin-path-match-name", "a%2Fb"),
        ("spin-matched-route", "/other/:name/..."),
        ("spin-component-route", "/other/:name"),
        ("spin-path-info", "/headers"),
    ] {
        assert_eq!(seen(headers, name), [want], "{name}");
    }
    // Each component has instances of its own.
    for (path, want) in [("/taken", "1"), ("/taken", "2"), ("/other/x/taken", "2")] {
        let response = probe.client.get(path).await.unwrap();
        assert_eq!(response.text().unwrap(), want, "{path}");
    }
}

#[tokio::test]
async fn variables_reach_the_component_that_declares_them() {
    let probe = Probe::new(Limits::default());
    for (name, want) in [
        ("both", r#"Ok("from the manifest and given by the test")"#),
        ("given", r#"Err(Error::Undefined("no variable \"given\""))"#),
        ("No", r#"Err(Error::InvalidName("#),
    ] {
        let response = probe.client.get(format!("/variable?{name}")).await.unwrap();
        let text = response.text().unwrap();
        assert!(text.starts_with(want), "{name}: {text}");
    }
}

#[tokio::test]
async fn requests_follow_one_another_in_one_instance() {
    let probe = Probe::new(Limits::default());
    for count in 1..=3 {
        let response = probe.client.get("/taken").await.unwrap();
        assert_eq!(response.text().unwrap(), count.to_string());
    }
}

#[tokio::test]
async fn an_instance_takes_no_more_than_its_share_of_requests() {
    let probe = Probe::new(Limits {
        requests_per_instance: 2,
        ..Limits::default()
    });
    for want in ["1", "2", "1"] {
        let response = probe.client.get("/taken").await.unwrap();
        assert_eq!(response.text().unwrap(), want);
    }
}

#[tokio::test]
async fn several_requests_are_in_one_instance_at_once() {
    let probe = Probe::new(Limits::default());
    let meet = || async { probe.client.get("/meet?2").await.unwrap() };
    let alone = || probe.log().matches("waits alone").count();
    // None is answered before another is in its instance. An instance that is interrupted as it begins to wait cannot
    // take the next request just then, so that one may get an instance of its own, and a third one finds both.
    let (mut asked, mut met) = (FuturesUnordered::new(), Vec::new());
    while met.len() < 2 {
        let all = asked.len() + met.len();
        if alone() == all {
            assert!(all < 4, "an instance for each request");
            asked.push(meet());
        }
        met.extend(asked.next().now_or_never().flatten());
        tokio::task::yield_now().await;
    }
    assert!(met.iter().all(|answer| answer.text().unwrap() == "met"));
}

#[tokio::test]
async fn an_instance_takes_no_more_requests_at_once_than_allowed() {
    let probe = Probe::new(Limits {
        concurrent_per_instance: 1,
        head: Duration::from_millis(300),
        ..Limits::default()
    });
    probe.client.get("/taken").await.unwrap();
    // In instances of their own, the two wait for one another in vain.
    let meet = || async { probe.client.get("/meet?2").await.unwrap().status };
    assert_eq!(
        futures::join!(meet(), meet()),
        (StatusCode::GATEWAY_TIMEOUT, StatusCode::GATEWAY_TIMEOUT)
    );
}

#[tokio::test]
async fn an_instance_that_has_grown_takes_no_new_requests() {
    let probe = Probe::new(Limits::default());
    for (path, want) in [
        ("/taken", "1"),
        ("/allocate?1048576", "1048576"),
        ("/taken", "3"),
        ("/allocate?50331648", "50331648"),
        ("/taken", "1"),
    ] {
        let response = probe.client.get(path).await.unwrap();
        assert_eq!(response.text().unwrap(), want, "{path}");
    }
}

#[tokio::test]
async fn a_body_streams_through_and_waits_for_its_reader() {
    const CHUNK: usize = 64 << 10;
    const CHUNKS: usize = 1024;
    /// What may be under way in the host and the guest together.
    const IN_FLIGHT: usize = 8 << 20;

    let probe = Probe::new(Limits::default());
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let chunks = stream::iter(0..CHUNKS).map(move |_| {
        counter.fetch_add(CHUNK, Relaxed);
        Ok::<_, Infallible>(Frame::data(Bytes::from(vec![7; CHUNK])))
    });
    let request = probe.client.post("/echo").stream(StreamBody::new(chunks));
    let mut body = request.send().await.unwrap().into_body();
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        received += frame.unwrap().into_data().unwrap().len();
        let ahead = sent.load(Relaxed) - received;
        assert!(
            ahead <= IN_FLIGHT,
            "{ahead} bytes were taken in ahead of the reader"
        );
    }
    assert_eq!(received, CHUNK * CHUNKS);
}

#[tokio::test]
async fn an_unread_request_body_does_not_hold_up_the_answer() {
    let probe = Probe::new(Limits::default());
    let response = probe
        .client
        .post("/ignore-body")
        .body(vec![0; 4 << 20])
        .await
        .unwrap();
    assert_eq!(response.text().unwrap(), "ignored");
}

#[tokio::test]
async fn bad_requests_are_refused_as_problems() {
    let probe = Probe::new(Limits::default());
    for (name, value, want) in [
        (
            "host",
            b"a b".as_slice(),
            "the Host header is not a valid host name",
        ),
        ("x-odd", b"\xff", "the header x-odd is not UTF-8"),
    ] {
        let response = probe
            .client
            .get("/headers")
            .header(name, value)
            .await
            .unwrap();
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{name}");
        assert_eq!(
            response.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(response.json().unwrap()["detail"], want);
    }
}

#[tokio::test]
async fn an_unknown_method_reaches_the_component() {
    let probe = Probe::new(Limits::default());
    let brew = Method::from_bytes(b"BREW").unwrap();
    let response = probe.client.request(brew, "/taken").await.unwrap();
    assert_eq!(response.text().unwrap(), "1");
}

#[tokio::test]
async fn the_runtime_answers_its_own_paths() {
    let probe = Probe::new(Limits::default());
    let response = probe.client.get("/.well-known/spin/health").await.unwrap();
    assert_eq!(response.text().unwrap(), "OK");
    let response = probe.client.get("/.well-known/spin/info").await.unwrap();
    let info = serde_json::json!({"name": "probe", "version": "1.2.3"});
    assert_eq!(response.json().unwrap(), info);
    let response = probe.client.get("/.well-known/spin/nothing").await.unwrap();
    assert_eq!(response.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_component_sees_its_own_environment_and_files_and_nothing_else() {
    let probe = Probe::new(Limits::default());
    let response = probe.client.get("/environment").await.unwrap();
    assert_eq!(response.text().unwrap(), "GREETING=hello\n");
    for (path, want) in [
        ("/mounted/README.md", "read"),
        ("/mounted/../README.md", "not read"),
        ("/etc/passwd", "not read"),
        ("../Cargo.toml", "not read"),
    ] {
        let response = probe.client.get(format!("/read?{path}")).await.unwrap();
        assert_eq!(response.text().unwrap(), want, "{path}");
    }
    let response = probe.client.get("/write?/mounted/README.md").await.unwrap();
    assert_eq!(response.text().unwrap(), "not written");
    let response = probe.client.get("/other/x/environment").await.unwrap();
    assert_eq!(response.text().unwrap(), "");
    let response = probe.client.get("/other/x/read?/mounted/README.md").await;
    assert_eq!(response.unwrap().text().unwrap(), "not read");
}

#[tokio::test]
async fn what_a_component_prints_is_shown_with_its_name() {
    let probe = Probe::new(Limits::default());
    probe.client.get("/print?a%1Bb").await.unwrap();
    assert_eq!(probe.log(), "probe: out a%1Bb\nprobe: err \\u{1b}[31m");
}
