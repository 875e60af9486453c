//! A database of Spin's.

use spin_sdk::sqlite;

use super::{Database, DbError, Rows, Value};

/// How often a statement is tried while the database is locked. Spin waits 5 s for the lock each
/// time, so a request gives up after 20 s, before its own limit of 30 s.
pub const MAX_ATTEMPTS: usize = 4;

/// How many bytes of parameters are kept for another attempt.
pub const MAX_REPEATED_BYTES: usize = 1024 * 1024;

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
    /// is tried again, up to [`MAX_ATTEMPTS`] times; one with more than [`MAX_REPEATED_BYTES`] of parameters
    /// is not, as they would be in memory twice.
    async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        let attempts = match bytes_of(&parameters) {
            0..=MAX_REPEATED_BYTES => MAX_ATTEMPTS,
            _ => 1,
        };
        for _ in 1..attempts {
            match self.attempt(statement, parameters.clone()).await {
                Err(DbError::Locked) => {}
                done => return done,
            }
        }
        self.attempt(statement, parameters).await
    }
}

fn bytes_of(parameters: &[Value]) -> usize {
    let bytes = parameters.iter().map(|value| match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        _ => 0,
    });
    bytes.sum()
}
