//! Uploads through the test client and the program, where a hurl file does not reach: sizes at their limits, many
//! at once, connections that end, a store that fails, and a program that is killed.

mod killed;
mod together;
mod ungranted;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use bytes::Bytes;
use futures::stream;
use handspun::{
    KeyValueError, KeyValueFaults, Limits, Options, RequestBuilder, TestClient, TestResponse,
};
use http::StatusCode;
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use rusqlite::Connection;
use serde_json::json;
use wasmtime_wasi_http::p3::bindings::http::types::ErrorCode;

use crate::support::{application_of, root, store};

/// The default of `max_content_length` (design).
const MAX_CONTENT_LENGTH: usize = 16_777_216;

/// What a picture has to begin with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

const CONTENT_TYPE: &str = "multipart/form-data; boundary=b";

/// A picture of so many bytes, all but its beginning the same.
fn picture(bytes: usize, filler: u8) -> Vec<u8> {
    let mut picture = PNG.to_vec();
    picture.resize(bytes, filler);
    picture
}

fn is_whole(picture: &[u8]) -> bool {
    let content = picture.strip_prefix(PNG).unwrap();
    content.windows(2).all(|two| two[0] == two[1])
}

/// The beginning of a form with a picture, and its end.
fn around(name: &str) -> (String, &'static str) {
    let head =
        format!("--b\r\nContent-Disposition: form-data; name=image; filename={name}\r\n\r\n");
    (head, "\r\n--b--\r\n")
}

fn form(name: &str, picture: &[u8]) -> Vec<u8> {
    let (head, end) = around(name);
    [head.as_bytes(), picture, end.as_bytes()].concat()
}

/// The application with its state in a folder.
fn application(state: &Path, variables: &[(&str, &str)], options: Options) -> TestClient {
    application_of(&root().join("spin.toml"), state, variables, options)
}

fn upload(client: &TestClient) -> RequestBuilder {
    client.post("/upload").header("content-type", CONTENT_TYPE)
}

async fn send(client: &TestClient, name: &str, picture: &[u8]) -> TestResponse {
    upload(client).body(form(name, picture)).await.unwrap()
}

async fn get(client: &TestClient, name: &str) -> Bytes {
    let response = client.get(format!("/uploads/{name}")).await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
    response.body
}

/// How many pictures are kept, how many rows there are besides, and how many chunks.
fn left(state: &Path) -> (usize, usize, usize) {
    let database = Connection::open(state.join("sqlite_db.db")).unwrap();
    let states = database.prepare("SELECT state FROM uploads");
    let mut states = states.unwrap();
    let states = states.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let states: Vec<String> = states.map(Result::unwrap).collect();
    let kept = states.iter().filter(|state| *state == "kept").count();
    (kept, states.len() - kept, store::keys(state).len())
}

#[tokio::test]
async fn a_body_at_the_limit_is_kept_and_one_byte_more_is_not() {
    for (limit, variables) in [
        (MAX_CONTENT_LENGTH, vec![]),
        (1000, vec![("max_content_length", "1000")]),
    ] {
        for more in [0, 1] {
            for chunked in [false, true] {
                let state = tempfile::tempdir().unwrap();
                let client = application(state.path(), &variables, Options::default());
                let frame = form("a.png", b"").len();
                let body = form("a.png", &picture(limit + more - frame, b'x'));
                assert_eq!(body.len(), limit + more);
                let request = upload(&client);
                let response = match chunked {
                    true => request.stream(Full::from(body)).await,
                    false => request.body(body).await,
                };
                let status = response.unwrap().status;
                match more {
                    0 => assert_eq!(status, StatusCode::OK, "{limit}"),
                    _ => {
                        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{limit}");
                        assert_eq!(
                            client.get("/uploads").await.unwrap().json().unwrap()["uploads"],
                            json!([])
                        );
                        assert_eq!(left(state.path()), (0, 0, 0));
                    }
                }
            }
        }
    }
}

/// Instances that have little memory.
fn with_32_mib() -> Options {
    Options {
        limits: Limits {
            memory_bytes: 32 << 20,
            ..Limits::default()
        },
        ..Options::default()
    }
}

