//! A database of Spin's.

use spin_sdk::sqlite;

use super::{Database, DbError, Rows, Value};

/// How often a statement is tried while the database is locked. Spin waits 5 s for the lock each
/// time, so a request gives up after 20 s, before its own limit of 30 s.
pub const MAX_ATTEMPTS: usize = 4;

/// A connection to a database that `spin.toml` grants with `sqlite_databases`.
///
/// Open one for a request and drop it with the request. Statements of one connection wait for one another.
pub struct Connection(sqlite::Connection);

impl Connection {
    /// Opens the database `default`.
    ///
    /// # Errors
    /// [`DbError::Denied`] where the component is not granted it.
    pub async fn open_default() -> Result<Self, DbError> {
        Ok(Self(sqlite::Connection::open_default().await?))
    }

    async fn attempt(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        let mut result = self.0.execute(statement, parameters).await?;
        let columns = result.columns().to_vec();
        let mut rows = Vec::new();
        while let Some(row) = result.next().await {
            rows.push(row.values);
        }
        // Only now it is known whether these were all, and whether a change was kept.
        result.result().await?;
        Ok(Rows::new(columns, rows))
    }
}

impl Database for Connection {
    /// See [`Database::execute`]. A statement that finds the database locked has changed nothing and
    /// is tried again, up to [`MAX_ATTEMPTS`] times.
    async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        for _ in 1..MAX_ATTEMPTS {
            match self.attempt(statement, parameters.clone()).await {
                Err(DbError::Locked) => {}
                done => return done,
            }
        }
        self.attempt(statement, parameters).await
    }
}
