//! Statements that want the same database.

use std::cell::Cell;

use futures::future::join_all;
use http::StatusCode;
use tokio::time::timeout;

use super::{DONE, Database, ENDLESS, SOON, run};
use crate::support::Held;

/// What a statement says that has waited for too long.
const LOCKED: &str = "Err(Error::Io(\"database is locked\"))\n";

/// A result that a guest holds open.
async fn held(database: &Database) -> Held {
    let request = database.probe.client.post("/sqlite/hold");
    Held::by(request.header("sql", format!("SELECT x FROM t, {ENDLESS}"))).await
}

#[tokio::test]
async fn an_open_result_holds_up_a_change_until_it_is_dropped() {
    let database = Database::new().await;
    assert_eq!(database.run("INSERT INTO t VALUES (1)").await, DONE);
    let held = held(&database).await;
    let done = Cell::new(false);
    let change = async {
        let changed = database.run("UPDATE t SET x = 2").await;
        done.set(true);
        changed
    };
    let release = async {
        // The journal is there once the change is made and waits to be committed.
        let journal = database.folder.path().join("sqlite_db.db-journal");
        let waits = async {
            while !journal.exists() {
                tokio::task::yield_now().await;
            }
        };
        timeout(SOON, waits).await.unwrap();
        assert!(!done.get(), "the change did not wait");
        held.release().await;
    };
    let (changed, ()) = futures::join!(change, release);
    assert_eq!(changed, DONE);
    assert_eq!(database.value("SELECT x FROM t").await, "Value::Integer(2)");
}

#[tokio::test]
async fn a_change_that_waits_for_too_long_is_an_error() {
    let database = Database::new().await;
    assert_eq!(database.run("INSERT INTO t VALUES (1)").await, DONE);
    let held = held(&database).await;
    // The second stands behind the first.
    let changes = [
        "UPDATE t SET x = 2",
        "WITH two AS (SELECT 2) UPDATE t SET x = 2",
    ];
    let changes = join_all(changes.map(|sql| database.run(sql))).await;
    assert_eq!(changes, [LOCKED, LOCKED]);
    held.release().await;
    assert_eq!(database.value("SELECT x FROM t").await, "Value::Integer(1)");
    assert_eq!(database.run("UPDATE t SET x = 3").await, DONE);
}

#[tokio::test]
async fn changes_at_the_same_time_all_succeed() {
    let database = Database::new().await;
    let changes = (0..200).map(|n| {
        let probe = &database.probe;
        async move { run(probe, &format!("INSERT INTO t VALUES ({n})")).await }
    });
    assert_eq!(join_all(changes).await, [DONE; 200]);
    let count = database.value("SELECT count(DISTINCT x) FROM t").await;
    assert_eq!(count, "Value::Integer(200)");
}

#[tokio::test]
async fn readers_get_their_turn_among_changes() {
    let database = Database::new().await;
    let statements = (0..100).map(|n| {
        let probe = &database.probe;
        async move {
            let sql = match n % 2 {
                0 => "INSERT INTO t VALUES (1)",
                _ => "SELECT count(*) >= 0 AS counted FROM t",
            };
            run(probe, sql).await
        }
    });
    for (n, answer) in join_all(statements).await.iter().enumerate() {
        let want = match n % 2 {
            0 => DONE,
            _ => "Ok(([\"counted\"], [[Value::Integer(1)]]))\n",
        };
        assert_eq!(answer, want, "{n}");
    }
}

#[tokio::test]
async fn a_change_in_a_transaction_does_not_stand_behind_those_that_wait_for_it() {
    let database = Database::new().await;
    let transaction = (0..50).map(|n| format!("INSERT INTO t VALUES ({n})\n"));
    let transaction: String = transaction.collect();
    let transaction = format!("BEGIN IMMEDIATE\n{transaction}COMMIT");
    let transactions = (0..4).map(|_| database.run(&transaction));
    for answers in join_all(transactions).await {
        assert_eq!(answers, DONE.repeat(52));
    }
    let count = database.value("SELECT count(*) FROM t").await;
    assert_eq!(count, "Value::Integer(200)");
}

