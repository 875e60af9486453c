//! What the tests of `spin:sqlite` ask for. Statements come in the body, a line each,
//! or in the header `sql`.

use futures::SinkExt as _;
use spin_sdk::{
    http::{
        BoxBody, Request, Response,
        body::{self, IncomingBodyExt as _},
        box_body,
    },
    sqlite::{Connection, Error, QueryResult, Value, wit::sqlite as raw},
    wasip3,
};

use crate::{behaviour, number, text};

/// Columns and rows.
type Table = (Vec<String>, Vec<Vec<Value>>);

pub(crate) async fn behave(request: Request) -> Response<BoxBody> {
    let argument = request.uri().query().unwrap_or_default().to_owned();
    let sql = request.headers().get("sql");
    let sql = sql
        .map_or("", |sql| sql.to_str().unwrap_or_default())
        .to_owned();
    match behaviour(request.uri().path()) {
        "/sqlite/run" => run(&argument, request).await,
        "/sqlite/run-sync" => run_sync(&argument, request).await,
        "/sqlite/values" => text(values().await.unwrap_or_else(said)),
        "/sqlite/asked" => text(asked().await.unwrap_or_else(said)),
        "/sqlite/ask-while-reading" => text(ask_while_reading(&sql).await.unwrap_or_else(said)),
        "/sqlite/changes-while-reading" => {
            text(changes_while_reading(&sql).await.unwrap_or_else(said))
        }
        "/sqlite/connections" => connections(number(&argument)).await,
        "/sqlite/drain" => text(drain(&sql).await.unwrap_or_else(said)),
        "/sqlite/stream" => stream(sql).await,
        "/sqlite/hold" => hold(&sql, request).await,
        "/sqlite/drop" => text(drop_rows(&sql).await.unwrap_or_else(said)),
        "/sqlite/forget" => text(forget(&sql).await.unwrap_or_else(said)),
        "/sqlite/trap" => {
            let _result = opened(&sql).await;
            crate::trap()
        }
        other => text(format!("no behaviour for {other}")),
    }
}

fn said(error: Error) -> String {
    format!("{error:?}")
}

/// Runs each line of the request's body on one connection to the database `label`, and
/// says what came of each.
async fn run(label: &str, request: Request) -> Response<BoxBody> {
    let body = request.into_body().bytes().await.unwrap_or_default();
    let connection = match Connection::open(label).await {
        Ok(connection) => connection,
        Err(error) => return text(format!("open: {error:?}")),
    };
    let mut answer = String::new();
    for statement in String::from_utf8_lossy(&body).lines() {
        let outcome = outcome(&connection, statement).await;
        answer.push_str(&format!("{outcome:?}\n"));
    }
    text(answer)
}

async fn outcome(connection: &Connection, statement: &str) -> Result<Table, Error> {
    let result = connection.execute(statement, []).await?;
    let columns = result.columns().to_vec();
    let rows = result.collect().await?;
    Ok((columns, rows.into_iter().map(|row| row.values).collect()))
}

/// As [`run`], by the functions that are not async.
async fn run_sync(label: &str, request: Request) -> Response<BoxBody> {
    let body = request.into_body().bytes().await.unwrap_or_default();
    let connection = match raw::Connection::open(label) {
        Ok(connection) => connection,
        Err(error) => return text(format!("open: {error:?}")),
    };
    let mut answer = String::new();
    for statement in String::from_utf8_lossy(&body).lines() {
        let outcome: Result<Table, Error> = connection.execute(statement, &[]).map(|result| {
            let rows = result.rows.into_iter().map(|row| row.values).collect();
            (result.columns, rows)
        });
        answer.push_str(&format!("{outcome:?}\n"));
    }
    text(answer)
}

/// Values of all kinds, into a table and out of it again.
async fn values() -> Result<String, Error> {
    let all: Vec<u8> = (0..=255).collect();
    let values = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Integer(-1),
        Value::Integer(i64::MAX),
        Value::Real(0.1),
        Value::Real(f64::MIN_POSITIVE),
        Value::Real(f64::MAX),
        Value::Real(f64::INFINITY),
        Value::Real(f64::NEG_INFINITY),
        Value::Real(f64::NAN),
        Value::Text(String::new()),
        Value::Text("a\0b".to_owned()),
        Value::Text("唤醒手腕 🦀".to_owned()),
        Value::Blob(Vec::new()),
        Value::Blob(all),
    ];
    let connection = Connection::open_default().await?;
    outcome(&connection, "CREATE TABLE kinds (value)").await?;
    let mut answer = String::new();
    for value in values {
        let given = format!("{value:?}");
        let inserted = connection
            .execute("INSERT INTO kinds VALUES (?)", [value])
            .await?;
        inserted.result().await?;
        let last = "SELECT value FROM kinds ORDER BY rowid DESC LIMIT 1";
        let (_, rows) = outcome(&connection, last).await?;
        answer.push_str(&format!("{given} {:?}\n", rows[0][0]));
    }
    Ok(answer)
}

