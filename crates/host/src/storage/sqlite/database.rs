//! The databases of an application, and how a connection to one is opened.

use std::{
    collections::BTreeMap,
    fs,
    path::{self, Path},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use rusqlite::{
    Connection, ErrorCode,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
};

use super::{io, threads::Threads, turns::Turns, values::MAX_RESULT_BYTES};
use crate::{
    load::runtime_config::{RuntimeConfig, SqliteDatabase},
    run::bindings::spin::sqlite::sqlite::Error,
    storage::by_label::{self, DEFAULT},
};

/// The file of the default database in the state folder, as under Spin.
const DEFAULT_FILE: &str = "sqlite_db.db";

/// Settings that hold for the whole process: with them a component could take the
/// memory or the temporary files of all others. Spin does not refuse them.
const PRAGMAS_OF_THE_PROCESS: [&str; 4] = [
    "data_store_directory",
    "hard_heap_limit",
    "soft_heap_limit",
    "temp_store_directory",
];

/// Databases by label: those of an application, or those that a component was granted.
#[derive(Clone)]
pub(crate) struct Databases {
    by_label: BTreeMap<String, Arc<Database>>,
    pub(super) threads: Threads,
}

/// One database.
pub(super) struct Database {
    config: SqliteDatabase,
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
        let mut configured = config.sqlite_databases.clone();
        if !configured.contains_key(DEFAULT) {
            // A path that is not absolute could be taken for a `file:` URI.
            let folder = state_dir.map(path::absolute).transpose()?;
            let default = SqliteDatabase {
                path: folder.map(|folder| folder.join(DEFAULT_FILE)),
                allow_attach_file: false,
            };
            configured.insert(DEFAULT.to_owned(), default);
        }
        let by_label = configured.into_iter();
        Ok(Self {
            by_label: by_label
                .map(|(label, config)| (label, Arc::new(Database::new(config))))
                .collect(),
            threads: Threads::default(),
        })
    }

    /// Those of some labels.
    ///
    /// # Errors
    ///
    /// The labels that stand for no database.
    pub(crate) fn granted(&self, labels: &[String]) -> Result<Self, Vec<String>> {
        let by_label = by_label::granted(&self.by_label, labels)?;
        let threads = self.threads.clone();
        Ok(Self { by_label, threads })
    }

    /// The database behind a label.
    pub(super) fn get(&self, label: &str) -> Option<&Arc<Database>> {
        self.by_label.get(label)
    }

    /// The file of the default database; `None` where it is in memory.
    pub(crate) fn default_path(&self) -> Option<&Path> {
        self.get(DEFAULT)?.config.path.as_deref()
    }

    /// Opens each once, so that what is wrong is known before anybody asks.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened or written, or is no database.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        self.by_label.iter().try_for_each(|(label, database)| {
            let what = || format!("the SQLite database {label}, {}", database.place());
            database.check().with_context(what)
        })
    }

    /// The labels of those that are in no file. As under Spin, each connection to one has a database of its
    /// own then.
    pub(crate) fn in_memory(&self) -> impl Iterator<Item = &str> {
        let labels = self.by_label.iter();
        labels.filter_map(|(label, database)| {
            database.config.path.is_none().then_some(label.as_str())
        })
    }
}

impl Database {
    pub(super) fn new(config: SqliteDatabase) -> Self {
        let turns = config.path.is_some().then(Arc::default);
        Self { config, turns }
    }

    /// The queue at it, where it is shared.
    pub(super) fn turns(&self) -> Option<&Arc<Turns>> {
        self.turns.as_ref()
    }

    /// A new connection, as Spin opens it: the rollback journal, and a busy timeout
    /// of 5 s, which is the default of `rusqlite`.
    ///
    /// # Errors
    ///
    /// A file that cannot be made or opened.
    pub(super) fn open(&self) -> Result<Connection, Error> {
        self.create_folder().map_err(io)?;
        self.connect().map_err(io)
    }

    fn create_folder(&self) -> std::io::Result<()> {
        let folder = self.config.path.as_deref().and_then(Path::parent);
        folder.map_or(Ok(()), fs::create_dir_all)
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let mut connection = match &self.config.path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        let allow_attach_file = self.config.allow_attach_file;
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            authorize(&context, allow_attach_file)
        }))?;
        // Nothing larger can reach a guest, and SQLite would take a gigabyte for it.
        let limit = i32::try_from(MAX_RESULT_BYTES).unwrap_or(i32::MAX);
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, limit)?;
        Ok(connection)
    }

    fn check(&self) -> anyhow::Result<()> {
        self.create_folder().context("its folder cannot be made")?;
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

    /// Where it is, for messages.
    pub(super) fn place(&self) -> String {
        match &self.config.path {
            Some(path) => path.display().to_string(),
            None => "in memory".to_owned(),
        }
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
