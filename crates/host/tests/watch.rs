//! `handspun watch`, with components that are built by copying a file.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    process::{ChildStderr, Command, Stdio},
    thread,
    time::Instant,
};

use rustix::fs::OFlags;
use tempfile::TempDir;

use crate::{
    shutdown::SOON,
    support::{
        build_guests,
        program::{Running, handspun},
        wasm,
    },
};

/// An application with two components, `shown` and `other`. What `shown` is, stands in `src/shown.txt`.
struct Project {
    folder: TempDir,
}

impl Project {
    /// The build of `shown` is a line for the shell.
    fn new(build: &str) -> Self {
        build_guests();
        let folder = tempfile::tempdir().unwrap();
        let project = Self { folder };
        fs::create_dir(project.at("src")).unwrap();
        project.show("probe");
        fs::write(project.at("src/other.txt"), "").unwrap();
        project.write_manifest(build, "/other/...");
        project
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Makes `shown` another guest or function.
    fn show(&self, name: &str) {
        fs::write(self.at("src/shown.txt"), wasm(name).to_str().unwrap()).unwrap();
    }

    fn write_manifest(&self, build: &str, route_of_other: &str) {
        let copy = format!(
            "echo other >> built.txt; cp {} other.wasm",
            wasm("args").display()
        );
        let manifest = format!(
            r#"
                spin_manifest_version = 2
                [application]
                name = "test"
                [[trigger.http]]
                route = "/..."
                component = "shown"
                [[trigger.http]]
                route = {route_of_other:?}
                component = "other"
                [component.shown]
                source = "shown.wasm"
                [component.shown.build]
                command = {build:?}
                watch = ["src/shown.txt"]
                [component.other]
                source = "other.wasm"
                [component.other.build]
                command = {copy:?}
                watch = ["src/other*"]
            "#
        );
        fs::write(self.at("spin.toml"), manifest).unwrap();
    }

    fn command(&self) -> Command {
        let mut command = handspun();
        command.current_dir(self.folder.path()).args([
            "watch",
            "--quiet",
            "--listen",
            "127.0.0.1:0",
            "--state-dir",
            "",
        ]);
        command
    }

    /// Starts it, with what it says.
    fn watch(&self) -> (Running, BufReader<ChildStderr>) {
        let mut running = Running::start(self.command().stderr(Stdio::piped()));
        let said = BufReader::new(running.child.stderr.take().unwrap());
        (running, said)
    }

    /// Which components were built, one after the other.
    fn built(&self) -> String {
        fs::read_to_string(self.at("built.txt")).unwrap()
    }
}

/// Copies what is to be shown.
const COPY: &str = "echo shown >> built.txt; cp $(cat src/shown.txt) shown.wasm";

/// Reads until the program has said it.
fn wait_for(said: &mut impl std::io::BufRead, text: &str) {
    let mut all = String::new();
    while !all.contains(text) {
        assert_ne!(said.read_line(&mut all).unwrap(), 0, "it only said {all}");
    }
}

/// Asks until the answer ends like this.
fn wait_until_served(running: &Running, target: &str, end: &str) {
    let begin = Instant::now();
    loop {
        let answer = running.get(target);
        if answer.ends_with(end) {
            return;
        }
        assert!(begin.elapsed() < SOON, "{target}: {answer}");
        thread::yield_now();
    }
}

/// A pipe with a name; who opens it waits for the other side.
fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_component_that_changes_is_taken_over_and_the_request_under_way_ends_on_the_old_one() {
    let project = Project::new(COPY);
    let (running, said) = project.watch();
    assert_eq!(project.built(), "other\nshown\n");
    let begin = "POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
    let mut under_way = running.begin(begin, "first");
    project.show("args");
    wait_until_served(&running, "/args?infor=x", "\r\n\r\nx");
    under_way.write_all(b"4\r\nlast\r\n0\r\n\r\n").unwrap();
    let mut rest = String::new();
    under_way.read_to_string(&mut rest).unwrap();
    assert!(rest.ends_with("4\r\nlast\r\n0\r\n\r\n"), "{rest}");
    assert_eq!(project.built(), "other\nshown\nshown\n");
    drop(said);
    running.stop();
}

#[test]
fn a_build_that_fails_leaves_the_old_one_serving_and_shows_why() {
    let project = Project::new(COPY);
    let (running, mut said) = project.watch();
    project.show("no-such-component");
    wait_for(&mut said, "no-such-component.wasm");
    wait_for(&mut said, "what was there before is still served");
    assert!(running.get("/uri").ends_with("/uri"));
    // It builds, and is no component.
    fs::write(project.at("src/shown.txt"), "src/other.txt").unwrap();
    wait_for(&mut said, "shown.wasm cannot be run");
    assert!(running.get("/uri").ends_with("/uri"));
    project.show("args");
    wait_until_served(&running, "/args?infor=x", "\r\n\r\nx");
    running.stop();
}

#[test]
fn a_change_during_a_build_is_not_lost() {
    let project = Project::new("to=$(cat src/shown.txt); : < gate; cp $to shown.wasm");
    let gate = project.at("gate");
    make_pipe(&gate);
    let opened = gate.clone();
    let first_build = thread::spawn(move || File::options().write(true).open(opened).unwrap());
    let (running, _said) = project.watch();
    first_build.join().unwrap();
    project.show("sender");
    // The build has read what to show, and waits.
    let building = File::options().write(true).open(&gate).unwrap();
    project.show("args");
    drop(building);
    let begin = Instant::now();
    while !running.get("/args?infor=x").ends_with("\r\n\r\nx") {
        assert!(begin.elapsed() < SOON, "the change is lost");
        // Lets the second build go on, once there is one.
        let no_wait = OFlags::NONBLOCK.bits().cast_signed();
        drop(
            File::options()
                .write(true)
                .custom_flags(no_wait)
                .open(&gate),
        );
    }
    running.stop();
}

#[test]
fn a_manifest_that_changes_is_loaded_anew_unless_it_is_wrong() {
    let project = Project::new(COPY);
    let (running, mut said) = project.watch();
    assert!(!running.get("/args?infor=x").ends_with("\r\n\r\nx"));
    fs::write(project.at("spin.toml"), "spin_manifest_version = 3").unwrap();
    wait_for(&mut said, "what was there before is still served");
    assert!(running.get("/uri").ends_with("/uri"));
    project.write_manifest(COPY, "/args");
    wait_until_served(&running, "/args?infor=x", "\r\n\r\nx");
    // Neither build has changed.
    assert_eq!(project.built(), "other\nshown\n");
    running.stop();
}

#[test]
fn a_new_file_among_those_of_a_component_is_seen_by_it() {
    let project = Project::new(COPY);
    fs::create_dir(project.at("pages")).unwrap();
    fs::write(project.at("pages/old.txt"), "").unwrap();
    let manifest = fs::read_to_string(project.at("spin.toml")).unwrap();
    let manifest = manifest.replace(
        "[component.shown]",
        "[component.shown]\nfiles = [\"pages/*\"]",
    );
    fs::write(project.at("spin.toml"), manifest).unwrap();
    let (running, said) = project.watch();
    assert!(running.get("/read?/pages/old.txt").ends_with("\nread"));
    assert!(running.get("/read?/pages/new.txt").ends_with("\nnot read"));
    fs::write(project.at("pages/new.txt"), "").unwrap();
    wait_until_served(&running, "/read?/pages/new.txt", "\nread");
    assert_eq!(project.built(), "other\nshown\n");
    drop(said);
    running.stop();
}

#[test]
fn a_folder_that_is_made_again_or_moved_away_and_back_is_still_looked_at() {
    let project = Project::new(COPY);
    let (running, _said) = project.watch();
    let (src, away) = (project.at("src"), project.at("away"));
    fs::remove_dir_all(&src).unwrap();
    fs::create_dir(&src).unwrap();
    fs::write(project.at("src/other.txt"), "").unwrap();
    project.show("args");
    wait_until_served(&running, "/args?infor=x", "\r\n\r\nx");
    project.show("probe");
    wait_until_served(&running, "/uri", "/uri");
    fs::rename(&src, &away).unwrap();
    fs::rename(&away, &src).unwrap();
    project.show("args");
    wait_until_served(&running, "/args?infor=x", "\r\n\r\nx");
    project.show("probe");
    wait_until_served(&running, "/uri", "/uri");
    running.stop();
}

#[test]
fn a_file_that_comes_with_its_folder_is_not_missed() {
    let newest = "for at in src/shown.txt $(find later -name '*.x' 2>/dev/null | sort); do :; done; \
                  cp $(cat $at) shown.wasm";
    let project = Project::new(newest);
    let manifest = fs::read_to_string(project.at("spin.toml")).unwrap();
    let manifest = manifest.replace("src/shown.txt\"]", "later/**/*.x\"]");
    fs::write(project.at("spin.toml"), manifest).unwrap();
    let (running, _said) = project.watch();
    let show = |folder: &str, name: &str| {
        fs::create_dir_all(project.at(folder)).unwrap();
        let file = project.at(folder).join("shown.x");
        fs::write(file, wasm(name).to_str().unwrap()).unwrap();
    };
    show("later/a/deep", "args");
    wait_until_served(&running, "/args?infor=x", "\r\n\r\nx");
    show("later/b/deep", "probe");
    wait_until_served(&running, "/uri", "/uri");
    running.stop();
}

#[test]
fn what_was_built_and_is_gone_is_built_again_with_the_next_change() {
    let project = Project::new(COPY);
    let (running, mut said) = project.watch();
    fs::remove_file(project.at("other.wasm")).unwrap();
    wait_for(&mut said, "what was there before is still served");
    assert!(running.get("/uri").ends_with("/uri"));
    project.show("args");
    wait_until_served(&running, "/args?infor=x", "\r\n\r\nx");
    assert_eq!(project.built(), "other\nshown\nother\nshown\n");
    running.stop();
}

#[test]
fn without_builds_a_new_file_is_taken_over() {
    let project = Project::new("false");
    fs::copy(wasm("probe"), project.at("shown.wasm")).unwrap();
    fs::copy(wasm("args"), project.at("other.wasm")).unwrap();
    let mut command = project.command();
    let running = Running::start(command.arg("--skip-build"));
    assert!(running.get("/uri").ends_with("/uri"));
    fs::copy(wasm("args"), project.at("new.wasm")).unwrap();
    fs::rename(project.at("new.wasm"), project.at("shown.wasm")).unwrap();
    wait_until_served(&running, "/args?infor=x", "\r\n\r\nx");
    running.stop();
}

#[test]
fn a_first_build_that_fails_serves_what_was_built_before() {
    let project = Project::new("false");
    fs::copy(wasm("probe"), project.at("shown.wasm")).unwrap();
    fs::copy(wasm("args"), project.at("other.wasm")).unwrap();
    let (running, mut said) = project.watch();
    wait_for(&mut said, "what was built before is served");
    assert!(running.get("/uri").ends_with("/uri"));
    running.stop();
}

#[test]
fn a_first_build_that_fails_waits_for_a_change() {
    let project = Project::new(COPY);
    project.show("no-such-component");
    let mut command = project.command();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    wait_for(&mut said, "waiting for a change");
    project.show("probe");
    let mut serving = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut serving)
        .unwrap();
    assert!(serving.starts_with("Serving http://"), "{serving}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn ctrl_c_ends_a_build_and_all_that_it_has_started() {
    let project = Project::new("cat < gate & wait");
    let gate = project.at("gate");
    make_pipe(&gate);
    let mut child = project.command().stderr(Stdio::null()).spawn().unwrap();
    // Once that is open, the child of the build runs.
    let mut held = File::options().write(true).open(&gate).unwrap();
    let pid = child.id().to_string();
    let mut kill = Command::new("kill");
    assert!(kill.args(["-s", "INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let begin = Instant::now();
    loop {
        match held.write(b"x") {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            _ => assert!(begin.elapsed() < SOON, "it goes on"),
        }
    }
}
