//! Lists of keys that nobody wants any more: the store is free again.

use std::time::Duration;

use handspun::{Limits, Options};
use http::StatusCode;
use tokio::time::timeout;

use super::{DONE, SOON, Store, run_at};
use crate::support::Held;

const KEYS: usize = 100;

const RUN: &str = "/key-value/run?default";

#[tokio::test]
async fn a_list_that_is_dropped_ends_as_under_spin() {
    let store = Store::new();
    store.fill(KEYS);
    let answer = store.ask("/key-value/drop").await;
    let want = r#"Err(Error::Other("SendError { .. }")) Ok(true)"#;
    assert_eq!(answer, want);
    assert_eq!(store.run("set a 1").await, DONE);
}

#[tokio::test]
async fn a_trap_with_an_open_list_leaves_the_store_free() {
    let store = Store::new();
    store.fill(KEYS);
    let response = store.probe.client.get("/key-value/trap").await.unwrap();
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(store.run("set a 1").await, DONE);
}

#[tokio::test]
async fn the_end_of_a_requests_time_ends_its_waiting() {
    let store = Store::with(Options {
        limits: Limits {
            head: Duration::from_secs(1),
            ..Limits::default()
        },
        ..Options::default()
    });
    store.fill(KEYS);
    // In another instance than those that wait.
    let held = Held::by(store.probe.client.post("/other/x/key-value/hold")).await;
    let request = store.probe.client.post(RUN);
    let response = request.body("set a 1").await.unwrap();
    assert_eq!(response.status, StatusCode::GATEWAY_TIMEOUT);
    held.release().await;
    // A set may itself take longer than this application allows.
    let free = async { while run_at(&store.probe, RUN, "set a 1").await != DONE {} };
    timeout(SOON, free).await.unwrap();
}
