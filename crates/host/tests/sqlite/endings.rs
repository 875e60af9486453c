//! Statements that nobody wants any more.

use std::time::Duration;

use handspun::Limits;
use http::StatusCode;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use super::{DONE, Database, ENDLESS, SOON};

/// A change is only possible once nothing reads the table any more: it waits for less
/// long than the tests' statements would go on.
async fn assert_free(database: &Database) {
    assert_eq!(database.run("UPDATE t SET x = 2").await, DONE);
}

#[tokio::test]
async fn a_client_that_goes_away_takes_its_statement_with_it() {
    let database = Database::new().await;
    assert_eq!(database.run("INSERT INTO t VALUES (1)").await, DONE);
    let request = database.probe.client.get("/sqlite/stream");
    let request = request.header("sql", format!("SELECT x, n FROM t, {ENDLESS}"));
    let mut body = request.send().await.unwrap().into_body();
    let mut seen = String::new();
    while !seen.contains("Integer(100)") {
        let data = body.frame().await.unwrap().unwrap().into_data().unwrap();
        seen.push_str(std::str::from_utf8(&data).unwrap());
    }
    drop(body);
    assert_free(&database).await;
}

#[tokio::test]
async fn the_end_of_a_requests_time_is_the_end_of_its_statement() {
    for sql in [
        format!("SELECT count(*) FROM t, {ENDLESS}"),
        format!("SELECT x FROM t, {ENDLESS} WHERE n < 0"),
        format!("INSERT INTO t SELECT n FROM {ENDLESS}"),
    ] {
        let database = Database::with(Limits {
            head: Duration::from_secs(1),
            ..Limits::default()
        })
        .await;
        assert_eq!(database.run("INSERT INTO t VALUES (1)").await, DONE);
        for path in ["/sqlite/run?default", "/sqlite/run-sync?default"] {
            let request = database.probe.client.post(path).body(sql.clone());
            let response = request.await.unwrap();
            assert_eq!(response.status, StatusCode::GATEWAY_TIMEOUT, "{path} {sql}");
        }
        let free = timeout(SOON, async {
            // The change may itself take longer than this application allows.
            while database.run("UPDATE t SET x = 2").await != DONE {}
        });
        free.await.expect(&sql);
        let count = database.value("SELECT count(*) FROM t").await;
        assert_eq!(count, "Value::Integer(1)", "{sql}");
    }
}

#[tokio::test]
async fn a_guest_that_drops_the_rows_ends_the_statement_that_was_for_them() {
    let database = Database::new().await;
    assert_eq!(database.run("INSERT INTO t VALUES (1)").await, DONE);
    let next = "Ok(([\"1\"], [[Value::Integer(1)]]))";
    for (sql, want) in [
        (format!("SELECT count(*) FROM t, {ENDLESS}"), "interrupted"),
        (format!("SELECT x FROM t, {ENDLESS}"), "row send error"),
    ] {
        let request = database.probe.client.get("/sqlite/drop");
        let response = request.header("sql", &sql).await.unwrap();
        let want = format!("Err(Error::Io(\"{want}\")) {next}");
        assert_eq!(response.text().unwrap(), want, "{sql}");
        assert_free(&database).await;
    }
}

#[tokio::test]
async fn a_change_goes_on_when_nobody_takes_its_rows() {
    let database = Database::new().await;
    // Long enough that the rows are dropped while it runs.
    let sql = format!("INSERT INTO t SELECT n FROM {ENDLESS} LIMIT 300000");
    let request = database.probe.client.get("/sqlite/drop");
    let response = request.header("sql", &sql).await.unwrap();
    let want = "Ok(()) Ok(([\"1\"], [[Value::Integer(1)]]))";
    assert_eq!(response.text().unwrap(), want);
    let count = database.value("SELECT count(*) FROM t").await;
    assert_eq!(count, "Value::Integer(300000)");
}

#[tokio::test]
async fn a_change_goes_on_when_nobody_waits_for_its_end() {
    let database = Database::new().await;
    let request = database.probe.client.get("/sqlite/forget");
    let request = request.header("sql", "INSERT INTO t VALUES (1)");
    assert_eq!(request.await.unwrap().text().unwrap(), "forgotten");
    let done =
        async { while database.value("SELECT count(*) FROM t").await != "Value::Integer(1)" {} };
    timeout(SOON, done).await.unwrap();
}
