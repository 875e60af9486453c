//! The program, as a shell sees it.

use std::{
    fs,
    io::{BufRead as _, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Stdio,
};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::support::{
    OneComponent, build_guests,
    program::{Running, ask, handspun, probe, probe_at, run, stderr},
    root, wasm,
};

#[test]
fn help_says_what_there_is() {
    for (arguments, golden) in [
        (["--help"].as_slice(), "help.txt"),
        (&["up", "--help"], "help-up.txt"),
        (&["routes", "--help"], "help-routes.txt"),
        (&["watch", "--help"], "help-watch.txt"),
    ] {
        let output = run(arguments);
        let file = root().join("crates/host/tests/golden").join(golden);
        let text = String::from_utf8(output.stdout).unwrap();
        if std::env::var_os("BLESS").is_some() {
            fs::write(&file, &text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(file).unwrap(), "{golden}");
    }
}

#[test]
fn it_serves_once_it_says_so_and_ends_with_0_on_a_signal() {
    build_guests();
    for signal in ["INT", "TERM", "HUP"] {
        let mut running = Running::up(&[]);
        assert!(TcpStream::connect(&running.address).is_ok());
        let mut lines = running.output.by_ref().lines().map(Result::unwrap);
        assert_eq!(lines.next().as_deref(), Some("Available Routes:"));
        let route = format!("  add: http://{}/add", running.address);
        assert!(lines.any(|line| line == route), "no {route:?}");
        running.signal(signal);
        assert_eq!(running.child.wait().unwrap().code(), Some(0), "SIG{signal}");
    }
}

#[test]
fn a_port_in_use_is_one_clear_line_and_exit_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let state = tempfile::tempdir().unwrap();
    let mut command = probe_at(state.path(), &address);
    let output = command.args(["--sqlite", "CREATE TABLE t (x)"]).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    // Another one may be serving it with the same data.
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0);
    assert_eq!(
        stderr(&output),
        format!(
            "handspun: {address} is already in use; choose another with --listen \
             ADDRESS:PORT, or let --find-free-port do it\n"
        )
    );
}

#[test]
fn a_missing_wasm_file_is_one_clear_line_and_exit_1() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        route: "/",
        source: "none.wasm".into(),
        ..OneComponent::named("a")
    };
    let manifest = manifest.write(folder.path());
    let manifest = manifest.to_str().unwrap();
    let output = run(&["up", "--listen", "127.0.0.1:0", "-f", manifest]);
    assert_eq!(output.status.code(), Some(1));
    let file = folder.path().join("none.wasm");
    assert_eq!(
        stderr(&output),
        format!(
            "handspun: component a: there is no file {}; build the components with `make build`\n",
            file.display()
        )
    );
}

#[test]
fn a_manifest_in_the_current_folder_finds_its_files() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    fs::copy(wasm("probe"), folder.path().join("probe.wasm")).unwrap();
    fs::write(folder.path().join("mounted.txt"), "").unwrap();
    let manifest = OneComponent {
        source: "probe.wasm".into(),
        fields: r#"files = ["mounted.txt"]"#,
        ..OneComponent::named("probe")
    };
    manifest.write(folder.path());
    let mut command = handspun();
    command
        .current_dir(folder.path())
        .args(["up", "--listen", "127.0.0.1:0"]);
    let running = Running::start(&mut command);
    assert!(TcpStream::connect(&running.address).is_ok());
}

