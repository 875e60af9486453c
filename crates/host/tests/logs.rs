//! What is printed and logged, where nobody takes it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::symlink,
    process::Stdio,
};

use crate::support::program::{Running, probe};

/// About as long as a line of the log may be: the argument is printed, and is in the line of the request.
const LINE_BYTES: usize = 8 << 10;

/// More than a pipe and the queue in front of it hold, at two lines each.
const REQUESTS: usize = 200;

#[test]
fn a_log_that_nobody_reads_keeps_nobody_waiting() {
    let mut command = probe("".as_ref());
    let mut running = Running::start(command.stderr(Stdio::piped()));
    let long = "x".repeat(LINE_BYTES);
    for _ in 0..REQUESTS {
        let answer = running.get(&format!("/print?{long}"));
        assert!(answer.ends_with("printed"), "{answer}");
    }
    // Once somebody reads, it is told what is missing, and the log goes on.
    let stderr = running.child.stderr.take().unwrap();
    let mut lines = BufReader::new(stderr).lines().map(Result::unwrap);
    let gap = lines.find(|line| line.contains("lines of the log were lost here"));
    let missing: usize = gap.unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!((1..3 * REQUESTS).contains(&missing), "{missing}");
    running.get("/print?again");
    assert!(lines.any(|line| line == "probe: out again"));
    running.stop();
}

#[test]
fn a_log_that_nobody_reads_does_not_keep_the_server_from_ending() {
    let mut command = probe("".as_ref());
    let running = Running::start(command.stderr(Stdio::piped()));
    let long = "x".repeat(LINE_BYTES);
    for _ in 0..REQUESTS {
        running.get(&format!("/print?{long}"));
    }
    running.stop();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_log_disk_fails_no_component() {
    let state = tempfile::tempdir().unwrap();
    let logs = state.path().join("logs");
    fs::create_dir(&logs).unwrap();
    symlink("/dev/full", logs.join("probe_stdout.txt")).unwrap();
    let mut running = Running::start(probe(state.path()).stderr(Stdio::piped()));
    for _ in 0..3 {
        let answer = running.get("/print?x");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    running.signal("TERM");
    let stderr = BufReader::new(running.child.stderr.take().unwrap());
    let shown: Vec<_> = stderr.lines().map(Result::unwrap).collect();
    let told = shown
        .iter()
        .filter(|line| line.contains("probe_stdout.txt cannot be written"));
    assert_eq!(told.count(), 1, "{shown:?}");
    let kept = fs::read_to_string(logs.join("probe_stderr.txt")).unwrap();
    assert_eq!(kept.lines().count(), 3, "{kept}");
}

#[test]
fn logs_are_kept_unless_they_are_to_be_truncated() {
    let state = tempfile::tempdir().unwrap();
    let kept = || fs::read_to_string(state.path().join("logs/probe_stdout.txt")).unwrap();
    for (argument, want) in [
        (None, "out x\n"),
        (None, "out x\nout x\n"),
        (Some("--truncate-logs"), "out x\n"),
    ] {
        let running = Running::start(probe(state.path()).args(argument));
        running.get("/print?x");
        running.stop();
        assert_eq!(kept(), want, "{argument:?}");
    }
}

#[test]
fn a_start_that_fails_leaves_the_logs_alone() {
    let state = tempfile::tempdir().unwrap();
    let log = state.path().join("logs/probe_stdout.txt");
    fs::create_dir(state.path().join("logs")).unwrap();
    fs::write(&log, "x").unwrap();
    let mut command = probe(state.path());
    let output = command
        .args(["--truncate-logs", "--sqlite", "no SQL"])
        .output();
    assert_eq!(output.unwrap().status.code(), Some(1));
    assert_eq!(fs::read_to_string(&log).unwrap(), "x");
}
