//! Connections that are cut, and a program that is killed.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::{Duration, Instant},
};

use super::{CONTENT_TYPE, around, is_whole, left, picture};
use crate::support::{build_guests, program::Running, store};

/// A bound for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// The program with its state in a folder, where nothing is left alone.
fn start(state: &Path) -> Running {
    build_guests();
    let state = state.to_str().unwrap();
    Running::up(&[
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
    until("chunks come in", || store::keys(state.path()).len() > 2);
    drop(stream);
    // The upload that was cut off gives itself up, or is cleared away by a later one, which is refused itself.
    until("all but the picture is gone", || {
        assert_eq!(put(address, "b.png", b"no picture").unwrap(), "415");
        left(state.path()) == (1, 0, 1)
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
    until("chunks come in", || store::keys(state.path()).len() > 3);
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    drop(stream);
    let running = start(state.path());
    assert!(fetch(&running.address, "a.png") == picture(700_000, b'a'));
    assert_eq!(
        put(&running.address, "b.png", &picture(100, b'b')).unwrap(),
        "200"
    );
    // Its chunks go with the next upload, its row with the one after that.
    assert_eq!(left(state.path()), (2, 1, 3));
    assert_eq!(
        put(&running.address, "b.png", b"no picture").unwrap(),
        "415"
    );
    assert_eq!(left(state.path()), (2, 0, 3));
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
        until("all but the picture is gone", || {
            assert_eq!(
                put(&running.address, "b.png", b"no picture").unwrap(),
                "415"
            );
            left(state.path()) == (1, 0, 2)
        });
    }
}

/// Whether an upload was answered, well or not, before the program was gone.
fn put_quietly(address: &str, picture: &[u8]) -> bool {
    TcpStream::connect(address).is_ok()
        && put(address, "a.png", picture).is_ok_and(|status| !status.is_empty())
}
