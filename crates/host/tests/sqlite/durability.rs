//! What is left when the program ends in any way.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
};

use super::{DONE, ENDLESS};
use crate::support::program::{Running, ask, probe};

/// The program with the probe and its state in a folder.
fn start(folder: &tempfile::TempDir) -> Running {
    Running::start(probe(folder.path()).arg("--quiet"))
}

#[test]
fn nothing_that_was_answered_is_lost_when_the_program_is_killed() {
    const INSERTS: usize = 1_000;
    const CLIENTS: usize = 8;
    const ENOUGH: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let mut running = start(&folder);
    let target = "/sqlite/run?default";
    assert!(running.post(target, "CREATE TABLE t (x)").ends_with(DONE));
    let address = running.address.clone();
    let answered = AtomicUsize::new(0);
    // Inserts until there is no answer any more.
    let client = |first: usize| -> Vec<usize> {
        let inserts = (first..INSERTS).step_by(CLIENTS).take_while(|n| {
            let sql = format!("INSERT INTO t VALUES ({n})");
            let answer = ask(&address, "POST", target, &sql);
            let done = answer.is_ok_and(|answer| answer.ends_with(DONE));
            answered.fetch_add(usize::from(done), SeqCst);
            done
        });
        inserts.collect()
    };
    let inserted: Vec<_> = thread::scope(|scope| {
        let client = &client;
        let clients = (0..CLIENTS).map(|first| scope.spawn(move || client(first)));
        let clients: Vec<_> = clients.collect();
        while answered.load(SeqCst) < ENOUGH && !clients.iter().all(|c| c.is_finished()) {
            thread::yield_now();
        }
        running.child.kill().unwrap();
        let inserted = clients.into_iter().flat_map(|c| c.join().unwrap());
        inserted.collect()
    });
    assert!(
        (ENOUGH..INSERTS).contains(&inserted.len()),
        "killed after {}",
        inserted.len()
    );
    running.child.wait().unwrap();

    let running = start(&folder);
    let answer = running.post(target, "SELECT group_concat(x, ' ') FROM t");
    let (_, kept) = answer.split_once("Text(\"").expect(&answer);
    let (kept, _) = kept.split_once('"').unwrap();
    let kept: Vec<usize> = kept.split(' ').map(|n| n.parse().unwrap()).collect();
    let lost: Vec<_> = inserted.iter().filter(|n| !kept.contains(n)).collect();
    assert!(lost.is_empty(), "lost {lost:?}");
    assert!(
        running
            .post(target, "INSERT INTO t VALUES (-1)")
            .ends_with(DONE)
    );
}

#[test]
fn a_running_statement_does_not_hold_up_the_end_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    for endless in [
        format!("SELECT count(*) FROM {ENDLESS}"),
        format!("SELECT n FROM {ENDLESS}"),
    ] {
        let running = start(&folder);
        let request = format!("GET /sqlite/stream HTTP/1.1\r\nhost: x\r\nsql: {endless}\r\n\r\n");
        // A client that is there would have its grace.
        drop(running.begin(&request, "started"));
        running.stop();
    }
}
