//! How often somebody may fail to log in.

use futures::future::join_all;
use handspun::{TestClient, TestResponse};
use http::StatusCode;
use serde_json::json;

use super::{PASSWORD, database, log_in, post, register, stranger};
use crate::support::application;

/// How many attempts may fail for an account and an address (design).
const MAX_FAILURES: usize = 10;

/// How many may fail from an address, whatever the accounts (docs/limits.md).
const MAX_FAILURES_OF_ADDRESS: i64 = 50;

/// How many attempts may be made from an address, be they right (docs/limits.md).
const MAX_ATTEMPTS_OF_ADDRESS: i64 = 200;

/// How many accounts may be registered from an address within an hour (docs/limits.md).
const MAX_REGISTRATIONS: i64 = 50;

/// How often somebody may try to register from an address within an hour (docs/limits.md).
const MAX_TRIES: i64 = 200;

#[tokio::test]
async fn guesses_at_once_do_not_pass_the_limit() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    register(&client, "duke").await;
    // One is right, and none of those after the tenth is looked at.
    for name in ["duke", "nobody"] {
        let guesses = (0..30).map(|n| {
            let client = stranger(&client);
            async move { log_in(&client, name, &format!("guess {n}")).await }
        });
        let answers = join_all(guesses).await;
        let count = |status| {
            answers
                .iter()
                .filter(|answer| answer.status == status)
                .count()
        };
        assert_eq!(count(StatusCode::UNAUTHORIZED), MAX_FAILURES, "{name}");
        assert_eq!(
            count(StatusCode::TOO_MANY_REQUESTS),
            30 - MAX_FAILURES,
            "{name}"
        );
        let late = log_in(&stranger(&client), name, PASSWORD).await;
        assert_eq!(late.status, StatusCode::TOO_MANY_REQUESTS, "{name}");
        let seconds: u32 = late.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=300).contains(&seconds), "{seconds}");
    }
    // Nor is the way over the password form.
    let fields = json!({ "old": PASSWORD, "new": "take the a train" });
    let changed = post(&client, "/auth/password", fields).await;
    assert_eq!(changed.status, StatusCode::TOO_MANY_REQUESTS);
    // Five minutes later.
    let passed = "UPDATE login_attempts SET at = at - 300";
    database(state.path()).execute(passed, []).unwrap();
    let answer = log_in(&stranger(&client), "duke", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn the_limit_is_one_for_all_instances_and_goes_by_account_and_address() {
    let state = tempfile::tempdir().unwrap();
    let trusting = [("trusted_proxies", "127.0.0.0/8")];
    let one = application(state.path(), &trusting);
    let other = application(state.path(), &trusting);
    register(&one, "duke").await;
    let from = async |client: &TestClient, address: &str, name: &str, password: &str| {
        let request = stranger(client).post("/auth/login");
        let request = request.header("x-forwarded-for", address);
        let fields = json!({ "name": name, "password": password });
        request.json(&fields).await.unwrap().status
    };
    for turn in 0..MAX_FAILURES {
        let client = if turn % 2 == 0 { &one } else { &other };
        let status = from(client, "192.0.2.1", "ＤＵＫＥ", "wrong").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{turn}");
    }
    let restarted = application(state.path(), &trusting);
    for client in [&one, &other, &restarted] {
        // What stands before the proxy's own word the client may have made up.
        for address in ["192.0.2.1", "203.0.113.7, 192.0.2.1"] {
            let status = from(client, address, "duke", PASSWORD).await;
            assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{address}");
        }
    }
    assert_eq!(
        from(&one, "192.0.2.2", "duke", PASSWORD).await,
        StatusCode::OK
    );
    assert_eq!(
        from(&one, "192.0.2.1", "ann", "wrong").await,
        StatusCode::UNAUTHORIZED
    );
    // Without a trusted proxy the header is the client's invention.
    let alone = application(state.path(), &[]);
    for turn in 0..MAX_FAILURES {
        let status = from(&alone, &format!("192.0.2.{}", 100 + turn), "ann", "wrong").await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{turn}");
    }
    let status = from(&alone, "192.0.2.200", "ann", "wrong").await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn an_attempt_that_the_server_could_not_check_is_no_failure() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    register(&client, "duke").await;
    let db = database(state.path());
    let failures = || -> i64 {
        let count = "SELECT count(*) FROM login_attempts WHERE pair <> ''";
        db.query_row(count, [], |row| row.get(0)).unwrap()
    };
    // The password is right, and then the login cannot be kept.
    let broken =
        "CREATE TRIGGER broken BEFORE INSERT ON sessions BEGIN SELECT raise(ABORT, 'broken'); END";
    db.execute_batch(broken).unwrap();
    for _ in 0..=MAX_FAILURES {
        let answer = log_in(&stranger(&client), "duke", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    }
    assert_eq!(failures(), 0);
    db.execute_batch("DROP TRIGGER broken").unwrap();
    let answer = log_in(&stranger(&client), "duke", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        log_in(&stranger(&client), "duke", "wrong").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(failures(), 1);
}

#[tokio::test]
async fn who_knows_a_password_is_stopped_by_the_address_too() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("trusted_proxies", "127.0.0.0/8")]);
    register(&client, "duke").await;
    let log_in = async |address: &str| from(&client, address, "/auth/login", "duke").await;
    assert_eq!(log_in("192.0.2.1").await.status, StatusCode::OK);
    // Each attempt takes its time, so most of them are made here.
    let db = database(state.path());
    let more = "WITH RECURSIVE n (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM n WHERE n < ?) \
        INSERT INTO login_attempts (pair, address, network, at) \
        SELECT pair, address, network, at FROM login_attempts, n";
    db.execute(more, [MAX_ATTEMPTS_OF_ADDRESS]).unwrap();
    assert_eq!(log_in("192.0.2.1").await.status, StatusCode::OK);
    let refused = log_in("192.0.2.1").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds = seconds_of(&refused);
    assert!((1..=300).contains(&seconds), "{seconds}");
    assert_eq!(log_in("192.0.2.2").await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_finds_each_name_taken_is_stopped_by_the_address_too() {
    let state = tempfile::tempdir().unwrap();
    let set = [("trusted_proxies", "127.0.0.0/8"), ("admins", "root")];
    let client = application(state.path(), &set);
    register(&client, "duke").await;
    let register =
        async |address: &str, name: &str| from(&client, address, "/auth/register", name).await;
    let taken = register("192.0.2.1", "duke").await;
    assert_eq!(taken.status, StatusCode::CONFLICT);
    let db = database(state.path());
    let more = "WITH RECURSIVE n (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM n WHERE n < ?) \
        INSERT INTO registrations (address, network, in_vain, at) \
        SELECT address, network, in_vain, at FROM registrations, n WHERE in_vain";
    db.execute(more, [MAX_TRIES]).unwrap();
    let reserved = register("192.0.2.1", "root").await;
    assert_eq!(reserved.status, StatusCode::FORBIDDEN);
    for name in ["duke", "root", "free"] {
        let refused = register("192.0.2.1", name).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{name}");
        let seconds = seconds_of(&refused);
        assert!((1..=3600).contains(&seconds), "{seconds}");
    }
    let other = register("192.0.2.2", "duke").await;
    assert_eq!(other.status, StatusCode::CONFLICT);
}

/// Sends fields as the client of this address, behind a proxy.
async fn from(client: &TestClient, address: &str, path: &str, name: &str) -> TestResponse {
    let request = stranger(client)
        .post(path)
        .header("x-forwarded-for", address);
    let fields = json!({ "name": name, "password": PASSWORD });
    request.json(&fields).await.unwrap()
}

fn seconds_of(response: &TestResponse) -> u32 {
    response.header("retry-after").unwrap().parse().unwrap()
}

#[tokio::test]
async fn one_password_for_many_names_is_stopped_by_the_address() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("trusted_proxies", "127.0.0.0/8")]);
    register(&client, "duke").await;
    let log_in =
        async |address: &str, name: &str| from(&client, address, "/auth/login", name).await;
    assert_eq!(
        log_in("192.0.2.1", "name 1").await.status,
        StatusCode::UNAUTHORIZED
    );
    // Each attempt takes its time, so most of them are made here.
    let db = database(state.path());
    let more = "WITH RECURSIVE n (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM n WHERE n < ?) \
        INSERT INTO login_attempts (pair, address, network, at) \
        SELECT 'name ' || n, address, network, at FROM login_attempts, n";
    db.execute(more, [MAX_FAILURES_OF_ADDRESS]).unwrap();
    assert_eq!(
        log_in("192.0.2.1", "name 2").await.status,
        StatusCode::UNAUTHORIZED
    );
    for name in ["name 51", "duke"] {
        let refused = log_in("192.0.2.1", name).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{name}");
        let seconds = seconds_of(&refused);
        assert!((1..=300).contains(&seconds), "{seconds}");
    }
    assert_eq!(log_in("192.0.2.2", "duke").await.status, StatusCode::OK);
    let passed = "UPDATE login_attempts SET at = at - 300";
    db.execute(passed, []).unwrap();
    assert_eq!(log_in("192.0.2.1", "duke").await.status, StatusCode::OK);
}

