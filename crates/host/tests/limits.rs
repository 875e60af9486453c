//! What a component may use, and that its end is nobody else's.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use handspun::Limits;
use http::StatusCode;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;

use crate::support::{Probe, open_body};

/// Limits short enough to wait for, and long enough for a busy machine.
fn short() -> Limits {
    Limits {
        compute: Duration::from_secs(1),
        head: Duration::from_secs(1),
        ..Limits::default()
    }
}

/// The server and its other instances go on: a new request is answered.
async fn assert_goes_on(probe: &Probe) {
    let response = probe.client.get("/taken").await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
}

#[tokio::test]
async fn a_trap_is_a_500_and_logged_with_all_that_helps() {
    let probe = Probe::new(Limits::default());
    assert_eq!(
        probe.client.get("/taken").await.unwrap().text().unwrap(),
        "1"
    );
    let response = probe.client.get("/trap").await.unwrap();
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        response.header("content-type"),
        Some("application/problem+json")
    );
    assert!(
        !response.text().unwrap().contains("wasm"),
        "nothing internal leaks"
    );
    let log = probe.log();
    for part in [
        "component probe",
        "GET /trap",
        "unreachable",
        "backtrace",
        "probe::trap",
    ] {
        assert!(log.contains(part), "no {part:?} in {log}");
    }
    // The instance is gone: the next one counts from the start.
    assert_eq!(
        probe.client.get("/taken").await.unwrap().text().unwrap(),
        "1"
    );
}

#[tokio::test]
async fn too_much_memory_is_a_500_and_logged() {
    let probe = Probe::new(Limits::default());
    let response = probe.client.get("/allocate?67108864").await.unwrap();
    assert_eq!(response.text().unwrap(), "67108864");
    let response = probe.client.get("/allocate?134217728").await.unwrap();
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    let log = probe.log();
    for part in [
        "component probe",
        "GET /allocate",
        "the limit is 134217728",
        "backtrace",
    ] {
        assert!(log.contains(part), "no {part:?} in {log}");
    }
    assert_goes_on(&probe).await;
}

#[tokio::test]
async fn computing_for_too_long_is_a_504_and_logged_with_the_place() {
    for path in ["/loop", "/loop-over-host-calls"] {
        let probe = Probe::new(Limits {
            head: Duration::from_secs(60),
            ..short()
        });
        let response = probe.client.get(path).await.unwrap();
        assert_eq!(response.status, StatusCode::GATEWAY_TIMEOUT, "{path}");
        let log = probe.log();
        for part in [
            "component probe",
            path,
            "without yielding",
            "backtrace",
            "probe::loop_",
        ] {
            assert!(log.contains(part), "{path}: no {part:?} in {log}");
        }
        assert_goes_on(&probe).await;
    }
}

