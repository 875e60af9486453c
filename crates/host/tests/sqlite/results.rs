//! What statements answer.

use handspun::{Limits, Options};

use super::{DONE, Database, run};
use crate::support::Probe;

/// An error with this text.
macro_rules! io {
    ($text:literal) => {
        concat!("Err(Error::Io(\"", $text, "\"))")
    };
}
#[tokio::test]
async fn a_component_opens_only_what_it_was_granted() {
    let probe = Probe::new(Limits::default());
    for (target, want) in [
        ("/sqlite/run?default", ""),
        ("/sqlite/run?other", "open: Error::AccessDenied"),
        ("/sqlite/run?", "open: Error::AccessDenied"),
        ("/sqlite/run-sync?other", "open: Error::AccessDenied"),
        ("/other/x/sqlite/run?default", "open: Error::AccessDenied"),
    ] {
        let response = probe.client.post(target).await.unwrap();
        assert_eq!(response.text().unwrap(), want, "{target}");
    }
}

/// Statements on one connection, in order, and what real Spin 4.1 says of them.
const STATEMENTS: &[(&str, &str)] = &[
    ("CREATE TABLE a (k PRIMARY KEY, v NOT NULL)", "Ok(([], []))"),
    (
        "INSERT INTO a VALUES (1, 2), (3, 4) RETURNING k",
        r#"Ok((["k"], [[Value::Integer(1)], [Value::Integer(3)]]))"#,
    ),
    (
        "SELECT v AS value, k FROM a WHERE k = 3; SELECT 1",
        r#"Ok((["value", "k"], [[Value::Integer(4), Value::Integer(3)]]))"#,
    ),
    (
        "SELECT 1; this is never looked at",
        r#"Ok((["1"], [[Value::Integer(1)]]))"#,
    ),
    (
        "; /* nor is what says nothing */ SELECT 1",
        r#"Ok((["1"], [[Value::Integer(1)]]))"#,
    ),
    ("SELECT * FROM nope", io!("no such table: nope")),
    (
        "garbage",
        io!("near \\\"garbage\\\": syntax error in garbage at offset 0"),
    ),
    ("SELECT 1 UNION SELECT", io!("incomplete input")),
    ("-- nothing", io!("bad parameter or other API misuse")),
    (
        "SELECT ?1, ?2",
        io!("Wrong number of parameters passed to query. Got 0, needed 2"),
    ),
    (
        "INSERT INTO a VALUES (1, 1)",
        io!("UNIQUE constraint failed: a.k"),
    ),
    (
        "INSERT INTO a VALUES (2, NULL)",
        io!("NOT NULL constraint failed: a.v"),
    ),
    ("BEGIN", "Ok(([], []))"),
    (
        "BEGIN",
        io!("cannot start a transaction within a transaction"),
    ),
    ("INSERT INTO a VALUES (5, 6)", "Ok(([], []))"),
    ("ROLLBACK", "Ok(([], []))"),
    (
        "SELECT count(*) FROM a",
        r#"Ok((["count(*)"], [[Value::Integer(2)]]))"#,
    ),
    ("ATTACH '/tmp/other.db' AS other", io!("not authorized")),
    (
        "ATTACH 'file::memory:?cache=shared' AS other",
        io!("not authorized"),
    ),
    // A computed name is not told to whoever decides.
    (
        "ATTACH '/tmp/' || 'other.db' AS other",
        io!("not authorized"),
    ),
    (
        "ATTACH (SELECT '/tmp/other.db') AS other",
        io!("not authorized"),
    ),
    ("ATTACH ':memory:' AS other", "Ok(([], []))"),
    ("ATTACH '' AS temporary", "Ok(([], []))"),
    ("VACUUM INTO '/tmp/other.db'", io!("authorization denied")),
    ("SELECT load_extension('x')", io!("not authorized")),
    (
        "PRAGMA journal_mode",
        r#"Ok((["journal_mode"], [[Value::Text("delete")]]))"#,
    ),
    (
        "PRAGMA busy_timeout",
        r#"Ok((["timeout"], [[Value::Integer(5000)]]))"#,
    ),
];

/// What the host says otherwise than Spin, and why.
const OTHER_THAN_SPIN: &[(&str, &str)] = &[
    // Spin panics, and the connection is of no use afterwards.
    (
        "SELECT 1, CAST(x'ff' AS TEXT)",
        io!("text in column 1: invalid utf-8 sequence of 1 bytes from index 0"),
    ),
    // There, these would take the memory of every component.
    ("PRAGMA hard_heap_limit = 1000", io!("not authorized")),
    ("PRAGMA Soft_Heap_Limit(1000)", io!("not authorized")),
    (
        "PRAGMA hard_heap_limit",
        r#"Ok((["hard_heap_limit"], [[Value::Integer(0)]]))"#,
    ),
    // It gives away an address of the host, and runs what is at one.
    (
        "SELECT fts3_tokenizer('simple')",
        io!(
            "not authorized to use function: fts3_tokenizer in SELECT fts3_tokenizer('simple') at offset 7"
        ),
    ),
    (
        "SELECT FTS3_Tokenizer('simple', x'00')",
        io!(
            "not authorized to use function: FTS3_Tokenizer in SELECT FTS3_Tokenizer('simple', x'00') at offset 7"
        ),
    ),
    // What could not reach the component is not even made.
    ("SELECT zeroblob(134217729)", io!("string or blob too big")),
];

