//! The application's own functions through the test client, where a hurl file does
//! not reach: sizes at their limits and many requests at once.

use std::sync::Arc;

use host::{App, Options, TestClient};
use http::StatusCode;

use crate::support::{build_guests, root};

fn client() -> TestClient {
    build_guests();
    let app = App::from_manifest(root().join("spin.toml"), Options::default());
    Arc::new(app.expect("the application loads")).test_client()
}

/// Bodies have at most this many bytes, where nothing else is said (design).
const MAX_BODY_BYTES: usize = 1 << 20;

#[tokio::test]
async fn a_body_at_the_limit_is_taken_and_one_byte_more_is_not() {
    let client = client();
    for (size, want) in [
        (MAX_BODY_BYTES, StatusCode::OK),
        (MAX_BODY_BYTES + 1, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        for path in ["/form", "/form/stream"] {
            let form = |request: host::RequestBuilder| {
                request.header("content-type", "application/x-www-form-urlencoded")
            };
            let body = format!("a={}", "b".repeat(size - 2));
            let response = form(client.post(path)).body(body.clone()).await.unwrap();
            assert_eq!(response.status, want, "{path}, {size} bytes");
            let chunked = http_body_util::Full::new(body.into());
            let response = form(client.post(path)).stream(chunked).await.unwrap();
            assert_eq!(response.status, want, "{path}, {size} bytes in chunks");
        }
    }
}

#[tokio::test]
async fn ten_thousand_brackets_are_an_error_and_no_crash() {
    let client = client();
    for open in ["[", "{\"a\":"] {
        let body = format!("{{\"a\": {}", open.repeat(10_000));
        let request = client
            .post("/add")
            .header("content-type", "application/json");
        let response = request.body(body).await.unwrap();
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{open}");
    }
    let sum = client
        .post("/add")
        .json(&serde_json::json!({"a": 1, "b": 2}));
    assert_eq!(sum.await.unwrap().json().unwrap()["sum"], 3);
}

#[tokio::test]
async fn requests_at_the_same_time_do_not_mix() {
    let client = client();
    let answers = (0..200).map(|number| {
        let client = client.clone();
        async move {
            let response = client.get(format!("/args?infor={number}")).await.unwrap();
            assert_eq!(response.text().unwrap(), number.to_string());
        }
    });
    futures::future::join_all(answers).await;
}
