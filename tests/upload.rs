//! Uploads through the test client and the program, where a hurl file does not reach: sizes at their limits, many
//! at once, connections that end, a store that fails, and a program that is killed.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::{future::join_all, stream};
use host::{
    KeyValueError, KeyValueFaults, Limits, Options, RequestBuilder, TestClient, TestResponse,
};
use http::StatusCode;
use http_body_util::{Full, StreamBody};
use hyper::body::Frame;
use serde_json::json;
use wasmtime_wasi_http::p3::bindings::http::types::ErrorCode;

use crate::support::{application_of, build_guests, program::Running, root, store};

/// The default of `max_content_length` (design).
const MAX_CONTENT_LENGTH: usize = 16_777_216;

/// What a picture has to begin with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A bound for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

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

/// The keys that are there, but for their ids: how many of each kind.
fn kinds(state: &Path) -> [usize; 3] {
    let keys = store::keys(state);
    let count = |kind| keys.iter().filter(|key| key.starts_with(kind)).count();
    let kinds = ["upload/file/", "upload/chunk/", "upload/use/"].map(count);
    assert_eq!(kinds.iter().sum::<usize>(), keys.len(), "{keys:?}");
    kinds
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
                        assert_eq!(kinds(state.path()), [0; 3]);
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_picture_of_any_size_comes_and_goes_in_32_mib() {
    let state = tempfile::tempdir().unwrap();
    let limits = Limits {
        memory_bytes: 32 << 20,
        ..Limits::default()
    };
    let options = Options {
        limits,
        ..Options::default()
    };
    let variables = [("max_content_length", "104857600")];
    let client = application(state.path(), &variables, options);
    let large = picture(100_000_000, b'x');
    assert_eq!(send(&client, "a.png", &large).await.status, StatusCode::OK);
    assert!(get(&client, "a.png").await == large);
}

#[tokio::test]
async fn sixteen_pictures_of_15_mib_come_and_go_at_the_same_time() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[], Options::default());
    let pictures = (0..16_u8).map(|n| {
        let client = client.clone();
        async move {
            let (name, picture) = (format!("{n}.png"), picture(15 << 20, n));
            assert_eq!(send(&client, &name, &picture).await.status, StatusCode::OK);
        }
    });
    join_all(pictures).await;
    let pictures = (0..16_u8).map(|n| {
        let client = client.clone();
        async move { assert!(get(&client, &format!("{n}.png")).await == picture(15 << 20, n)) }
    });
    join_all(pictures).await;
}

#[tokio::test]
async fn of_pictures_of_one_name_at_the_same_time_one_is_kept_whole() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("upload_grace", "0")], Options::default());
    for round in 0..5 {
        let pictures = (0..8_u8).map(|n| {
            let client = client.clone();
            async move { send(&client, "a.png", &picture(2_000_000, n)).await.status }
        });
        let readers = (0..8).map(|_| async {
            let response = client.get("/uploads/a.png").await;
            // Without a time of grace, a reader may see its file go; then it sees an error.
            if round > 0
                && let Ok(response) = response
            {
                assert!(is_whole(&response.body));
            }
        });
        let (statuses, _) = futures::join!(join_all(pictures), join_all(readers));
        // Without a time of grace, a clean-up may take an upload that stands still for a moment.
        assert!(statuses.contains(&StatusCode::OK), "{statuses:?}");
        for status in statuses {
            assert!([StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE].contains(&status));
        }
        let kept = get(&client, "a.png").await;
        assert!(kept.len() == 2_000_000 && is_whole(&kept));
    }
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
        assert_eq!(kinds(state.path()), [0; 3], "{length}");
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
    // use, two chunks, use, use of the old one, manifest.
    assert!(failed >= 6, "{failed}");
    assert_eq!(
        send(&client, "b.png", &picture(100, b'b')).await.status,
        StatusCode::OK
    );
    assert_eq!(kinds(state.path()), [2, 3, 2]);
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

/// The program with its state in a folder, where nothing is left alone.
fn start(state: &Path) -> Running {
    build_guests();
    let state = state.to_str().unwrap();
    Running::start(&[
        "--quiet",
        "--state-dir",
        state,
        "--variable",
        "upload_grace=0",
    ])
}