/// What a connection says of what it did, before and after three rows.
async fn asked() -> Result<String, Error> {
    let connection = Connection::open_default().await?;
    let before = (
        connection.changes().await,
        connection.last_insert_rowid().await,
    );
    outcome(&connection, "CREATE TABLE asked (id INTEGER PRIMARY KEY)").await?;
    outcome(&connection, "INSERT INTO asked VALUES (5), (6), (7)").await?;
    let after = (
        connection.changes().await,
        connection.last_insert_rowid().await,
    );
    let other = raw::Connection::open("default")?;
    let untouched = (other.changes(), other.last_insert_rowid());
    Ok(format!("{before:?} {after:?} {untouched:?}"))
}

/// Reads the first row of a statement, and then runs another on its connection with the function that is not
/// async; says what came of it, how many rows were left, and what came of it after these.
async fn ask_while_reading(sql: &str) -> Result<String, Error> {
    let connection = raw::Connection::open("default")?;
    let (_, mut rows, end) = connection.execute_async(sql.to_owned(), Vec::new()).await?;
    rows.next().await;
    let run = || {
        connection
            .execute("SELECT 1", &[])
            .map(|result| result.rows.len())
    };
    let ran = run();
    let mut left = 0;
    while rows.next().await.is_some() {
        left += 1;
    }
    end.await?;
    Ok(format!("{ran:?}\n{left} more rows\n{:?}", run()))
}

/// Reads the first row of a statement, and asks its connection for the number of changes.
async fn changes_while_reading(sql: &str) -> Result<String, Error> {
    let connection = Connection::open_default().await?;
    let mut result = connection.execute(sql, []).await?;
    result.next().await;
    let changes = connection.changes().await;
    Ok(format!(
        "{changes} changes, next row: {}",
        result.next().await.is_some()
    ))
}

/// Opens connections and keeps them; then says what came of the last.
async fn connections(count: u64) -> Response<BoxBody> {
    let mut kept = Vec::new();
    for _ in 1..count {
        kept.push(Connection::open_default().await);
    }
    let last = Connection::open_default().await;
    text(match last {
        Ok(_) => "opened".to_owned(),
        Err(error) => said(error),
    })
}

async fn opened(sql: &str) -> Result<QueryResult, Error> {
    let connection = Connection::open_default().await?;
    let mut result = connection.execute(sql, []).await?;
    result.next().await;
    Ok(result)
}

/// Counts the rows and the bytes of their first columns, one row at a time.
async fn drain(sql: &str) -> Result<String, Error> {
    let connection = Connection::open_default().await?;
    let mut result = connection.execute(sql, []).await?;
    let (mut rows, mut bytes) = (0, 0);
    while let Some(row) = result.next().await {
        rows += 1;
        bytes += row.get::<&[u8]>(0).map_or(0, <[u8]>::len);
    }
    result.result().await?;
    Ok(format!("{rows} rows, {bytes} bytes"))
}

/// Sends a line for each row, as long as somebody reads.
async fn stream(sql: String) -> Response<BoxBody> {
    let (mut sender, body) = body::stream::<String>();
    wasip3::spawn(async move {
        let Ok(connection) = Connection::open_default().await else {
            return;
        };
        let Ok(mut result) = connection.execute(&sql, []).await else {
            return;
        };
        if sender.send("started\n".to_owned()).await.is_err() {
            return;
        }
        while let Some(row) = result.next().await {
            if sender.send(format!("{:?}\n", row.values)).await.is_err() {
                return;
            }
        }
    });
    Response::new(box_body(body))
}

/// Keeps a result that has begun until the request's body ends, and says so before and
/// after.
async fn hold(sql: &str, request: Request) -> Response<BoxBody> {
    let result = match opened(sql).await {
        Ok(result) => result,
        Err(error) => return text(said(error)),
    };
    let (mut sender, body) = body::stream::<&'static str>();
    wasip3::spawn(async move {
        if sender.send("held").await.is_ok() {
            let _ = request.into_body().bytes().await;
            drop(result);
            let _ = sender.send("dropped").await;
        }
    });
    Response::new(box_body(body))
}

/// Drops the rows of a statement, and says how it ended and what its connection does
/// afterwards.
async fn drop_rows(sql: &str) -> Result<String, Error> {
    let connection = Connection::open_default().await?;
    let (_, rows, end) = connection.execute(sql, []).await?.into_inner();
    drop(rows);
    let end = end.await;
    let next = outcome(&connection, "SELECT 1").await;
    Ok(format!("{end:?} {next:?}"))
}

/// Starts a statement and waits for nothing of it.
async fn forget(sql: &str) -> Result<String, Error> {
    let connection = Connection::open_default().await?;
    connection.execute(sql, []).await?;
    Ok("forgotten".to_owned())
}
