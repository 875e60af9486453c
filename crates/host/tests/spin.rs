//! What `handspun up` does as `spin up` does it.

use std::{
    fs,
    io::Read as _,
    net::{TcpListener, TcpStream},
    path::Path,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use crate::support::{
    OneComponent, build_guests,
    program::{Running, handspun, probe, probe_at, stderr},
    wasm,
};

/// A generous bound for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// Waits until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < SOON, "{what}");
        thread::yield_now();
    }
}

#[test]
fn a_second_ctrl_c_does_not_wait_for_running_requests() {
    let state = tempfile::tempdir().unwrap();
    let mut running = Running::start(&mut probe(state.path()));
    let request = "GET /hang-after-head HTTP/1.1\r\nhost: x\r\n\r\n";
    let waiting = running.begin(request, "first");
    running.signal("INT");
    until("it accepts no more", || {
        TcpStream::connect(&running.address).is_err()
    });
    assert!(running.child.try_wait().unwrap().is_none(), "it waits");
    running.signal("INT");
    // A shell has this for a program that Ctrl-C ended.
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
    drop(waiting);
}

#[test]
fn the_port_is_taken_when_everything_is_loaded() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        source: "none.wasm".into(),
        ..OneComponent::named("a")
    };
    let manifest = manifest.write(folder.path());
    let mut command = handspun();
    command
        .args(["up", "--listen", &address, "-f"])
        .arg(manifest);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("there is no file"), "{said}");
}

#[test]
fn an_address_to_listen_on_may_be_a_name() {
    let state = tempfile::tempdir().unwrap();
    let running = Running::start(&mut probe_at(state.path(), "localhost:0"));
    assert!(
        running.address.starts_with("127.0.0.1:"),
        "{}",
        running.address
    );
    let output = probe_at(state.path(), "localhost").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("--listen <ADDRESS:PORT>"), "{said}");
}

/// An application with the probe at every path.
fn application(folder: &Path, more: &str) {
    build_guests();
    fs::copy(wasm("probe"), folder.join("probe.wasm")).unwrap();
    let manifest = OneComponent {
        source: "probe.wasm".into(),
        fields: more,
        ..OneComponent::named("probe")
    };
    manifest.write(folder);
}

#[test]
fn the_manifest_is_found_from_a_folder_below() {
    let folder = tempfile::tempdir().unwrap();
    application(folder.path(), "");
    let below = folder.path().join("src/pages");
    fs::create_dir_all(&below).unwrap();
    let mut command = handspun();
    command
        .current_dir(below)
        .args(["up", "--listen", "127.0.0.1:0"]);
    let running = Running::start(&mut command);
    assert!(running.get("/taken").ends_with("\r\n1"));
    assert!(
        folder.path().join(".spin/logs").is_dir(),
        "its state is beside it"
    );
}

#[test]
fn without_a_manifest_the_flag_is_named() {
    let folder = tempfile::tempdir().unwrap();
    // Where a repository begins, the search ends.
    fs::create_dir(folder.path().join(".git")).unwrap();
    let mut command = handspun();
    let output = command.current_dir(folder.path()).arg("up").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "handspun: there is no spin.toml in this folder or above it; name another manifest \
         with -f FILE\n"
    );
}

#[test]
fn a_component_that_no_trigger_uses_is_not_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    let unused = "
        [component.unused]
        source = \"none.wasm\"
        files = [{ source = \"none\", destination = \"/\" }]
        sqlite_databases = [\"none\"]
        key_value_stores = [\"none\"]";
    application(folder.path(), unused);
    let mut command = handspun();
    command
        .current_dir(folder.path())
        .args(["up", "--listen", "127.0.0.1:0"]);
    let running = Running::start(&mut command);
    assert!(running.get("/taken").ends_with("\r\n1"));
}

/// What a program has said when it is stopped.
fn said(mut running: Running) -> String {
    running.signal("TERM");
    let mut said = String::new();
    let mut stderr = running.child.stderr.take().unwrap();
    stderr.read_to_string(&mut said).unwrap();
    said
}

#[test]
fn it_says_where_data_and_output_are_kept() {
    let state = tempfile::tempdir().unwrap();
    for quiet in [false, true] {
        let mut command = probe(state.path());
        command.args(quiet.then_some("--quiet"));
        let said = said(Running::start(command.stderr(Stdio::piped())));
        let path = |name: &str| state.path().join(name).display().to_string();
        let want = format!(
            "Storing default key-value data to \"{}\".\n\
             Storing default SQLite data to \"{}\".\n\
             Logging component stdio to \"{}\"\n",
            path("sqlite_key_value.db"),
            path("sqlite_db.db"),
            path("logs/"),
        );
        assert_eq!(said, want);
    }
}

#[test]
fn it_does_not_speak_of_stores_that_nobody_uses() {
    let folder = tempfile::tempdir().unwrap();
    application(folder.path(), "");
    let mut command = handspun();
    command
        .current_dir(folder.path())
        .args(["up", "--listen", "127.0.0.1:0", "--state-dir", ""]);
    let running = Running::start(command.stderr(Stdio::piped()));
    assert_eq!(said(running), "");
}

#[test]
fn settings_of_spin_that_have_no_effect_are_named() {
    let state = tempfile::tempdir().unwrap();
    let mut command = probe(state.path());
    command
        .env("SPIN_ALWAYS_BUILD", "1")
        .env("SPIN_MAX_INSTANCE_COUNT", "1");
    let said = said(Running::start(command.stderr(Stdio::piped())));
    let want = "SPIN_ALWAYS_BUILD, SPIN_MAX_INSTANCE_COUNT are set in the environment; this runtime does not support \
                these settings (Spin does)\n";
    assert!(said.starts_with(want), "{said}");
}

#[test]
fn the_address_is_taken_from_the_environment() {
    build_guests();
    let mut command = handspun();
    command
        .args([
            "up",
            "-f",
            "crates/host/tests/probe.toml",
            "--variable",
            "given=x",
        ])
        .args(["--state-dir", ""])
        .env("SPIN_HTTP_LISTEN_ADDR", "localhost:0");
    let running = Running::start(&mut command);
    assert!(running.get("/taken").ends_with("\r\n1"));
}

#[test]
fn output_without_the_end_of_a_line_appears_while_the_component_goes_on() {
    let state = tempfile::tempdir().unwrap();
    let running = Running::start(&mut probe(state.path()));
    let mut stream = TcpStream::connect(&running.address).unwrap();
    let request = b"GET /print-without-end?50% HTTP/1.1\r\nhost: x\r\n\r\n";
    std::io::Write::write_all(&mut stream, request).unwrap();
    for (file, want) in [("stdout", "out 50%"), ("stderr", "err 50%")] {
        let file = state.path().join(format!("logs/probe_{file}.txt"));
        until("it appears", || {
            fs::read_to_string(&file).is_ok_and(|text| text == want)
        });
    }
    drop(stream);
}
