//! Nobody gets all places, and there are no more connections than files.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use handspun::Limits;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http2::handshake;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::process::{Resource, getrlimit, setrlimit};
use socket2::{Domain, Socket, Type};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::Barrier,
    task::JoinSet,
    time::timeout,
};

use crate::{
    shutdown::SOON,
    support::{
        Probe, open_body,
        program::{Running, probe},
    },
};

/// What a process may have open in these tests, and how many connections, or requests, that allows: for all
/// (FILES - 64 - 4 for each of two components) / 3, and for one address four in five of those.
const FILES: usize = 256;
const ALL: usize = 61;
const SHARE: usize = 48;

/// The probe, with its state in a folder, behind a command of the shell.
fn after(shell: &str, state: &Path) -> Command {
    let program = probe(state);
    let mut command = Command::new("sh");
    let script = format!("{shell}; exec \"$0\" \"$@\"");
    command.args(["-c", &script]).arg(program.get_program());
    command.args(program.get_args());
    if let Some(folder) = program.get_current_dir() {
        command.current_dir(folder);
    }
    command
}

/// A connection from an address of this machine.
fn connect(from: [u8; 4], to: &str) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket
        .bind(&SocketAddr::from((Ipv4Addr::from(from), 0)).into())
        .unwrap();
    socket
        .connect(&to.parse::<SocketAddr>().unwrap().into())
        .unwrap();
    socket.into()
}

/// The answer on a connection to a request for what needs no connection but this one.
fn answer_on(mut stream: TcpStream) -> io::Result<String> {
    stream.write_all(b"GET /taken HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_holds_a_part_of_the_connections_and_others_are_served() {
    const ONE: [u8; 4] = [127, 0, 0, 2];
    let mut command = after(&format!("ulimit -n {FILES}"), "".as_ref());
    let mut running = Running::start(command.stderr(Stdio::piped()));
    let mut held: Vec<_> = (0..SHARE)
        .map(|_| {
            let mut stream = connect(ONE, &running.address);
            stream
                .write_all(b"GET /taken HTTP/1.1\r\nhost: x\r\n\r\n")
                .unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).unwrap();
            assert_eq!(&first, b"HTTP/1.1 200");
            stream
        })
        .collect();
    let refused = answer_on(connect(ONE, &running.address)).unwrap();
    assert!(
        refused.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{refused}"
    );
    assert!(
        refused.contains(&format!(
            "There are already {SHARE} connections from your address"
        )),
        "{refused}"
    );
    let other = connect([127, 0, 0, 3], &running.address);
    assert!(answer_on(other).unwrap().starts_with("HTTP/1.1 200 OK"));
    // One that is closed makes room as soon as the server knows.
    held.pop();
    let served = || {
        let answer = answer_on(connect(ONE, &running.address));
        answer.is_ok_and(|answer| answer.starts_with("HTTP/1.1 200 OK"))
    };
    while !served() {
        std::thread::yield_now();
    }
    drop(held);
    let mut shown = String::new();
    let mut stderr = running.child.stderr.take().unwrap();
    running.stop();
    stderr.read_to_string(&mut shown).unwrap();
    let told = format!("at most {ALL} connections and {ALL} requests are served");
    assert_eq!(shown.matches(&told).count(), 1, "{shown}");
    assert!(shown.contains("127.0.0.2 - - ["), "{shown}");
    assert!(shown.contains("] \"-\" 503 -"), "{shown}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_limit_of_open_files_is_raised_as_far_as_it_may_be() {
    let running = Running::start(&mut after("ulimit -Sn 128", "".as_ref()));
    let limits = fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let numbers: Vec<_> = line.unwrap().split_whitespace().skip(3).take(2).collect();
    assert_eq!(numbers[0], numbers[1], "{limits}");
}

#[tokio::test]
async fn an_address_holds_a_part_of_the_requests_and_others_are_answered() {
    let probe = Probe::new(Limits {
        head: Duration::from_secs(1),
        concurrent_requests: 2,
        ..Limits::default()
    });
    let ask = |path: &str, client: &str| {
        let request = Request::get(path).header("host", "x");
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        let client = client.parse().unwrap();
        let app = &probe.app;
        async move { app.handle(request, client).await }
    };
    // Its body is never read to the end, so it keeps its place.
    let held = ask("/hang-after-head", "192.0.2.1:50000").await;
    assert_eq!(held.status(), StatusCode::OK);
    let second = ask("/taken", "192.0.2.1:50001").await;
    assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    let other = ask("/taken", "192.0.2.2:50000").await;
    assert_eq!(other.status(), StatusCode::OK);
    other.into_body().collect().await.unwrap();
    drop(held);
    let second = ask("/taken", "192.0.2.1:50002").await;
    assert_eq!(second.status(), StatusCode::OK);
}

/// More than there are files, on a few connections. The first wave holds a database each until it is complete.
#[tokio::test(flavor = "multi_thread")]
async fn there_are_files_enough_for_what_all_requests_open() {
    const CONNECTIONS: usize = 3;
    const REQUESTS: usize = 100;
    let state = tempfile::tempdir().unwrap();
    let running = Running::start(&mut after(&format!("ulimit -n {FILES}"), state.path()));
    let wave = Arc::new(Barrier::new(SHARE));
    let mut asked = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let stream = tokio::net::TcpStream::connect(&running.address);
        let stream = TokioIo::new(stream.await.unwrap());
        let (client, driver) = handshake(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(driver);
        for request in 0..REQUESTS {
            let (mut client, wave) = (client.clone(), Arc::clone(&wave));
            let is_first = connection * REQUESTS + request < SHARE;
            asked.spawn(async move {
                let (release, body) = open_body();
                let request = Request::post("http://a/sqlite/hold").header("sql", "SELECT 1");
                let request = request.body(Box::pin(body)).unwrap();
                let response = client.send_request(request).await.unwrap();
                let status = response.status();
                let mut body = response.into_body();
                let held = body.frame().await.unwrap().unwrap().into_data().unwrap();
                if is_first {
                    wave.wait().await;
                }
                let _ = release.send(());
                assert_eq!((status, held), (StatusCode::OK, Bytes::from("held")));
                let rest = body.collect().await.unwrap().to_bytes();
                assert_eq!(rest, "dropped");
            });
        }
    }
    let all = async { while asked.join_next().await.transpose().unwrap().is_some() {} };
    timeout(SOON, all).await.unwrap();
    running.stop();
}

/// As many as the runtime has for one address.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_of_one_address_sleep_at_the_same_time() {
    const SLEEPERS: usize = 1_000;
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    let running = Running::start(probe("".as_ref()).arg("--quiet"));
    let all_there = Arc::new(Barrier::new(SLEEPERS));
    let mut asked = JoinSet::new();
    for _ in 0..SLEEPERS {
        let (address, all_there) = (running.address.clone(), Arc::clone(&all_there));
        asked.spawn(async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            all_there.wait().await;
            let request = b"GET /sleep?1000 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            stream.write_all(request).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        });
    }
    let all = async { while asked.join_next().await.transpose().unwrap().is_some() {} };
    timeout(2 * SOON, all).await.unwrap();
    running.stop();
}
