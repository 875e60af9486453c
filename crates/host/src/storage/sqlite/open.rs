//! A connection that is open, and what was done with it.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use rusqlite::{
    Connection,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
};

use super::values::MAX_RESULT_BYTES;
use crate::storage::file::{DatabaseFile, FileId};

/// Statements that a connection keeps prepared.
const KEPT_STATEMENTS: usize = 64;

/// How many statements are remembered that are not short.
const MAX_LONG: usize = 64;

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
    /// Whether more was done than to read.
    is_changed: Arc<AtomicBool>,
    /// Statements that turned out not to be short.
    long: HashSet<String>,
}

impl Open {
    /// Opens a database as Spin does.
    ///
    /// # Errors
    ///
    /// A file that cannot be made or opened.
    pub(super) fn new(file: &DatabaseFile, allow_attach_file: bool) -> rusqlite::Result<Self> {
        let mut connection = file.connect(MAX_RESULT_BYTES)?;
        connection.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
        // Otherwise SQLite prepares some statements, such as those with `LIMIT ?` and those of its index of texts,
        // each time that they get another value.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let is_changed = Arc::new(AtomicBool::new(false));
        let changed = Arc::clone(&is_changed);
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            if !reads(&context.action) {
                changed.store(true, Relaxed);
            }
            authorize(&context, allow_attach_file)
        }))?;
        Ok(Self {
            connection,
            file: file.id(),
            is_changed,
            long: HashSet::new(),
        })
    }

    /// Whether a guest could not tell it from a new connection.
    pub(super) fn is_as_new(&mut self) -> bool {
        // What a statement watches belongs to who ran it.
        let watches_nothing = self.connection.progress_handler(0, None::<fn() -> bool>);
        watches_nothing.is_ok()
            && !self.is_changed.load(Relaxed)
            && self.connection.is_autocommit()
            && self.file.is_some()
    }

    /// Whether it has this file open: somebody may have put another one in its place.
    pub(super) fn has_file(&self, file: &DatabaseFile) -> bool {
        self.file == file.id()
    }

    /// Whether a statement is known not to be short.
    pub(super) fn is_long(&self, sql: &str) -> bool {
        self.long.contains(sql)
    }

    /// Remembers that a statement is not short.
    pub(super) fn remember_long(&mut self, sql: &str) {
        if self.long.len() == MAX_LONG {
            self.long.clear();
        }
        self.long.insert(sql.to_owned());
    }
}

/// Whether a statement that does this leaves the connection, and the database, as they were.
fn reads(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Select
        | AuthAction::Read { .. }
        | AuthAction::Function { .. }
        | AuthAction::Recursive => true,
        // An index of texts asks for it, and nobody can set it.
        AuthAction::Pragma { pragma_name, .. } => *pragma_name == "data_version",
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
