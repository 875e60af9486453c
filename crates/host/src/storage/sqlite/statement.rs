//! Running one statement, on a thread where it may block.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use rusqlite::{
    CachedStatement, Connection, ErrorCode, Statement, fallible_iterator::FallibleIterator as _,
};
use tokio::sync::oneshot;

use super::{
    cancel::Witness,
    error::{Error, io},
    rows::{self, Batch},
    turns::Turn,
    values::{self, MAX_RESULT_BYTES},
};
use crate::run::bindings::spin::sqlite::sqlite::{QueryResult, RowResult, Value};

/// After how many steps of SQLite's virtual machine a statement checks whether it should stop.
pub(super) const STEPS_BETWEEN_LOOKS: i32 = 1_000;

/// A longer statement is not kept prepared.
const MAX_KEPT_BYTES: usize = 16 << 10;

/// A statement, for the thread that runs it.
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
    pub(super) instance: Witness,
}

/// What the first word of a statement tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It changes nothing.
    Reads,
    /// It changes something.
    Changes,
    /// Only SQLite knows.
    Unknown,
}

impl Kind {
    fn parse(sql: &str) -> Self {
        match first_word(sql).as_str() {
            "SELECT" | "VALUES" | "EXPLAIN" => Self::Reads,
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "CREATE" | "DROP" | "ALTER" => {
                Self::Changes
            }
            _ => Self::Unknown,
        }
    }
}

fn first_word(sql: &str) -> String {
    let mut words = sql.trim_start().split(|c: char| !c.is_ascii_alphabetic());
    words.next().unwrap_or_default().to_ascii_uppercase()
}

impl Query {
    /// What kind of statement it is, as far as its first word tells.
    pub(super) fn kind(&self) -> Kind {
        Kind::parse(&self.sql)
    }

    /// Whether it may be one that reads, by its first word. SQLite calls `BEGIN` and `COMMIT` read-only, too, but these
    /// do not count.
    pub(super) fn may_read(&self) -> bool {
        let word = first_word(&self.sql);
        matches!(word.as_str(), "SELECT" | "VALUES" | "EXPLAIN" | "WITH")
    }

    /// What kind of statement it is, from SQLite itself.
    ///
    /// # Errors
    ///
    /// It cannot be prepared.
    pub(super) fn look(&self, connection: &mut Connection) -> Result<Kind, Error> {
        self.watch(connection, || false)?;
        let statement = first(connection, &self.sql).map_err(io)?;
        Ok(if statement.readonly() {
            Kind::Reads
        } else {
            Kind::Changes
        })
    }

    /// Runs the statement and collects its rows.
    pub(super) fn collect(
        &self,
        connection: &mut Connection,
        turn: Option<Turn>,
    ) -> Result<QueryResult, Error> {
        self.watch(connection, || false)?;
        let mut statement = first(connection, &self.sql).map_err(io)?;
        let columns = columns(&statement);
        let mut rows = Vec::new();
        let mut bytes = size_of::<QueryResult>();
        self.each_row(&mut statement, turn, |row, size| {
            bytes += size;
            if bytes > MAX_RESULT_BYTES {
                return Err(values::too_large());
            }
            rows.push(row);
            Ok(())
        })?;
        Ok(QueryResult { columns, rows })
    }

    /// Runs the statement and hands over its columns, then row by row.
    ///
    /// As under Spin, a statement that cannot be prepared has no columns, and its
    /// error comes at the end.
    pub(super) fn stream(
        &self,
        connection: &mut Connection,
        turn: Option<Turn>,
        columns_to: oneshot::Sender<Result<Vec<String>, Error>>,
        rows: rows::Sender,
    ) -> Result<(), Error> {
        let rows = Arc::new(rows);
        // Not the rows themselves: their sender would stay open with the connection.
        let watched = Arc::downgrade(&rows);
        self.watch(connection, move || {
            watched.upgrade().is_none_or(|rows| rows.is_unwanted())
        })?;
        let mut statement = match first(connection, &self.sql) {
            Ok(statement) => statement,
            Err(error) => {
                let _ = columns_to.send(Ok(Vec::new()));
                return Err(io(error));
            }
        };
        rows.set_read_only(statement.readonly());
        columns_to
            .send(Ok(columns(&statement)))
            .map_err(|_| io("column send error"))?;
        let mut batch = Batch::default();
        let result = self.each_row(&mut statement, turn, |row, bytes| {
            rows.send(&mut batch, row, bytes)
        });
        // What came before an error is the reader's.
        rows.flush(&mut batch).and(result)
    }

