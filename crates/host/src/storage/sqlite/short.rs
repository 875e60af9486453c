//! Short statements that read, run where they are asked for.
//!
//! To hand a statement to another thread, and its rows back, takes longer than most of them do.
//! So one that reads is tried at once, with a bound on what it may take, and without waiting
//! for locks. What exceeds the bound, or meets a lock, begins again on a thread of its own.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use rusqlite::Connection;
use rustix::time::{ClockId, clock_gettime};

use super::{
    error::{Error, io},
    statement::{Query, STEPS_BETWEEN_LOOKS, columns, first},
    values,
};
use crate::{run::bindings::spin::sqlite::sqlite::QueryResult, storage::lock::without_waiting};

/// What a statement may take that is run on a thread of the async runtime: steps of SQLite's
/// machine (each some 20 to 50 ns), rows, and bytes of these.
const SHORT_LOOKS: u32 = 20;
const SHORT_ROWS: usize = 128;
const SHORT_BYTES: usize = 256 << 10;

/// After how much computing a statement counts as none of these the next time. An index of texts
/// counts as few steps for SQLite, and takes many.
const SHORT_TIME: Duration = Duration::from_millis(2);

/// The same by the clock, for what waits for the disk. It is longer, as a thread may have to wait for a
/// processor as well.
const SHORT_WAIT: Duration = Duration::from_millis(50);

/// The computing time of this thread. A statement is not long because others had the processor meanwhile.
fn computed() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// What became of a statement that was tried as a short one.
pub(super) enum Short {
    /// It is done; `is_long` where it should not be tried again.
    Done { result: QueryResult, is_long: bool },
    /// It is to be run from its beginning on another thread: it found a lock, or an error, or
    /// is long, or changes something.
    Undone { is_long: bool },
}

impl Query {
    /// Runs the statement here and now: it waits for no lock, and ends where it takes more
    /// than a short one. One that changes something is not run.
    pub(super) fn collect_short(&self, connection: &mut Connection) -> Short {
        let too_long = Arc::new(AtomicBool::new(false));
        let mut looks = 0;
        let stop = {
            let too_long = Arc::clone(&too_long);
            move || {
                looks += 1;
                too_long.store(looks > SHORT_LOOKS, Relaxed);
                looks > SHORT_LOOKS
            }
        };
        let (begin, computed_before) = (Instant::now(), computed());
        let result = connection
            .progress_handler(STEPS_BETWEEN_LOOKS, Some(stop))
            .and_then(|()| {
                without_waiting(connection, |connection| {
                    Ok(self.read_short(connection, &too_long))
                })
            });
        let is_long = too_long.load(Relaxed)
            || computed().saturating_sub(computed_before) > SHORT_TIME
            || begin.elapsed() > SHORT_WAIT;
        match result {
            Ok(Ok(result)) => Short::Done { result, is_long },
            Ok(Err(_)) | Err(_) => Short::Undone { is_long },
        }
    }

    fn read_short(
        &self,
        connection: &Connection,
        too_long: &AtomicBool,
    ) -> Result<QueryResult, Error> {
        let mut statement = first(connection, &self.sql).map_err(io)?;
        if !statement.readonly() {
            // It is not tried again.
            too_long.store(true, Relaxed);
            return Err(io("it changes something"));
        }
        let columns = columns(&statement);
        let (mut rows, mut bytes) = (Vec::new(), 0);
        self.each_row(&mut statement, None, |row, size| {
            rows.push(row);
            bytes += size;
            if rows.len() > SHORT_ROWS || bytes > SHORT_BYTES {
                too_long.store(true, Relaxed);
                return Err(values::too_large());
            }
            Ok(())
        })?;
        Ok(QueryResult { columns, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::super::cancel::Witness;
    use super::*;
    use crate::storage::lock::BUSY_TIMEOUT;

    /// What becomes of a statement that is tried as a short one.
    fn tried(connection: &mut Connection, sql: &str) -> Short {
        let query = Query {
            sql: sql.to_owned(),
            parameters: Vec::new(),
            instance: Witness::default(),
        };
        query.collect_short(connection)
    }

    /// A statement that gives so many rows, each of so many bytes.
    fn rows_of(rows: usize, bytes: usize) -> String {
        format!(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {rows})
            SELECT zeroblob({bytes}) FROM n"
        )
    }

    #[test]
    fn a_short_statement_is_done_at_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        for rows in [0, 1, SHORT_ROWS] {
            // Looks at others' steps must not end it, however often it runs.
            for _ in 0..100 {
                match tried(&mut connection, &rows_of(rows, 1)) {
                    Short::Done { result, .. } => assert_eq!(result.rows.len(), rows),
                    Short::Undone { .. } => panic!("{rows} rows are too many"),
                }
            }
        }
    }

    #[test]
    fn what_changes_something_is_not_done() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x)").unwrap();
        for (sql, done) in [
            ("WITH a AS (SELECT 1) SELECT * FROM a", true),
            ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", false),
        ] {
            let is_done = matches!(tried(&mut connection, sql), Short::Done { .. });
            assert_eq!(is_done, done, "{sql}");
        }
        let rows: i64 = connection
            .query_row("SELECT count(*) FROM t", [], |row| row.get(0))
            .unwrap();
        assert_eq!(rows, 0);
    }

    #[test]
    fn a_long_statement_is_not_tried_again() {
        let mut connection = Connection::open_in_memory().unwrap();
        let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT count(*) FROM n";
        for sql in [
            endless,
            &rows_of(SHORT_ROWS + 1, 1),
            &rows_of(1, SHORT_BYTES),
        ] {
            let got = tried(&mut connection, sql);
            assert!(matches!(got, Short::Undone { is_long: true }), "{sql}");
        }
    }

    #[test]
    fn few_steps_that_take_long_are_noticed() {
        let mut connection = Connection::open_in_memory().unwrap();
        let got = tried(&mut connection, "SELECT length(hex(zeroblob(40000000)))");
        assert!(matches!(got, Short::Done { is_long: true, .. }));
    }

    #[test]
    fn a_lock_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let other = Connection::open(&file).unwrap();
        other
            .execute_batch("CREATE TABLE t (x); BEGIN EXCLUSIVE")
            .unwrap();
        let mut connection = Connection::open(&file).unwrap();
        assert!(matches!(
            tried(&mut connection, "SELECT * FROM t"),
            Short::Undone { .. }
        ));
        other.execute_batch("COMMIT").unwrap();
        assert!(matches!(
            tried(&mut connection, "SELECT * FROM t"),
            Short::Done { .. }
        ));
        let millis: u32 = connection
            .query_row("PRAGMA busy_timeout", [], |row| row.get(0))
            .unwrap();
        assert_eq!(Duration::from_millis(millis.into()), BUSY_TIMEOUT);
    }
}
