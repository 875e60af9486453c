//! A database of Spin's.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use spin_sdk::{sqlite, wit_bindgen::StreamResult};

use super::{
    Database, DbError, Migration, Rows, Value,
    lent::{Lent, Open},
    migrate,
    pool::Pool,
};

#[cfg(doc)]
use super::{MAX_ATTEMPTS, MAX_IDLE_CONNECTIONS, MAX_REPEATED_BYTES};

/// Rows that are read at once, at most. To ask for each of them takes longer than to read it.
const ROWS_AT_ONCE: usize = 128;

/// A connection to the database that `spin.toml` grants with `sqlite_databases = ["default"]`.
///
/// Open one for a request, use it for all that the request does, and drop it with the request: the instance keeps
/// up to [`MAX_IDLE_CONNECTIONS`] of them open for later ones. Nobody else has it meanwhile, unless it is released
/// ([`Database::release`]). It has to be given back as it was: one with other settings, or in a transaction, is to
/// be retired ([`Database::retire`]).
pub struct Connection(Lent<sqlite::Connection>);

impl Connection {
    /// Opens the database `default`, and brings it to the form that these migrations give it. They are looked
    /// at once in an instance: nobody takes one back.
    ///
    /// # Errors
    /// [`DbError::Denied`] where the component is not granted it; those of the migrations.
    pub async fn open(migrations: &'static [Migration]) -> Result<Self, DbError> {
        static APPLIED: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
        let applied = || APPLIED.lock().unwrap_or_else(PoisonError::into_inner);
        let db = Self(Lent::take().await?);
        let names = || migrations.iter().map(|migration| migration.name);
        let is_done = {
            let applied = applied();
            names().all(|name| applied.contains(name))
        };
        if !is_done {
            migrate(&db, migrations).await?;
            applied().extend(names());
        }
        Ok(db)
    }
}

impl Database for Connection {
    /// See [`Database::execute`]. A statement that finds the database locked has changed nothing and
    /// is tried again, up to [`MAX_ATTEMPTS`] times; one with more than [`MAX_REPEATED_BYTES`] of parameters
    /// is not, as they would be in memory twice. Where the other side has given the connection up, as libSQL
    /// does after 10 s, the statement runs on another one.
    async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        self.0.execute(statement, parameters).await
    }

    fn release(&self) {
        self.0.release();
    }

    fn retire(&self) {
        self.0.retire();
    }
}

impl Open for sqlite::Connection {
    fn pool() -> &'static Pool<Self> {
        static POOL: Pool<sqlite::Connection> = Pool::new();
        &POOL
    }

    async fn open() -> Result<Self, DbError> {
        Ok(Self::open_default().await?)
    }

    async fn run(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        let result = self.execute(statement, parameters).await?;
        let (columns, mut stream, end) = result.into_inner();
        let mut rows = Vec::new();
        loop {
            let (status, read) = stream.read(Vec::with_capacity(ROWS_AT_ONCE)).await;
            rows.extend(read.into_iter().map(|row| row.values));
            if !matches!(status, StreamResult::Complete(_)) {
                break;
            }
        }
        // Only now it is known whether these were all, and whether a change was kept.
        end.await?;
        Ok(Rows::new(columns, rows))
    }
}