#[tokio::test]
async fn accounts_are_registered_within_a_limit_of_the_address() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("trusted_proxies", "127.0.0.0/8")]);
    let register =
        async |address: &str, name: &str| from(&client, address, "/auth/register", name).await;
    assert_eq!(
        register("192.0.2.1", "name 1").await.status,
        StatusCode::CREATED
    );
    let db = database(state.path());
    let count = || -> i64 {
        let count = "SELECT count(*) FROM registrations WHERE NOT in_vain";
        db.query_row(count, [], |row| row.get(0)).unwrap()
    };
    // What made no account is not counted.
    assert_eq!(
        register("192.0.2.1", "name 1").await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        register("192.0.2.1", "x").await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let broken =
        "CREATE TRIGGER broken BEFORE INSERT ON users BEGIN SELECT raise(ABORT, 'broken'); END";
    db.execute_batch(broken).unwrap();
    assert_eq!(
        register("192.0.2.1", "name 0").await.status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    db.execute_batch("DROP TRIGGER broken").unwrap();
    assert_eq!(count(), 1);
    // Each takes its time, so most of them are made here.
    let more = "WITH RECURSIVE n (n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM n WHERE n < ?) \
        INSERT INTO registrations (address, network, at) \
        SELECT address, network, at FROM registrations, n WHERE NOT in_vain";
    db.execute(more, [MAX_REGISTRATIONS]).unwrap();
    // Of those who come at once as many get in as there is room for.
    let names = ["name 2", "name 3", "name 4"];
    let answers = join_all(names.map(|name| register("192.0.2.1", name))).await;
    let made = |answer: &&TestResponse| answer.status == StatusCode::CREATED;
    assert_eq!(answers.iter().filter(made).count(), 1);
    let refused = answers.iter().filter(|answer| !made(answer));
    for answer in refused {
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        let seconds = seconds_of(answer);
        assert!((1..=3600).contains(&seconds), "{seconds}");
        assert_eq!(answer.header("set-cookie"), None);
    }
    assert_eq!(
        register("192.0.2.2", "name 5").await.status,
        StatusCode::CREATED
    );
    let passed = "UPDATE registrations SET at = at - 3600";
    db.execute(passed, []).unwrap();
    assert_eq!(
        register("192.0.2.1", "name 6").await.status,
        StatusCode::CREATED
    );
}
