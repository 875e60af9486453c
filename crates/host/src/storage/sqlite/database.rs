//! The databases of an application, and how a connection to one is opened.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use rusqlite::{
    Connection, ErrorCode,
    hooks::{AuthAction, AuthContext, Authorization},
};

use super::{
    error::{Error, io},
    threads::Threads,
    turns::Turns,
    values::MAX_RESULT_BYTES,
};
use crate::{
    load::runtime_config::{RuntimeConfig, SqliteDatabase},
    storage::{
        by_label::{ByLabel, Storage},
        file::DatabaseFile,
    },
};

/// Statements that a connection keeps prepared.
const KEPT_STATEMENTS: usize = 64;

/// Settings that hold for the whole process: with them a component could take the
/// memory or the temporary files of all others. Spin does not refuse them.
const PRAGMAS_OF_THE_PROCESS: [&str; 4] = [
    "data_store_directory",
    "hard_heap_limit",
    "soft_heap_limit",
    "temp_store_directory",
];

/// Databases by label, and the threads that their statements run on.
#[derive(Clone)]
pub(crate) struct Databases {
    by_label: ByLabel<Database>,
    pub(super) threads: Threads,
}

/// One database.
pub(crate) struct Database {
    file: DatabaseFile,
    allow_attach_file: bool,
    /// None in memory, where each connection has a database of its own.
    turns: Option<Arc<Turns>>,
}

impl Databases {
    /// The databases that a runtime configuration describes, and the default one.
    ///
    /// # Errors
    ///
    /// There is no current folder.
    pub(crate) fn new(config: &RuntimeConfig, state_dir: Option<&Path>) -> anyhow::Result<Self> {
        Ok(Self {
            by_label: ByLabel::new(&config.sqlite_databases, state_dir)?,
            threads: Threads::default(),
        })
    }

    /// Those of some labels.
    ///
    /// # Errors
    ///
    /// The labels that stand for no database.
    pub(crate) fn granted(&self, labels: &[String]) -> Result<Self, Vec<String>> {
        let by_label = self.by_label.granted(labels)?;
        let threads = self.threads.clone();
        Ok(Self { by_label, threads })
    }

    /// The databases themselves.
    pub(crate) fn by_label(&self) -> &ByLabel<Database> {
        &self.by_label
    }
}

impl Storage for Database {
    type Config = SqliteDatabase;

    const NAME: &str = "SQLite database";
    const DEFAULT_FILE: &str = "sqlite_db.db";

    fn config(path: Option<PathBuf>) -> SqliteDatabase {
        SqliteDatabase {
            path,
            allow_attach_file: false,
        }
    }

    fn new(_label: &str, config: SqliteDatabase) -> Self {
        Self {
            turns: config.path.is_some().then(Arc::default),
            file: DatabaseFile::new(config.path),
            allow_attach_file: config.allow_attach_file,
        }
    }

    fn file(&self) -> &DatabaseFile {
        &self.file
    }

    fn check(&self) -> anyhow::Result<()> {
        self.file
            .create_folder()
            .context("its folder cannot be created")?;
        let connection = self.connect()?;
        // SQLite looks into the file only now.
        match connection.query_row("PRAGMA schema_version", [], |_| Ok(())) {
            // Another program is at it: that passes.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            looked => looked?,
        }
        if connection.is_readonly("main")? {
            bail!("it cannot be written");
        }
        Ok(())
    }
}

impl Database {
    /// The queue at it, where it is shared.
    pub(super) fn turns(&self) -> Option<&Arc<Turns>> {
        self.turns.as_ref()
    }

    /// A new connection, as Spin opens it.
    ///
    /// # Errors
    ///
    /// A file that cannot be made or opened.
    pub(super) fn open(&self) -> Result<Connection, Error> {
        // The folder is there, unless somebody removed it since the start.
        let connected = self
            .connect()
            .or_else(|error| match self.file.create_folder() {
                Ok(()) => self.connect(),
                Err(_) => Err(error),
            });
        connected.map_err(io)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let mut connection = self.file.connect(MAX_RESULT_BYTES)?;
        connection.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
        let allow_attach_file = self.allow_attach_file;
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            authorize(&context, allow_attach_file)
        }))?;
        Ok(connection)
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
