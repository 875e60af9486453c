//! Calls that want the same store.

use std::{pin::pin, sync::mpsc, thread};

use futures::{future::join_all, poll};
use handspun::{KeyValueFaults, Options};
use rusqlite::Connection;
use tokio::time::timeout;

use super::{DONE, SOON, Store, run_at};
use crate::support::{
    Held,
    store::{default_store, keys},
};

/// Keys of which a list holds the store: one is taken, four are on their way, and one
/// is in the hands of the thread that reads.
const ENOUGH: usize = 6;

/// What a call says that a list of keys of another instance has kept waiting for too long.
const HELD: &str = "Err(Error::Other(\"the key-value store default has been busy for 1s: \
                    component probe holds it to list its keys; a stream of keys holds its store \
                    until it is read to its end or dropped\"))";

/// What a call says that would never come back under Spin.
fn hung(call: &str) -> String {
    format!(
        "the key-value store default cannot be used to {call}: an earlier call of this instance, \
         to list its keys, has more to read. Under Spin the instance would hang here for good; \
         read the earlier call's stream to its end, or drop it, first"
    )
}

/// A list of keys that a guest holds open.
async fn held(store: &Store) -> Held {
    Held::by(store.probe.client.post("/key-value/hold")).await
}

#[tokio::test]
async fn a_call_before_the_end_of_a_list_of_keys_is_found() {
    let store = Store::new();
    store.fill(20);
    let answer = store.ask("/key-value/get-while-listing").await;
    let hung = hung("get a value");
    let error = format!("Err(Error::Other({hung:?}))");
    let want = format!("{error}\n{error}\n19 more keys\nOk(Some([49]))");
    assert_eq!(answer, want);
    let log = store.probe.log();
    let entry = format!("component probe: {hung}");
    assert_eq!(log.matches(&entry).count(), 2, "{log}");
}

#[tokio::test]
async fn a_list_that_has_just_begun_is_waited_for_until_it_is_known_whether_spin_would_hang() {
    for (keys, hangs) in [(4, false), (5, true)] {
        let store = Store::new();
        store.fill(keys);
        let answer = store.ask("/key-value/get-and-list").await;
        assert_eq!(answer.starts_with("Err"), hangs, "{keys}: {answer}");
        assert!(answer.ends_with(&format!("\n{keys} keys")), "{answer}");
    }
}

#[tokio::test]
async fn an_open_list_of_keys_holds_the_store_from_every_other_instance() {
    let store = Store::impatient();
    store.fill(ENOUGH);
    let held = held(&store).await;
    let calls = "get key 1\nset a 1\ndelete key 1\nexists a\nkeys";
    let answers = run_at(&store.probe, "/other/x/key-value/run?default", calls).await;
    assert_eq!(answers.lines().collect::<Vec<_>>(), [HELD; 5]);
    held.release().await;
    assert_eq!(store.run("exists a\nset a 1").await, "Ok(false)\nOk(())\n");
    assert_eq!(keys(store.folder.path()).len(), ENOUGH + 1);
}

#[tokio::test]
async fn an_open_list_of_keys_fails_every_call_of_another_request_of_its_instance() {
    let store = Store::impatient();
    store.fill(ENOUGH);
    let held = held(&store).await;
    let calls = "get key 1\nset a 1\ndelete key 1\nexists a\nkeys";
    let answers = run_at(&store.probe, "/key-value/run?default", calls).await;
    let error = |call| format!("Err(Error::Other({:?}))", hung(call));
    let want = [
        error("get a value"),
        error("set a value"),
        error("delete a key"),
        error("look for a key"),
        // Spin waits for it elsewhere, so the list can be read on.
        HELD.to_owned(),
    ];
    assert_eq!(answers.lines().collect::<Vec<_>>(), want);
    held.release().await;
    assert_eq!(store.run("set a 1").await, DONE);
}

#[tokio::test]
async fn a_list_of_few_keys_holds_nobody_up() {
    let store = Store::impatient();
    store.fill(ENOUGH - 1);
    let held = held(&store).await;
    assert_eq!(store.run("set a 1").await, DONE);
    held.release().await;
}

#[tokio::test]
async fn who_waits_for_a_list_of_keys_is_served_at_its_end() {
    let store = Store::new();
    store.fill(ENOUGH);
    let held = held(&store).await;
    let mut set = pin!(run_at(
        &store.probe,
        "/other/x/key-value/run?default",
        "set a 1"
    ));
    assert!(poll!(&mut set).is_pending());
    let (answer, ()) = futures::join!(set, held.release());
    assert_eq!(answer, DONE);
}

#[tokio::test]
async fn two_hundred_sets_at_once_all_succeed() {
    let store = Store::new();
    let sets = (0..200).map(|n| {
        let store = &store;
        async move { store.run(&format!("set k{n} {n}\nget k{n}")).await }
    });
    for (n, answer) in join_all(sets).await.iter().enumerate() {
        assert_eq!(answer, &format!("{DONE}Ok(Some(\"{n}\"))\n"));
    }
    // And from one request.
    assert_eq!(store.ask("/key-value/fill?200").await, "filled");
    assert_eq!(keys(store.folder.path()).len(), 400);
}

#[tokio::test]
async fn another_program_at_the_file_is_waited_for() {
    let (reached, at_write) = mpsc::channel();
    let store = Store::with(Options {
        key_value_faults: KeyValueFaults::new(move |call| {
            if call.operation.is_write() {
                reached.send(()).unwrap();
            }
            Ok(())
        }),
        ..Options::default()
    });
    let other = default_store(store.folder.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writing = thread::spawn(move || {
        at_write.recv_timeout(SOON).unwrap();
        other.execute_batch("COMMIT").unwrap();
    });
    assert_eq!(store.run("set a 1").await, DONE);
    writing.join().unwrap();
}

#[tokio::test]
async fn a_file_that_stays_locked_is_an_error_as_under_spin() {
    let store = Store::new();
    let other: Connection = default_store(store.folder.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let set = timeout(SOON, store.run("set a 1"));
    let answer = set.await.unwrap();
    let locked = "database is locked";
    assert!(
        answer.starts_with("Err(Error::Other(\"SqliteFailure(") && answer.contains(locked),
        "{answer}"
    );
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(store.run("set a 1").await, DONE);
}