#[tokio::test]
async fn a_transaction_that_nobody_ends_goes_with_its_connection() {
    let database = Database::new().await;
    let left = "BEGIN IMMEDIATE\nINSERT INTO t VALUES (1)";
    assert_eq!(database.run(left).await, DONE.repeat(2));
    assert_eq!(database.run("INSERT INTO t VALUES (2)").await, DONE);
    assert_eq!(database.value("SELECT x FROM t").await, "Value::Integer(2)");
}

#[tokio::test]
async fn a_trap_with_an_open_result_leaves_the_database_free() {
    let database = Database::new().await;
    assert_eq!(database.run("INSERT INTO t VALUES (1)").await, DONE);
    let request = database.probe.client.get("/sqlite/trap");
    let sql = format!("SELECT x FROM t, {ENDLESS}");
    let response = request.header("sql", sql).await.unwrap();
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(database.run("UPDATE t SET x = 2").await, DONE);
}

#[tokio::test]
async fn statements_leave_threads_for_files() {
    /// As many statements as may run at the same time.
    const STATEMENTS: usize = 256;
    let database = Database::new().await;
    assert_eq!(database.run("INSERT INTO t VALUES (1)").await, DONE);
    let held = join_all((0..STATEMENTS).map(|_| held(&database))).await;
    let read = database.probe.client.get("/read?/mounted/README.md");
    let read = timeout(SOON, read.into_future()).await.unwrap().unwrap();
    assert_eq!(read.text().unwrap(), "read");
    // One more waits for a thread, and gets the one that the guest gives back.
    let mut held = held.into_iter();
    let one = held.next().unwrap();
    let more = database.value("SELECT x FROM t");
    let (value, ()) = futures::join!(more, one.release());
    assert_eq!(value, "Value::Integer(1)");
    join_all(held.map(Held::release)).await;
}

/// Rows of which a result holds its connection: one is read, four are on their way, and one is in the hands of
/// the thread that makes them.
const ENOUGH: usize = 6;

/// A statement with so many rows.
fn rows(count: usize) -> String {
    format!("SELECT n FROM {ENDLESS} LIMIT {count}")
}

#[tokio::test]
async fn a_statement_that_spin_would_wait_for_on_the_event_loop_fails() {
    let database = Database::new().await;
    for (count, hangs) in [(ENOUGH - 1, false), (ENOUGH, true), (1_000, true)] {
        let request = database.probe.client.get("/sqlite/ask-while-reading");
        let answer = request.header("sql", rows(count)).await.unwrap();
        let answer = answer.text().unwrap();
        let ran = answer.lines().next().unwrap();
        if hangs {
            assert!(
                ran.contains("to run a statement, has more to read"),
                "{ran}"
            );
            let log = database.probe.log();
            assert!(
                log.contains("component probe: the database connection"),
                "{log}"
            );
        } else {
            assert_eq!(ran, "Ok(1)");
        }
        let want = format!("{} more rows\nOk(1)", count - 1);
        assert!(answer.ends_with(&want), "{answer}");
    }
}

/// There is no error that this could return, so it ends the instance.
#[tokio::test]
async fn a_question_that_spin_would_wait_for_on_the_event_loop_ends_the_instance() {
    let database = Database::new().await;
    for (count, status) in [
        (ENOUGH - 1, StatusCode::OK),
        (ENOUGH, StatusCode::INTERNAL_SERVER_ERROR),
    ] {
        let request = database.probe.client.get("/sqlite/changes-while-reading");
        let answer = request.header("sql", rows(count)).await.unwrap();
        assert_eq!(answer.status, status, "{count}");
    }
    let log = database.probe.log();
    assert!(
        log.contains("to ask for the number of changes: an earlier call"),
        "{log}"
    );
}