#[tokio::test]
async fn computing_past_the_time_for_the_head_is_logged_with_the_place_too() {
    let probe = Probe::new(Limits {
        compute: Duration::from_secs(60),
        ..short()
    });
    // Several at once, so that none gets all the ticks of the engine.
    let loops = (0..3).map(|_| async { probe.client.get("/loop").await.unwrap().status });
    let statuses = futures::future::join_all(loops).await;
    assert_eq!(statuses, [StatusCode::GATEWAY_TIMEOUT; 3]);
    let log = probe.log();
    assert_eq!(log.matches("probe::loop_").count(), 3, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_does_not_wait_for_is_logged_all_the_same() {
    let probe = Probe::new(short());
    for path in ["/hang", "/loop"] {
        let sent = probe.client.get(path).send();
        let gone = tokio::time::timeout(Duration::from_millis(100), sent).await;
        assert!(gone.is_err(), "{path} was answered");
        let logged = async {
            while !probe.log().contains(&format!("GET {path}")) {
                tokio::task::yield_now().await;
            }
        };
        let logged = tokio::time::timeout(Duration::from_secs(60), logged).await;
        assert!(logged.is_ok(), "{path} is not in {}", probe.log());
    }
}

#[tokio::test]
async fn a_request_behind_a_computing_one_is_answered_in_time() {
    let probe = Probe::new(Limits {
        compute: Duration::from_secs(60),
        head: Duration::from_secs(1),
        ..Limits::default()
    });
    probe.client.get("/taken").await.unwrap();
    // It waits first, so its instance takes others, and then computes.
    let first = async { probe.client.get("/loop-later").await.unwrap().status };
    let second = async { probe.client.get("/sleep?10").await.unwrap().status };
    let (first, second) = futures::join!(first, second);
    assert_eq!(first, StatusCode::GATEWAY_TIMEOUT);
    assert!(
        [StatusCode::OK, StatusCode::GATEWAY_TIMEOUT].contains(&second),
        "{second}"
    );
    assert_goes_on(&probe).await;
}

#[tokio::test]
async fn a_computing_guest_does_not_keep_others_waiting() {
    let probe = Probe::new(Limits {
        compute: Duration::from_secs(2),
        ..Limits::default()
    });
    // One thread runs all of this, so the others are answered only if the guests
    // that compute are interrupted.
    let busy = futures::future::join_all(
        (0..3).map(|_| async { probe.client.get("/loop").await.unwrap().status }),
    );
    let other = async {
        for _ in 0..10 {
            let response = probe.client.get("/other/x/").await.unwrap();
            assert_eq!(response.status, StatusCode::OK);
        }
    };
    tokio::pin!(busy);
    tokio::select! {
        biased;
        _ = &mut busy => panic!("the others had to wait for the computing guests"),
        () = other => {}
    }
    assert_eq!(busy.await, [StatusCode::GATEWAY_TIMEOUT; 3]);
}

#[tokio::test]
async fn a_late_head_is_a_504_and_logged() {
    let probe = Probe::new(short());
    let response = probe.client.get("/hang").await.unwrap();
    assert_eq!(response.status, StatusCode::GATEWAY_TIMEOUT);
    let log = probe.log();
    for part in ["component probe", "GET /hang", "1s"] {
        assert!(log.contains(part), "no {part:?} in {log}");
    }
    assert_goes_on(&probe).await;
}

#[tokio::test]
async fn a_late_request_leaves_its_neighbours_in_the_instance_alone() {
    let probe = Probe::new(Limits {
        head: Duration::from_millis(600),
        ..Limits::default()
    });
    // An instance that is there and idle takes both.
    probe.client.get("/taken").await.unwrap();
    let late = async { probe.client.get("/hang").await.unwrap().status };
    let punctual = async { probe.client.get("/sleep?300").await.unwrap().status };
    assert_eq!(
        futures::join!(late, punctual),
        (StatusCode::GATEWAY_TIMEOUT, StatusCode::OK)
    );
}

#[tokio::test]
async fn a_body_may_take_longer_than_the_head() {
    let probe = Probe::new(Limits {
        after_responses: Duration::from_millis(100),
        ..short()
    });
    let response = probe.client.get("/hang-after-head").send().await.unwrap();
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "first");
    // Longer than both limits, with the body still open.
    let next = tokio::time::timeout(Duration::from_millis(2500), body.frame()).await;
    assert!(next.is_err(), "the body ended early");
    assert_eq!(probe.log(), "");
}

#[tokio::test]
async fn a_request_whose_body_moves_may_take_longer_than_the_head() {
    const PIECE: usize = 64 << 10;
    const PIECES: usize = 11;
    let probe = Probe::new(Limits {
        head: Duration::from_secs(4),
        ..Limits::default()
    });
    // A slow line: longer than the limit in all, and never near it between two pieces.
    let line = tokio::time::interval(Duration::from_millis(500));
    let pieces = stream::unfold(line, |mut line| async {
        line.tick().await;
        let piece = Frame::data(Bytes::from(vec![0; PIECE]));
        Some((Ok::<_, Infallible>(piece), line))
    });
    let body = StreamBody::new(Box::pin(pieces.take(PIECES)));
    let response = probe.client.post("/count").stream(body).await.unwrap();
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.text().unwrap(), (PIECE * PIECES).to_string());
    assert_eq!(probe.log(), "");
}

#[tokio::test]
async fn a_request_whose_body_stops_is_a_408_and_nobodys_fault() {
    let probe = Probe::new(short());
    let (_end, body) = open_body();
    let response = probe.client.post("/count").stream(body).await.unwrap();
    assert_eq!(response.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(probe.log(), "");
    assert_goes_on(&probe).await;
}

#[tokio::test]
async fn a_body_cut_off_by_a_trap_ends_with_an_error() {
    let probe = Probe::new(Limits::default());
    let response = probe.client.get("/trap-after-head").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let error = response.into_body().collect().await;
    assert!(error.is_err(), "a cut-off body looks complete");
    assert!(
        probe.log().contains("GET /trap-after-head"),
        "{}",
        probe.log()
    );
}

#[tokio::test]
async fn requests_beyond_the_limit_wait_and_then_are_told_to_come_back() {
    let probe = Probe::new(Limits {
        concurrent_requests: 1,
        ..short()
    });
    // Its body is never read to the end, so it keeps the only place.
    let first = probe.client.get("/hang-after-head").send().await.unwrap();
    let second = probe.client.get("/taken").await.unwrap();
    assert_eq!(second.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(second.header("retry-after"), Some("1"));
    drop(first);
    assert_goes_on(&probe).await;
}
