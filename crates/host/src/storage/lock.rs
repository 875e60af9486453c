//! How long SQLite waits for the lock of a database.

use std::time::Duration;

use rusqlite::Connection;

/// How long it waits otherwise, by `rusqlite`'s default.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Does `work` without waiting for locks: where somebody else has one, it fails at once.
///
/// # Errors
///
/// Those of `work`.
pub(super) fn without_waiting<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    connection.busy_timeout(Duration::ZERO)?;
    let done = work(connection);
    connection.busy_timeout(BUSY_TIMEOUT)?;
    done
}

#[cfg(test)]
mod tests {
    use rusqlite::ErrorCode;

    use super::*;

    #[test]
    fn a_lock_is_not_waited_for_and_the_next_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        let other = Connection::open(&file).unwrap();
        let lock = "CREATE TABLE t (x); BEGIN EXCLUSIVE";
        other.execute_batch(lock).unwrap();
        let connection = Connection::open(&file).unwrap();
        let read = |connection: &Connection| connection.execute_batch("SELECT * FROM t");
        let busy_timeout = |connection: &Connection| -> rusqlite::Result<u128> {
            let millis =
                connection.query_row("PRAGMA busy_timeout", [], |row| row.get::<_, u32>(0))?;
            Ok(millis.into())
        };
        assert_eq!(without_waiting(&connection, busy_timeout).unwrap(), 0);
        let refused = without_waiting(&connection, read).unwrap_err();
        assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
        other.execute_batch("COMMIT").unwrap();
        without_waiting(&connection, read).unwrap();
        assert_eq!(busy_timeout(&connection).unwrap(), BUSY_TIMEOUT.as_millis());
    }
}
