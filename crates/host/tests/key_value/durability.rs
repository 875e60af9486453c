//! What is left when the program is killed.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
};

use super::DONE;
use crate::support::{
    program::{Running, ask, probe},
    store::{keys, value},
};

/// The program with the probe and its state in a folder.
fn start(folder: &tempfile::TempDir) -> Running {
    Running::start(probe(folder.path()).arg("--quiet"))
}

#[test]
fn a_kill_leaves_each_value_old_or_new_and_whole() {
    const CLIENTS: usize = 4;
    const ENOUGH: usize = 60;
    /// Bytes of a value: many pages of the file.
    const BYTES: usize = 300_000;
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(&folder);
    let address = running.address.clone();
    let answered = AtomicUsize::new(0);
    // The value of a version: no two of them have a byte in common.
    let content = |version: usize| vec![b'a' + (version % 26) as u8; BYTES];
    // Replaces its value until there is no answer any more; how often it was answered.
    let client = |client: usize| {
        let target = format!("/key-value/put?k{client}");
        let put = |version: &usize| {
            let body = String::from_utf8(content(*version)).unwrap();
            let answer = ask(&address, "POST", &target, &body);
            let done = answer.is_ok_and(|answer| answer.ends_with(DONE.trim_end()));
            answered.fetch_add(usize::from(done), SeqCst);
            done
        };
        (0..).take_while(put).count()
    };
    let versions: Vec<usize> = thread::scope(|scope| {
        let client = &client;
        let clients = (0..CLIENTS).map(|n| scope.spawn(move || client(n)));
        let clients: Vec<_> = clients.collect();
        while answered.load(SeqCst) < ENOUGH && !clients.iter().all(|c| c.is_finished()) {
            thread::yield_now();
        }
        running.child.kill().unwrap();
        clients.into_iter().map(|c| c.join().unwrap()).collect()
    });
    running.child.wait().unwrap();
    assert!(versions.iter().sum::<usize>() >= ENOUGH, "{versions:?}");
    for (n, answered) in versions.into_iter().enumerate() {
        let kept = value(folder.path(), &format!("k{n}")).unwrap();
        // The last that was answered, or the one after it.
        let last = answered.checked_sub(1).map(content);
        assert!(
            last.is_some_and(|last| last == kept) || content(answered) == kept,
            "client {n} after {answered} answers: {} bytes, first {:?}",
            kept.len(),
            kept.first()
        );
    }
    let running = start(&folder);
    let answer = running.post("/key-value/run?default", "set after 1");
    assert!(answer.ends_with(DONE), "{answer}");
    assert_eq!(keys(folder.path()).len(), CLIENTS + 1);
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(&folder);
    let answer = running.post("/key-value/run?default", "set a 1\nset b 2\ndelete a");
    assert!(answer.ends_with(&DONE.repeat(3)), "{answer}");
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let running = start(&folder);
    let answer = running.post("/key-value/run?default", "keys");
    assert!(answer.ends_with("Ok([\"b\"])\n"), "{answer}");
}

#[test]
fn an_open_list_of_keys_does_not_hold_up_the_end_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(&folder);
    let sets: String = (0..20).map(|n| format!("set k{n} {n}\n")).collect();
    let answer = running.post("/key-value/run?default", &sets);
    assert!(answer.ends_with(DONE), "{answer}");
    // Its body does not end, so the guest keeps the list.
    let request = "POST /key-value/hold HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n";
    let client = running.begin(request, "held");
    running.stop();
    drop(client);
}