#[tokio::test]
async fn a_picture_of_any_size_comes_and_goes_in_32_mib() {
    let state = tempfile::tempdir().unwrap();
    let variables = [("max_content_length", "104857600")];
    let client = application(state.path(), &variables, with_32_mib());
    let large = picture(100_000_000, b'x');
    assert_eq!(send(&client, "a.png", &large).await.status, StatusCode::OK);
    assert!(get(&client, "a.png").await == large);
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[], Options::default());
    let whole = form("a.png", &picture(3_000_000, b'x'));
    for length in [0, 10, 100, 1_000_000, whole.len() - 3] {
        let begin = Bytes::copy_from_slice(&whole[..length]);
        // Too short, and then cut off.
        let short = upload(&client).stream(Full::new(begin.clone())).await;
        assert_eq!(short.unwrap().status, StatusCode::BAD_REQUEST, "{length}");
        let frames = [Ok(Frame::data(begin)), Err(ErrorCode::ConnectionTerminated)];
        let cut = upload(&client).stream(StreamBody::new(stream::iter(frames)));
        if let Ok(response) = cut.await {
            assert_eq!(response.status, StatusCode::BAD_REQUEST, "{length}");
        }
        assert_eq!(left(state.path()), (0, 0, 0), "{length}");
    }
}

/// The `n`th write of a replacement fails, for every `n`.
#[tokio::test]
async fn with_a_store_that_fails_the_old_picture_is_there_or_the_new_one() {
    let state = tempfile::tempdir().unwrap();
    let (writes, failing) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, wanted) = (Arc::clone(&writes), Arc::clone(&failing));
    let options = Options {
        key_value_faults: KeyValueFaults::new(move |call| {
            let is_nth = call.operation.is_write()
                && counted.fetch_add(1, SeqCst) + 1 == wanted.load(SeqCst);
            match is_nth {
                true => Err(KeyValueError::Other("database or disk is full".to_owned())),
                false => Ok(()),
            }
        }),
        ..Options::default()
    };
    let client = application(state.path(), &[("upload_grace", "0")], options);
    let mut old = b'a';
    assert_eq!(
        send(&client, "a.png", &picture(600_000, old)).await.status,
        StatusCode::OK
    );
    let mut failed = 0;
    for n in 1.. {
        // Each cleans up what the one before replaced, and that may fail, too.
        let new = b'b' + (n % 20) as u8;
        writes.store(0, SeqCst);
        failing.store(n, SeqCst);
        let status = send(&client, "a.png", &picture(600_000, new)).await.status;
        failing.store(0, SeqCst);
        match status {
            StatusCode::OK => old = new,
            StatusCode::INSUFFICIENT_STORAGE => failed += 1,
            status => panic!("{status}"),
        }
        let kept = get(&client, "a.png").await;
        assert!(kept == picture(600_000, old), "{n}: {status}");
        if writes.load(SeqCst) < n {
            break;
        }
    }
    // Two chunks. That one of an older picture is not deleted is no error of the upload.
    assert!(failed >= 2, "{failed}");
    // Each upload clears a few away, also one that is refused itself.
    loop {
        let refused = send(&client, "a.png", b"no picture").await;
        assert_eq!(refused.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        if left(state.path()) == (1, 0, 2) {
            break;
        }
    }
}

#[tokio::test]
async fn a_setting_that_is_wrong_is_named() {
    for (name, value) in [
        ("max_content_length", "16 MiB"),
        ("upload_grace", "-1"),
        ("require_login", "yes"),
    ] {
        let state = tempfile::tempdir().unwrap();
        let client = application(state.path(), &[(name, value)], Options::default());
        let response = send(&client, "a.png", PNG).await;
        assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
        let problem = response.json().unwrap();
        assert!(
            problem["detail"].as_str().unwrap().contains(name),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn where_a_login_is_required_nobody_else_uploads() {
    let state = tempfile::tempdir().unwrap();
    let variables = [
        ("secret_key", "of-the-tests"),
        ("require_login", "true"),
        ("admins", "root"),
    ];
    // Whom `admins` names has registered before.
    let before = application(state.path(), &[], Options::default());
    let account = json!({ "name": "root", "password": "mood indigo" });
    let response = before.post("/auth/register").json(&account).await.unwrap();
    assert_eq!(response.status, StatusCode::CREATED);

    let client = application(state.path(), &variables, Options::default());
    let response = send(&client, "a.png", &picture(100, b'x')).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
    let page = client
        .get("/uploads")
        .header("accept", "text/html")
        .await
        .unwrap();
    assert!(page.text().unwrap().contains("/auth/login?next="));

    let (root, ann) = (client.without_cookies(), client.without_cookies());
    for (client, path, name, status) in [
        (&root, "/auth/login", "root", StatusCode::OK),
        (&ann, "/auth/register", "ann", StatusCode::CREATED),
    ] {
        let account = json!({ "name": name, "password": "mood indigo" });
        let response = client.post(path).json(&account).await.unwrap();
        assert_eq!(response.status, status);
    }
    assert_eq!(
        send(&ann, "a.png", &picture(100, b'x')).await.status,
        StatusCode::OK
    );
    let delete = |client: &TestClient| client.request(http::Method::DELETE, "/uploads/a.png");
    assert_eq!(
        delete(&client).await.unwrap().status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(delete(&root).await.unwrap().status, StatusCode::NO_CONTENT);
}
