//! A connection that is open, and what was done with it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use rusqlite::{
    Connection,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
};
use tokio::time::Instant;

use super::values::MAX_RESULT_BYTES;
use crate::storage::{
    file::{DatabaseFile, FileId},
    lock::without_waiting,
};

/// Statements that a connection keeps prepared.
const KEPT_STATEMENTS: usize = 64;

/// For how long one connection is used. What SQLite has planned for it is no older than that.
const MAX_AGE: Duration = Duration::from_secs(60);

/// Settings that hold for the whole process: with them a component could take the
/// memory or the temporary files of all others. Spin does not refuse them.
const PRAGMAS_OF_THE_PROCESS: [&str; 4] = [
    "data_store_directory",
    "hard_heap_limit",
    "soft_heap_limit",
    "temp_store_directory",
];

/// An open connection.
pub(super) struct Open {
    pub(super) connection: Connection,
    /// The file that it has open; none in memory.
    file: Option<FileId>,
    since: Instant,
    /// The version of its schema when it was opened.
    schema_version: Option<i64>,
    /// Whether more was done than to read.
    is_changed: Arc<AtomicBool>,
}

impl Open {
    /// Opens a database as Spin does.
    ///
    /// # Errors
    ///
    /// A file that cannot be made or opened.
    pub(super) fn new(file: &DatabaseFile, allow_attach_file: bool) -> rusqlite::Result<Self> {
        let id = file.id();
        let mut connection = file.connect(MAX_RESULT_BYTES)?;
        connection.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
        // Otherwise SQLite prepares some statements, such as those with `LIMIT ?` and those of its index of texts,
        // each time that they get another value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let is_changed = Arc::new(AtomicBool::new(false));
        let changed = Arc::clone(&is_changed);
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            if !only_reads(&context) {
                changed.store(true, Relaxed);
            }
            authorize(&context, allow_attach_file)
        }))?;
        Ok(Self {
            // Where the file was not there before, it is new, and nobody has it open yet.
            file: id.filter(|id| file.id() == Some(*id)),
            since: Instant::now(),
            schema_version: schema_version(&connection),
            connection,
            is_changed,
        })
    }

    /// Whether another guest may have it: nothing is left on it of those before.
    pub(super) fn is_as_new(&mut self) -> bool {
        // What a statement watches belongs to who ran it.
        let watches_nothing = self.connection.progress_handler(0, None::<fn() -> bool>);
        watches_nothing.is_ok()
            && !self.is_changed.load(Relaxed)
            && self.connection.is_autocommit()
            && self.file.is_some()
            && self.since.elapsed() < MAX_AGE
    }

    /// Whether it is still what a new connection would be: to the same file, with the same schema. A statement that was
    /// prepared for another schema would have the columns of that one.
    pub(super) fn is_up_to_date(&self, file: &DatabaseFile) -> bool {
        let schema = schema_version(&self.connection);
        self.file == file.id() && schema.is_some() && schema == self.schema_version
    }
}

/// The version of the schema; none where the database is locked, as nobody can wait here.
fn schema_version(connection: &Connection) -> Option<i64> {
    let version = without_waiting(connection, |connection| {
        let mut look = connection.prepare_cached("PRAGMA schema_version")?;
        look.query_row([], |row| row.get(0))
    });
    version.ok()
}

/// Whether a statement that does this leaves the connection, and the database, as they were.
fn only_reads(context: &AuthContext<'_>) -> bool {
    match context.action {
        // Looking at what is temporary makes a database for it.
        AuthAction::Read { .. } => context.database_name != Some("temp"),
        AuthAction::Select | AuthAction::Function { .. } | AuthAction::Recursive => true,
        // An index of texts asks for the first, and this file for the second.
        AuthAction::Pragma {
            pragma_name: "data_version" | "schema_version",
            pragma_value: None,
        } => true,
        _ => false,
    }
}

/// SQLite's number for `ATTACH`, as its authorizer gets it.
const SQLITE_ATTACH: i32 = 24;

/// As Spin has it, files are not attached unless the runtime configuration allows it;
/// a database in memory or in a temporary file may be.
fn authorize(context: &AuthContext<'_>, allow_attach_file: bool) -> Authorization {
    let denied = match context.action {
        AuthAction::Attach { filename } => {
            !allow_attach_file && !matches!(filename, "" | ":memory:")
        }
        // A name that is computed, which SQLite does not tell. Under Spin it may be any file.
        AuthAction::Unknown {
            code: SQLITE_ATTACH,
            ..
        } => !allow_attach_file,
        AuthAction::Pragma {
            pragma_name,
            pragma_value: Some(_),
        } => PRAGMAS_OF_THE_PROCESS
            .iter()
            .any(|name| name.eq_ignore_ascii_case(pragma_name)),
        // It takes the address of code, and runs what is there.
        AuthAction::Function { function_name } => {
            function_name.eq_ignore_ascii_case("fts3_tokenizer")
        }
        _ => false,
    };
    if denied {
        Authorization::Deny
    } else {
        Authorization::Allow
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_prepared_once_whatever_its_parameters_are() {
        let open = Open::new(&DatabaseFile::new(None), false).unwrap();
        let connection = open.connection;
        connection
            .execute_batch("CREATE TABLE t (x, y); INSERT INTO t VALUES (1, 2), (3, 4)")
            .unwrap();
        let sql = "SELECT x FROM t WHERE y > ? ORDER BY x LIMIT ?";
        for limit in [1, 2, 1] {
            let mut statement = connection.prepare_cached(sql).unwrap();
            let rows = statement.query_map([0, limit], |_| Ok(())).unwrap().count();
            assert_eq!(rows, limit as usize);
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        }
    }
}