    /// Runs a statement, hands each row to `take`, and gives the turn back when it is
    /// no longer needed.
    pub(super) fn each_row(
        &self,
        statement: &mut Statement<'_>,
        mut turn: Option<Turn>,
        take: impl FnMut(RowResult, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let result = self.rows(statement, &mut turn, take);
        if let Some(turn) = turn {
            turn.end();
        }
        result
    }

    fn rows(
        &self,
        statement: &mut Statement<'_>,
        turn: &mut Option<Turn>,
        mut take: impl FnMut(RowResult, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let parameters = self.parameters.iter().map(values::parameter);
        let mut rows = statement
            .query(rusqlite::params_from_iter(parameters))
            .map_err(|error| failed(turn, error))?;
        while let Some(row) = rows.next().map_err(|error| failed(turn, error))? {
            // With its first row, the statement has the lock.
            turn.take_if(|turn| turn.is_to_read());
            let (row, size) = values::row(row)?;
            take(row, size)?;
        }
        Ok(())
    }

    /// Has what the connection does stopped once the instance is gone or `stop` says so.
    /// SQLite's own interrupt would miss a statement that is just about to start.
    fn watch(
        &self,
        connection: &mut Connection,
        stop: impl Fn() -> bool + Send + 'static,
    ) -> Result<(), Error> {
        let instance = self.instance.clone();
        connection
            .progress_handler(
                STEPS_BETWEEN_LOOKS,
                Some(move || instance.is_over() || stop()),
            )
            .map_err(io)
    }
}

/// An error of SQLite's. A statement that waited for the lock in vain gives its turn back unused.
fn failed(turn: &mut Option<Turn>, error: rusqlite::Error) -> Error {
    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) {
        *turn = None;
    }
    io(error)
}

/// A statement that is prepared.
pub(super) enum Prepared<'a> {
    /// The connection keeps it for the next time.
    Kept(CachedStatement<'a>),
    Once(Statement<'a>),
}

impl<'a> Deref for Prepared<'a> {
    type Target = Statement<'a>;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Kept(statement) => statement,
            Self::Once(statement) => statement,
        }
    }
}

impl DerefMut for Prepared<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Kept(statement) => statement,
            Self::Once(statement) => statement,
        }
    }
}

/// The first statement of a text. As under Spin, the rest is never looked at.
pub(super) fn first<'a>(connection: &'a Connection, sql: &str) -> rusqlite::Result<Prepared<'a>> {
    // An error may be one of the rest.
    if sql.len() <= MAX_KEPT_BYTES
        && let Ok(statement) = connection.prepare_cached(sql)
    {
        return Ok(Prepared::Kept(statement));
    }
    match rusqlite::Batch::new(connection, sql).next()? {
        Some(statement) => Ok(Prepared::Once(statement)),
        None => connection.prepare(sql).map(Prepared::Once),
    }
}

pub(super) fn columns(statement: &Statement<'_>) -> Vec<String> {
    statement.column_names().map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_what_most_statements_do() {
        for (sql, want) in [
            ("SELECT 1", Kind::Reads),
            ("\n\t select(1)", Kind::Reads),
            ("VALUES (1)", Kind::Reads),
            ("EXPLAIN INSERT INTO t VALUES (1)", Kind::Reads),
            ("insert INTO t VALUES (1)", Kind::Changes),
            ("CREATE TABLE t (x)", Kind::Changes),
            ("WITH a AS (SELECT 1) SELECT * FROM a", Kind::Unknown),
            ("/* SELECT */ DELETE FROM t", Kind::Unknown),
            ("BEGIN", Kind::Unknown),
            ("SELECTED", Kind::Unknown),
            (";SELECT 1", Kind::Unknown),
            ("唤醒", Kind::Unknown),
            ("", Kind::Unknown),
        ] {
            assert_eq!(Kind::parse(sql), want, "{sql:?}");
        }
    }
}
