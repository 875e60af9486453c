//! Connections on several threads, and what a thread does for all of its own.

use std::{num::NonZeroUsize, time::Duration};

use handspun::{Limits, Options};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use crate::shutdown::{Server, read_until, server_with};

/// A server for the probe on so many threads. An instance stays for as long as a slow test may take.
async fn server_on(cores: usize) -> Server {
    server_with(Options {
        cores: NonZeroUsize::new(cores),
        limits: Limits {
            idle: Duration::from_secs(600),
            ..Limits::default()
        },
        ..Options::default()
    })
    .await
}

/// The body of the answer to a request, on a connection that stays open.
async fn get(stream: &mut TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = read_until(stream, "\r\n0\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    let chunk = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
    chunk.lines().nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn each_thread_has_instances_of_its_own() {
    for (cores, counts) in [(1, ["1", "2", "3", "4"]), (2, ["1", "1", "2", "2"])] {
        let server = server_on(cores).await;
        let mut first = TcpStream::connect(server.address).await.unwrap();
        let mut counted = vec![get(&mut first, "/taken").await];
        let mut second = TcpStream::connect(server.address).await.unwrap();
        counted.push(get(&mut second, "/taken").await);
        counted.push(get(&mut first, "/taken").await);
        counted.push(get(&mut second, "/taken").await);
        assert_eq!(counted, counts, "{cores} threads");
        server.stop.send(()).unwrap();
        server.ended.await.unwrap();
    }
}

#[tokio::test]
async fn a_guest_that_computes_lets_others_on_its_thread_go_on() {
    let server = server_on(1).await;
    let mut computes = TcpStream::connect(server.address).await.unwrap();
    let request = b"GET /loop HTTP/1.1\r\nhost: x\r\n\r\n";
    computes.write_all(request).await.unwrap();
    let mut other = TcpStream::connect(server.address).await.unwrap();
    for _ in 0..100 {
        get(&mut other, "/other/x/").await;
    }
    let answer = computes.try_read(&mut [0; 16]).unwrap_err();
    assert_eq!(
        answer.kind(),
        std::io::ErrorKind::WouldBlock,
        "it computes all the time"
    );
    // Its guest does not keep the thread from ending.
    server.ended.abort();
}

#[tokio::test]
async fn requests_on_all_threads_end_before_the_server_does() {
    let server = server_on(2).await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = "POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(b"5\r\nfirst\r\n").await.unwrap();
        read_until(&mut stream, "5\r\nfirst\r\n").await;
        streams.push(stream);
    }
    server.stop.send(()).unwrap();
    for mut stream in streams {
        assert!(!server.ended.is_finished());
        let last = b"4\r\nlast\r\n0\r\n\r\n";
        stream.write_all(last).await.unwrap();
        read_until(&mut stream, "4\r\nlast\r\n0\r\n\r\n").await;
    }
    server.ended.await.unwrap();
}
