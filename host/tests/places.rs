//! Nobody gets all places, and there are no more connections than files.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    process::{Command, Stdio},
    time::Duration,
};

use bytes::Bytes;
use host::Limits;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use socket2::{Domain, Socket, Type};

use crate::support::{
    Probe,
    program::{Running, probe},
};

/// What a process may have open in these tests, and how many connections of one address that allows: half of
/// (FILES - 128) / 4.
const FILES: usize = 256;
const SHARE: usize = 16;

/// The probe, behind a command of the shell.
fn after(shell: &str) -> Command {
    let program = probe("".as_ref());
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

/// The first line of the answer on a connection.
fn status_on(mut stream: TcpStream) -> io::Result<String> {
    stream.write_all(b"GET /taken HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_holds_a_part_of_the_connections_and_others_are_served() {
    const ONE: [u8; 4] = [127, 0, 0, 2];
    let command = &mut after(&format!("ulimit -n {FILES}"));
    let mut running = Running::of(command.stderr(Stdio::piped()));
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
    let mut refused = String::new();
    connect(ONE, &running.address)
        .read_to_string(&mut refused)
        .unwrap();
    assert!(
        refused.starts_with("HTTP/1.1 503 Service Unavailable\r\n"),
        "{refused}"
    );
    assert!(
        refused.contains("There are 16 connections from your address"),
        "{refused}"
    );
    let other = connect([127, 0, 0, 3], &running.address);
    assert_eq!(status_on(other).unwrap(), "HTTP/1.1 200 OK");
    // One that is closed makes room as soon as the server knows.
    held.pop();
    while !status_on(connect(ONE, &running.address)).is_ok_and(|line| line.ends_with("200 OK")) {
        std::thread::yield_now();
    }
    drop(held);
    let mut shown = String::new();
    let mut stderr = running.child.stderr.take().unwrap();
    running.stop();
    stderr.read_to_string(&mut shown).unwrap();
    assert!(shown.contains("no more than 32 connections"), "{shown}");
    assert!(shown.contains("127.0.0.2 - - ["), "{shown}");
    assert!(shown.contains("] \"-\" 503 -"), "{shown}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_limit_of_open_files_is_raised_as_far_as_it_may_be() {
    let running = Running::of(&mut after("ulimit -Sn 128"));
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