/// Sends the beginning of a request to upload a picture of so many bytes.
fn begin(address: &str, name: &str, bytes: usize, picture: &[u8]) -> TcpStream {
    let (head, end) = around(name);
    let length = head.len() + bytes + end.len();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /upload HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {CONTENT_TYPE}\r\n\
         content-length: {length}\r\n\r\n{head}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    stream.write_all(picture).unwrap();
    stream
}

/// The status of the answer to an upload.
///
/// # Errors
/// The program is gone.
fn put(address: &str, name: &str, picture: &[u8]) -> std::io::Result<String> {
    let mut stream = begin(address, name, picture.len(), b"");
    stream.write_all(picture)?;
    stream.write_all(around(name).1.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    Ok(status.to_owned())
}

/// What the program serves.
fn fetch(address: &str, name: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET /uploads/{name} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let body = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    answer.split_off(body + 4)
}

/// Waits until something is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < SOON, "{what}");
        thread::yield_now();
    }
}

#[test]
fn a_connection_that_is_cut_leaves_nothing_behind_the_next_clean_up() {
    let state = tempfile::tempdir().unwrap();
    let running = start(state.path());
    let address = &running.address;
    assert_eq!(put(address, "a.png", &picture(100, b'a')).unwrap(), "200");
    let stream = begin(address, "a.png", 9_000_000, &picture(2_000_000, b'b'));
    until("chunks come in", || store::keys(state.path()).len() > 4);
    drop(stream);
    // The upload that was cut off gives itself up, and until then its marks are there. What each of these
    // replaces the next one cleans up.
    until("all but the file is gone", || {
        assert_eq!(put(address, "b.png", &picture(100, b'b')).unwrap(), "200");
        let keys = store::keys(state.path());
        keys.iter().filter(|key| key.contains("/a.png")).count() == 3
    });
    assert_eq!(fetch(address, "a.png"), picture(100, b'a'));
}

#[test]
fn a_kill_during_a_replacement_leaves_the_old_picture_and_no_chunk_behind_the_next_clean_up() {
    let state = tempfile::tempdir().unwrap();
    let mut running = start(state.path());
    assert_eq!(
        put(&running.address, "a.png", &picture(700_000, b'a')).unwrap(),
        "200"
    );
    let stream = begin(
        &running.address,
        "a.png",
        9_000_000,
        &picture(2_000_000, b'b'),
    );
    until("chunks come in", || store::keys(state.path()).len() > 5);
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    drop(stream);
    let running = start(state.path());
    assert!(fetch(&running.address, "a.png") == picture(700_000, b'a'));
    assert_eq!(
        put(&running.address, "b.png", &picture(100, b'b')).unwrap(),
        "200"
    );
    assert_eq!(kinds(state.path()), [2, 3, 2]);
}

#[test]
fn a_kill_at_any_moment_leaves_one_picture_whole() {
    const BYTES: usize = 600_000;
    let state = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let mut running = start(state.path());
        let address = running.address.clone();
        let answered = AtomicUsize::new(0);
        thread::scope(|scope| {
            let clients = (0..2_u8).map(|client| {
                let (address, answered) = (&address, &answered);
                scope.spawn(move || {
                    (0..).all(|n: u8| {
                        let done =
                            put_quietly(address, &picture(BYTES, n.wrapping_mul(2) + client));
                        answered.fetch_add(usize::from(done), SeqCst);
                        done || answered.load(SeqCst) == 0
                    })
                })
            });
            let clients: Vec<_> = clients.collect();
            while answered.load(SeqCst) < 3 + round && !clients.iter().all(|c| c.is_finished()) {
                thread::yield_now();
            }
            running.child.kill().unwrap();
        });
        running.child.wait().unwrap();
        let running = start(state.path());
        let kept = fetch(&running.address, "a.png");
        assert!(kept.len() == BYTES && is_whole(&kept), "{round}");
    }
}

/// Whether an upload was answered, well or not, before the program was gone.
fn put_quietly(address: &str, picture: &[u8]) -> bool {
    TcpStream::connect(address).is_ok()
        && put(address, "a.png", picture).is_ok_and(|status| !status.is_empty())
}