#[test]
fn a_missing_required_variable_is_named() {
    build_guests();
    let output = run(&[
        "up",
        "--listen",
        "127.0.0.1:0",
        "-f",
        "crates/host/tests/probe.toml",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("the variable given is required"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn a_variable_that_is_no_assignment_is_refused() {
    let output = run(&["up", "--listen", "127.0.0.1:0", "--variable", "given"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("KEY=VALUE"), "{}", stderr(&output));
}

#[test]
fn variables_come_from_the_command_line_then_the_environment_then_the_file() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(".env"), "SPIN_VARIABLE_GIVEN=file\n").unwrap();
    let manifest = root()
        .join("crates/host/tests/probe.toml")
        .canonicalize()
        .unwrap();
    for (argument, environment, want) in [
        (None, None, "file"),
        (None, Some("environment"), "environment"),
        (Some("given=argument"), Some("environment"), "argument"),
    ] {
        let mut command = handspun();
        command
            .current_dir(folder.path())
            .args([
                "up",
                "--listen",
                "127.0.0.1:0",
                "--state-dir",
                "state",
                "-f",
            ])
            .arg(&manifest)
            .args(
                argument
                    .map(|argument| ["--variable", argument])
                    .iter()
                    .flatten(),
            );
        if let Some(value) = environment {
            command.env("SPIN_VARIABLE_GIVEN", value);
        }
        let running = Running::start(&mut command);
        let answer = running.get("/variable?both");
        let want = format!("Ok(\"from the manifest and {want}\")");
        assert!(answer.ends_with(&want), "{answer}");
    }
}

#[test]
fn a_log_that_nobody_reads_does_not_end_the_server() {
    let mut running = Running::start(probe("".as_ref()).stderr(Stdio::piped()));
    drop(running.child.stderr.take());
    for path in ["/print?x", "/trap", "/taken"] {
        let answer = running.get(path);
        assert!(answer.starts_with("HTTP/1.1 "), "{path}: {answer}");
    }
    running.signal("TERM");
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}

/// As a terminal that was stopped with Ctrl-S.
#[test]
fn a_terminal_that_takes_nothing_does_not_keep_the_server_from_serving_and_ending() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let (reader, mut writer) = std::io::pipe().unwrap();
    let flags = fcntl_getfl(&writer).unwrap();
    fcntl_setfl(&writer, flags | OFlags::NONBLOCK).unwrap();
    while writer.write(&[b'x'; 1]).is_ok() {}
    fcntl_setfl(&writer, flags).unwrap();
    let mut command = probe_at("".as_ref(), &address);
    let mut child = command.stdout(writer).spawn().unwrap();
    let health = "/.well-known/spin/health";
    while !ask(&address, "GET", health, "").is_ok_and(|answer| answer.ends_with("OK")) {
        assert_eq!(child.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-s", "TERM", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    drop(reader);
}

#[test]
fn a_folder_stands_for_the_manifest_in_it() {
    build_guests();
    let running = Running::up(&["-f", ".", "--state-dir", ""]);
    assert!(running.get("/args?infor=x").ends_with("\r\n\r\nx"));
}

#[test]
fn what_is_no_request_has_its_line_too() {
    let state_dir = tempfile::tempdir().unwrap();
    let mut running = Running::start(probe(state_dir.path()).stderr(Stdio::piped()));
    let headers = "a: b\r\n".repeat(200);
    let target = "a".repeat(100_000);
    for (request, status) in [
        ("nonsense\r\n\r\n".to_owned(), 400),
        (format!("GET / HTTP/1.1\r\n{headers}\r\n"), 431),
        (format!("GET /{target} HTTP/1.1\r\n\r\n"), 414),
    ] {
        let mut stream = TcpStream::connect(&running.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(head, format!("HTTP/1.1 {status}").as_bytes());
    }
    // Nothing was asked on this one, so there is nothing to tell of it.
    drop(TcpStream::connect(&running.address).unwrap());
    running.signal("TERM");
    let mut shown = String::new();
    let mut stderr = running.child.stderr.take().unwrap();
    stderr.read_to_string(&mut shown).unwrap();
    let mut shown: Vec<_> = shown
        .lines()
        .filter(|line| !is_of_the_start(line))
        .map(|line| line.split_once("] ").map(|(_, line)| line))
        .collect();
    shown.sort_unstable();
    let want = [400, 414, 431].map(|status| format!("\"-\" {status} -"));
    let want = want.each_ref().map(|line| Some(line.as_str()));
    assert_eq!(shown, want);
}

/// Whether a line says where things are kept.
fn is_of_the_start(line: &str) -> bool {
    line.starts_with("Storing default ") || line.starts_with("Logging component stdio ")
}

#[test]
fn requests_and_what_components_print_are_shown_and_kept() {
    let state = tempfile::tempdir().unwrap();
    for quiet in [false, true] {
        let mut command = probe(state.path());
        if quiet {
            command.arg("--quiet");
        }
        let mut running = Running::start(command.stderr(Stdio::piped()));
        running.get("/print?x");
        running.signal("TERM");
        let mut shown = String::new();
        let mut stderr = running.child.stderr.take().unwrap();
        stderr.read_to_string(&mut shown).unwrap();
        let shown: String = shown
            .lines()
            .filter(|line| !is_of_the_start(line))
            .flat_map(|line| [line, "\n"])
            .collect();
        if quiet {
            assert_eq!(shown, "");
        } else {
            assert!(shown.contains("probe: out x\n"), "{shown}");
            assert!(
                shown.contains("\"GET /print?x HTTP/1.1\" 200 -\n"),
                "{shown}"
            );
            assert!(
                shown.starts_with("probe: ") && shown.contains("127.0.0.1 - - ["),
                "{shown}"
            );
        }
    }
    let kept = fs::read_to_string(state.path().join("logs/probe_stdout.txt")).unwrap();
    assert_eq!(kept, "out x\nout x\n");
    let kept = fs::read_to_string(state.path().join("logs/probe_stderr.txt")).unwrap();
    assert_eq!(kept.lines().count(), 2, "{kept}");
}