#[tokio::test]
async fn statements_answer_as_under_spin() {
    for path in ["/sqlite/run?default", "/sqlite/run-sync?default"] {
        let database = Database::new().await;
        let cases: Vec<_> = STATEMENTS.iter().chain(OTHER_THAN_SPIN).collect();
        let body: String = cases.iter().map(|(sql, _)| format!("{sql}\n")).collect();
        let response = database.probe.client.post(path).body(body).await.unwrap();
        let answers = response.text().unwrap();
        assert_eq!(answers.lines().count(), cases.len(), "{answers}");
        for ((sql, want), answer) in cases.into_iter().zip(answers.lines()) {
            assert_eq!(answer, *want, "{path}: {sql}");
        }
    }
}

#[tokio::test]
async fn a_name_that_is_not_utf_8_is_an_error_and_harms_nobody_else() {
    let database = Database::new().await;
    // Another program may write such names; this makes it CREATE TABLE t (\xff).
    let broken = "PRAGMA writable_schema = ON\n\
                  UPDATE sqlite_schema SET \
                  sql = CAST(x'435245415445205441424C4520742028FF29' AS TEXT)";
    assert_eq!(database.run(broken).await, DONE.repeat(2));
    for path in ["/sqlite/run?default", "/sqlite/run-sync?default"] {
        let request = database.probe.client.post(path);
        let response = request.body("SELECT * FROM t\nSELECT 1").await.unwrap();
        assert_eq!(
            response.text().unwrap(),
            "Err(Error::Io(\"access to t.\u{fffd} is prohibited\"))\n\
             Ok(([\"1\"], [[Value::Integer(1)]]))\n"
        );
    }
}

#[tokio::test]
async fn values_of_all_kinds_come_back_as_they_went() {
    let database = Database::new().await;
    let response = database.probe.client.get("/sqlite/values").await.unwrap();
    let text = response.text().unwrap();
    assert_eq!(text.lines().count(), 15, "{text}");
    for line in text.lines() {
        // SQLite has no NaN.
        let want = match line.strip_prefix("Value::Real(NaN) ") {
            Some(rest) => rest == "Value::Null",
            None => line.len() % 2 == 1 && line[..line.len() / 2] == line[line.len() / 2 + 1..],
        };
        assert!(want, "{line}");
    }
    for value in [
        "Value::Null",
        "Value::Integer(-9223372036854775808)",
        "Value::Integer(9223372036854775807)",
        "Value::Real(inf)",
        "Value::Real(-inf)",
        "Value::Text(\"a\\0b\")",
        "Value::Text(\"唤醒手腕 🦀\")",
        "Value::Blob([])",
        "Value::Blob([0, 1, 2,",
    ] {
        assert!(text.contains(value), "no {value} in {text}");
    }
}

#[tokio::test]
async fn a_connection_tells_what_it_changed() {
    let database = Database::new().await;
    let response = database.probe.client.get("/sqlite/asked").await.unwrap();
    assert_eq!(response.text().unwrap(), "(0, 0) (3, 7) (0, 0)");
}

#[tokio::test]
async fn a_result_larger_than_memory_is_streamed() {
    let database = Database::new().await;
    // A table, so that it is a file that is read, and 200 MB, which no instance has.
    let rows = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 2000)";
    let insert = format!("{rows} INSERT INTO t SELECT zeroblob(100000) FROM c");
    assert_eq!(database.run(&insert).await, DONE);
    let response = database
        .probe
        .client
        .get("/sqlite/drain")
        .header("sql", "SELECT x FROM t")
        .await
        .unwrap();
    assert_eq!(response.text().unwrap(), "2000 rows, 200000000 bytes");
}

#[tokio::test]
async fn a_collected_result_has_a_limit() {
    let probe = Probe::new(Limits::default());
    let half = "SELECT zeroblob(67108864)";
    let response = probe
        .client
        .post("/sqlite/run-sync?default")
        .body(format!("{half} UNION ALL {half}\nSELECT 1"))
        .await
        .unwrap();
    assert_eq!(
        response.text().unwrap(),
        "Err(Error::Io(\"query result exceeds limit of 134217728 bytes\"))\n\
         Ok(([\"1\"], [[Value::Integer(1)]]))\n"
    );
}

#[tokio::test]
async fn an_instance_has_a_limit_of_open_connections_and_gets_them_back() {
    let probe = Probe::new(Limits::default());
    for (count, want) in [
        (256, "opened"),
        (257, "Error::Io(\"too many connections opened\")"),
        (256, "opened"),
    ] {
        let request = probe.client.get(format!("/sqlite/connections?{count}"));
        assert_eq!(request.await.unwrap().text().unwrap(), want, "{count}");
    }
    let taken = probe.client.get("/taken").await.unwrap();
    assert_eq!(taken.text().unwrap(), "4", "it was not one instance");
}

#[tokio::test]
async fn without_a_state_folder_each_connection_has_its_own_database() {
    let probe = Probe::new(Limits::default());
    let statements = "CREATE TABLE t (x)\nSELECT count(*) FROM t";
    for _ in 0..2 {
        let answer = run(&probe, statements).await;
        assert!(answer.ends_with("[[Value::Integer(0)]]))\n"), "{answer}");
    }
}

#[tokio::test]
async fn components_share_a_database_and_it_outlives_the_application() {
    let database = Database::new().await;
    assert_eq!(database.run("INSERT INTO t VALUES (7)").await, DONE);
    let Database { probe, folder } = database;
    drop(probe);
    let probe = Probe::with(Options {
        state_dir: Some(folder.path().to_owned()),
        ..Options::default()
    });
    let answer = run(&probe, "SELECT x FROM t").await;
    assert_eq!(answer, "Ok(([\"x\"], [[Value::Integer(7)]]))\n");
    assert!(folder.path().join("sqlite_db.db").is_file());
}
