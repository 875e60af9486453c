//! The program, as a shell runs it.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{build_guests, root};

/// A generous bound for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// The program, to be run in the workspace's root.
pub(crate) fn handspun() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handspun"));
    command.current_dir(root());
    command
}

/// The program with the probe, on a port of its own and with its state in a folder.
pub(crate) fn probe(state: &Path) -> Command {
    probe_at(state, "127.0.0.1:0")
}

/// The program with the probe, at an address and with its state in a folder.
pub(crate) fn probe_at(state: &Path, address: &str) -> Command {
    build_guests();
    let mut command = handspun();
    command
        .args(["up", "--listen", address])
        .args([
            "-f",
            "crates/host/tests/probe.toml",
            "--variable",
            "given=x",
        ])
        .arg("--state-dir")
        .arg(state);
    command
}

/// What the program says and how it ends.
pub(crate) fn run(arguments: &[&str]) -> Output {
    handspun().args(arguments).output().unwrap()
}

/// What a program that has ended wrote to its standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A running `handspun up`, ended when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) output: BufReader<ChildStdout>,
    /// `http` or `https`.
    pub(crate) scheme: String,
    pub(crate) address: String,
}

impl Running {
    /// Starts it on a port of its own.
    pub(crate) fn up(arguments: &[&str]) -> Self {
        let mut command = handspun();
        Self::start(
            command
                .args(["up", "--listen", "127.0.0.1:0"])
                .args(arguments),
        )
    }

    /// Starts a command that serves.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Serving ");
        let (scheme, address) = url
            .and_then(|url| url.split_once("://"))
            .expect("it serves");
        let (scheme, address) = (scheme.to_owned(), address.to_owned());
        Self {
            child,
            output,
            scheme,
            address,
        }
    }

    /// The whole answer to a request, on a connection of its own.
    pub(crate) fn get(&self, target: &str) -> String {
        ask(&self.address, "GET", target, "").unwrap()
    }

    /// The whole answer to a request with a body.
    pub(crate) fn post(&self, target: &str, body: &str) -> String {
        ask(&self.address, "POST", target, body).unwrap()
    }

    /// Sends the bytes of a request, and returns its connection once `text` is in the
    /// answer.
    pub(crate) fn begin(&self, request: &str, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        while !answer.contains(text) {
            let mut buffer = [0; 1024];
            let read = stream.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "{answer}");
            answer.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
        }
        stream
    }

    /// Stops it, and checks that it soon ends well.
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let begin = Instant::now();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(begin.elapsed() < SOON, "it goes on"),
            }
            thread::yield_now();
        };
        assert_eq!(status.code(), Some(0));
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The whole answer of the server at an address.
///
/// # Errors
///
/// The server is not there, or is gone before it has answered.
pub(crate) fn ask(address: &str, method: &str, target: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    let length = body.len();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    // Chunks are not put together: the tests look at the end of short answers.
    let answer = String::from_utf8_lossy(&answer);
    let answer = answer.strip_suffix("\r\n0\r\n\r\n").unwrap_or(&answer);
    Ok(answer.to_owned())
}
