//! Faults that a test asks for.

use std::sync::{Arc, Mutex, mpsc};

use handspun::{KeyValueError, KeyValueFaults, KeyValueOperation, Options};

use super::{DONE, Store, run_at};
use crate::support::store::keys;

fn with(faults: KeyValueFaults) -> Store {
    Store::with(Options {
        key_value_faults: faults,
        ..Options::default()
    })
}

#[tokio::test]
async fn one_write_fails_and_the_store_goes_on() {
    let full = KeyValueError::Other("disk full".to_owned());
    let store = with(KeyValueFaults::at_write(3, full));
    let answers = store
        .run("set a 1\nset b 2\nget a\ndelete a\nset c 3\nkeys")
        .await;
    let want = [
        "Ok(())",
        "Ok(())",
        "Ok(Some(\"1\"))",
        "Err(Error::Other(\"disk full\"))",
        "Ok(())",
        "Ok([\"a\", \"b\", \"c\"])",
    ];
    assert_eq!(answers.lines().collect::<Vec<_>>(), want);
}

#[tokio::test]
async fn a_full_store_takes_nothing_more() {
    let store = with(KeyValueFaults::from_write(2, KeyValueError::StoreTableFull));
    let answers = store.run("set a 1\nset b 2\ndelete a\nget a").await;
    let full = "Err(Error::StoreTableFull)\n";
    assert_eq!(answers, format!("{DONE}{full}{full}Ok(Some(\"1\"))\n"));
    assert_eq!(keys(store.folder.path()), ["a"]);
}

#[tokio::test]
async fn every_call_is_seen_with_who_made_it() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let see = Arc::clone(&seen);
    let store = with(KeyValueFaults::new(move |call| {
        see.lock().unwrap().push(format!(
            "{} {} {:?}",
            call.component, call.store, call.operation
        ));
        Ok(())
    }));
    let path = "/other/x/key-value/run?default";
    run_at(
        &store.probe,
        path,
        "set a 1\nget a\nexists a\nkeys\ndelete a",
    )
    .await;
    let want = [
        "Open",
        "Set { key: \"a\", value: [49] }",
        "Get { key: \"a\" }",
        "Exists { key: \"a\" }",
        "GetKeys",
        "Delete { key: \"a\" }",
    ];
    let want = want.map(|operation| format!("other default {operation}"));
    assert_eq!(*seen.lock().unwrap(), want);
}

#[tokio::test]
async fn opening_and_listing_can_fail_too() {
    let store = with(KeyValueFaults::new(|call| match call.operation {
        KeyValueOperation::Open if call.component == "other" => Err(KeyValueError::NoSuchStore),
        KeyValueOperation::GetKeys => Err(KeyValueError::Other("no keys".to_owned())),
        _ => Ok(()),
    }));
    let other = "/other/x/key-value/run?default";
    let answer = run_at(&store.probe, other, "keys").await;
    assert_eq!(answer, "open: Error::NoSuchStore\n");
    assert_eq!(store.run("keys").await, "Err(Error::Other(\"no keys\"))\n");
}

#[tokio::test]
async fn a_test_can_stop_a_component_at_a_write() {
    let (reached, at_write) = tokio::sync::oneshot::channel();
    let (go_on, stopped) = mpsc::channel::<()>();
    let once = Mutex::new(Some((reached, stopped)));
    let store = with(KeyValueFaults::new(move |call| {
        if call.operation.is_write()
            && let Some((reached, stopped)) = once.lock().unwrap().take()
        {
            reached.send(()).unwrap();
            // Until the test drops its end.
            let _ = stopped.recv();
        }
        Ok(())
    }));
    let request = store.probe.client.post("/key-value/put?a").body("x");
    let client = tokio::spawn(async move { request.await });
    at_write.await.unwrap();
    // The client is gone; the write is done all the same.
    client.abort();
    drop(go_on);
    assert_eq!(store.run("get a").await, "Ok(Some(\"x\"))\n");
}
