//! The application's own functions through the test client, where a hurl file does
//! not reach: sizes at their limits and many requests at once.

use std::{fs, os::unix::fs::symlink, path::Path, sync::Arc};

use handspun::{App, Log, Options, TestClient};
use http::StatusCode;

use crate::support::{OneComponent, build_guests, collecting_log, root};

fn client() -> TestClient {
    client_of(&root().join("spin.toml"), Log::default())
}

fn client_of(manifest: &Path, log: Log) -> TestClient {
    build_guests();
    let options = Options {
        log,
        ..Options::default()
    };
    let app = App::from_manifest(manifest, options);
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
            let form = |request: handspun::RequestBuilder| {
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
async fn a_form_of_very_many_fields_is_refused_and_ends_no_instance() {
    let (log, entries) = collecting_log();
    let client = client_of(&root().join("spin.toml"), log);
    let body = "a&".repeat(MAX_BODY_BYTES / 2);
    let forms = (0..24).map(|_| async {
        let request = client
            .post("/form")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        request.body(body.clone()).await.unwrap().status
    });
    let statuses = futures::future::join_all(forms).await;
    assert_eq!(statuses, [StatusCode::PAYLOAD_TOO_LARGE; 24]);
    let told = entries.lock().unwrap().join("\n");
    assert!(!told.contains("component form"), "{told}");
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

#[tokio::test]
async fn requests_that_wait_do_not_hold_up_one_another() {
    let (log, entries) = collecting_log();
    let client = client_of(&root().join("spin.toml"), log);
    let waits = (0..3).map(|_| async { client.get("/sleep?seconds=1").await.unwrap() });
    for response in futures::future::join_all(waits).await {
        assert_eq!(response.text().unwrap(), "hello world");
    }
    let entries = entries.lock().unwrap();
    let labels: Vec<_> = entries
        .iter()
        .filter_map(|entry| entry.strip_prefix("sleep: ")?.split(" :").next())
        .collect();
    assert_eq!(labels, ["start", "start", "start", "end:", "end:", "end:"]);
}

/// An application of the component `static` alone, with files of the test's own.
fn static_files(folder: &Path) -> TestClient {
    let manifest = OneComponent {
        route: "/static/...",
        fields: r#"files = [{ source = "files", destination = "/" }]"#,
        ..OneComponent::named("static")
    };
    client_of(&manifest.write(folder), Log::new(|_| {}))
}

#[tokio::test]
async fn a_large_file_arrives_whole_and_in_part() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("files")).unwrap();
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(folder.path().join("files/large.bin"), &content).unwrap();
    let client = static_files(folder.path());
    let whole = client.get("/static/large.bin").await.unwrap();
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.body, content);
    let range = ("range", "bytes=1000000-1999999");
    let part = client.get("/static/large.bin").header(range.0, range.1);
    let part = part.await.unwrap();
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.body, content[1_000_000..2_000_000]);
}

#[tokio::test]
async fn a_link_out_of_the_folder_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("app/files/below")).unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    let files = folder.path().join("app/files");
    fs::write(files.join("a.txt"), "a").unwrap();
    symlink("../../secret", files.join("relative.txt")).unwrap();
    symlink(folder.path().join("secret"), files.join("absolute.txt")).unwrap();
    symlink("../../..", files.join("below/up")).unwrap();
    symlink("a.txt", files.join("inside.txt")).unwrap();
    let client = static_files(&folder.path().join("app"));
    for (path, want) in [
        ("/static/a.txt", StatusCode::OK),
        ("/static/inside.txt", StatusCode::OK),
        ("/static/relative.txt", StatusCode::NOT_FOUND),
        ("/static/absolute.txt", StatusCode::NOT_FOUND),
        ("/static/below/up/secret", StatusCode::NOT_FOUND),
        ("/static/../secret", StatusCode::NOT_FOUND),
        ("/static/%2e%2e/%2e%2e/secret", StatusCode::NOT_FOUND),
        ("/static/..%2f..%2fsecret", StatusCode::NOT_FOUND),
    ] {
        let response = client.get(path).await.unwrap();
        assert_eq!(response.status, want, "{path}");
    }
}
