//! For native tests: a database, and what migrations have to bear.

mod check_migrations;

use std::path::Path;

use rusqlite::types::{Value as Native, ValueRef};

use super::{Database, DbError, Rows, Value};

pub use self::check_migrations::check_migrations;

/// SQLite itself, where a test would otherwise need a runtime. The same bindings that the host
/// uses, so a statement means the same.
pub struct TestDatabase(rusqlite::Connection);

impl TestDatabase {
    /// An empty database in memory.
    ///
    /// # Panics
    /// Where memory is exhausted.
    #[allow(
        clippy::expect_used,
        reason = "it is for tests, which end by panicking"
    )]
    pub fn in_memory() -> Self {
        Self(rusqlite::Connection::open_in_memory().expect("memory can be opened"))
    }

    /// A database in a file, which is made where it is missing. It does not wait for locks.
    ///
    /// # Errors
    /// Those of opening the file.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        let connection = rusqlite::Connection::open(path).map_err(to_error)?;
        connection
            .busy_timeout(std::time::Duration::ZERO)
            .map_err(to_error)?;
        Ok(Self(connection))
    }
}

impl Database for TestDatabase {
    async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        let parameters = parameters.into_iter().map(|value| match value {
            Value::Null => Native::Null,
            Value::Integer(integer) => Native::Integer(integer),
            Value::Real(float) => Native::Real(float),
            Value::Text(text) => Native::Text(text),
            Value::Blob(bytes) => Native::Blob(bytes),
        });
        let mut prepared = self.0.prepare(statement).map_err(to_error)?;
        let columns: Vec<String> = prepared.column_names().map(str::to_owned).collect();
        let width = columns.len();
        let rows = prepared
            .query_map(rusqlite::params_from_iter(parameters), |row| {
                (0..width)
                    .map(|index| row.get_ref(index).map(to_value))
                    .collect()
            })
            .and_then(Iterator::collect)
            .map_err(to_error)?;
        Ok(Rows::new(columns, rows))
    }
}

fn to_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(float) => Value::Real(float),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::blob(bytes),
    }
}

fn to_error(error: rusqlite::Error) -> DbError {
    DbError::from_message(error.to_string())
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::store::db::params;

    #[test]
    fn values_come_back_as_they_went_in() {
        let values = params![i64::MIN, -0.5, "唤\0醒", vec![0_u8, 255], None::<i64>];
        let rows = block_on(
            TestDatabase::in_memory()
                .execute("SELECT ? AS a, ? AS b, ? AS c, ? AS d, ? AS e", values),
        )
        .unwrap();
        let row = rows.one().unwrap();
        assert_eq!(row.get("a"), Ok(i64::MIN));
        assert_eq!(row.get("b"), Ok(-0.5));
        assert_eq!(row.get("c"), Ok("唤\0醒"));
        assert_eq!(row.get("d"), Ok(&[0, 255][..]));
        assert_eq!(row.get("e"), Ok(None::<i64>));
    }

    #[test]
    fn a_lock_that_another_holds_is_an_error_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let (one, other) = (
            TestDatabase::open(&path).unwrap(),
            TestDatabase::open(&path).unwrap(),
        );
        block_on(one.execute("CREATE TABLE t (a)", params![])).unwrap();
        block_on(one.execute("BEGIN IMMEDIATE", params![])).unwrap();
        let insert = "INSERT INTO t VALUES (1)";
        assert_eq!(
            block_on(other.execute(insert, params![])).unwrap_err(),
            DbError::Locked
        );
        block_on(one.execute("COMMIT", params![])).unwrap();
        block_on(other.execute(insert, params![])).unwrap();
    }
}
