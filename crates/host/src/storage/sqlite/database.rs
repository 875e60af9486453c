//! The databases of an application, and how a connection to one is opened.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use rusqlite::ErrorCode;

use super::{
    error::{Error, io},
    idle::Idle,
    open::Open,
    threads::Threads,
    turns::Turns,
};
use crate::{
    load::runtime_config::{RuntimeConfig, SqliteDatabase},
    storage::{
        by_label::{ByLabel, Storage},
        file::DatabaseFile,
    },
};

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
    idle: Arc<Idle>,
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
            idle: Arc::default(),
        }
    }

    fn file(&self) -> &DatabaseFile {
        &self.file
    }

    fn check(&self) -> anyhow::Result<()> {
        self.file
            .create_folder()
            .context("its folder cannot be created")?;
        let Open { connection, .. } = self.connect()?;
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

    /// A connection that is open already, if there is one that can be used.
    pub(super) fn idle_connection(&self) -> Option<Open> {
        self.idle.take(&self.file)
    }

    /// Takes a connection back, for the next guest or to close it.
    pub(super) fn take_back(&self, open: Open) {
        self.idle.give(open);
    }

    /// A new connection, as Spin opens it.
    ///
    /// # Errors
    ///
    /// A file that cannot be made or opened.
    pub(super) fn open(&self) -> Result<Open, Error> {
        // The folder is there, unless somebody removed it since the start.
        let connected = self
            .connect()
            .or_else(|error| match self.file.create_folder() {
                Ok(()) => self.connect(),
                Err(_) => Err(error),
            });
        connected.map_err(io)
    }

    fn connect(&self) -> rusqlite::Result<Open> {
        Open::new(&self.file, self.allow_attach_file)
    }
}
