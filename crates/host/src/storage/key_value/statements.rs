//! What is asked of a store, in SQL.

use anyhow::Context as _;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};

use super::{
    database::{Database, Held, MAX_VALUE_BYTES},
    error::{Error, other},
};
use crate::storage::by_label::Storage as _;

impl Database {
    /// Sets a key before anybody else has the connection.
    ///
    /// # Errors
    ///
    /// It cannot be opened or written.
    pub(super) fn set_up(&self, key: &str, value: &[u8]) -> anyhow::Result<()> {
        self.check()?;
        let connection = self.connection.get().context("it is locked")?;
        let connection = connection.try_lock().context("it is in use already")?;
        Ok(set(&connection, self.label(), key, value)?)
    }
}

impl Held {
    pub(super) fn store(&self) -> &str {
        self.database.label()
    }

    /// The value of a key.
    ///
    /// # Errors
    ///
    /// SQLite's, and a value over [`MAX_VALUE_BYTES`].
    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(other)?;
        let value = statement.query_row([self.store(), key], |row| row.get::<_, Vec<u8>>(0));
        let value = match value.optional() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::TooBig) => {
                return Err(too_large());
            }
            value => value.map_err(other)?,
        };
        let bytes = size_of::<Option<Vec<u8>>>() + value.as_ref().map_or(0, Vec::len);
        if bytes > MAX_VALUE_BYTES {
            return Err(too_large());
        }
        Ok(value)
    }

    /// Whether there is a key. Spin reads its value for it.
    ///
    /// # Errors
    ///
    /// SQLite's.
    pub(super) fn exists(&self, key: &str) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(other)?;
        statement.exists([self.store(), key]).map_err(other)
    }

    /// Hands each key to `take`, until there are no more or it fails.
    ///
    /// # Errors
    ///
    /// SQLite's, and that of `take`.
    pub(super) fn keys(
        &self,
        mut take: impl FnMut(String) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sql = "SELECT key FROM spin_key_value WHERE store = ?1";
        let mut statement = self.connection.prepare_cached(sql).map_err(other)?;
        let mut rows = statement.query([self.store()]).map_err(other)?;
        while let Some(row) = rows.next().map_err(other)? {
            take(row.get(0).map_err(other)?)?;
        }
        Ok(())
    }
}

/// Sets a key of a store to a value.
pub(super) fn set(
    connection: &Connection,
    store: &str,
    key: &str,
    value: &[u8],
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3)
               ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![store, key, value]).map(drop)
}

/// Deletes a key of a store, if there is such a one.
pub(super) fn delete(connection: &Connection, store: &str, key: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute([store, key]).map(drop)
}

/// The error for a value that is too large to be read, in Spin's words.
fn too_large() -> Error {
    Error::Other(format!(
        "query result exceeds limit of {MAX_VALUE_BYTES} bytes"
    ))
}

#[cfg(test)]
mod tests {
    use rusqlite::limits::Limit;

    use super::*;

    fn text(result: Result<impl Sized, Error>) -> String {
        match result {
            Err(Error::Other(text)) => text,
            Err(other) => format!("{other:?}"),
            Ok(_) => "no error".to_owned(),
        }
    }

    #[tokio::test]
    async fn the_largest_value_is_read_and_a_larger_one_is_not_written() {
        let held = Held::of(None).await;
        let most = MAX_VALUE_BYTES - size_of::<Option<Vec<u8>>>();
        let mut value = vec![1; most];
        let set = |value: &[u8]| set(&held.connection, held.store(), "k", value);
        set(&value).unwrap();
        assert_eq!(held.get("k").unwrap().map(|read| read.len()), Some(most));
        value.resize(MAX_VALUE_BYTES, 1);
        let error = text(set(&value).map_err(other));
        assert!(error.contains("TooBig"), "{error}");
        assert_eq!(held.get("k").unwrap().map(|read| read.len()), Some(most));
    }

    #[tokio::test]
    async fn a_larger_value_of_another_program_is_an_error() {
        let held = Held::of(None).await;
        let most = MAX_VALUE_BYTES - size_of::<Option<Vec<u8>>>();
        for bytes in [most + 1, MAX_VALUE_BYTES + 1] {
            let limit = Limit::SQLITE_LIMIT_LENGTH;
            let usual = held.connection.limit(limit).unwrap();
            held.connection.set_limit(limit, i32::MAX).unwrap();
            let insert =
                "INSERT OR REPLACE INTO spin_key_value VALUES ('default', 'k', zeroblob(?))";
            held.connection.execute(insert, [bytes as i64]).unwrap();
            held.connection.set_limit(limit, usual).unwrap();
            let error = text(held.get("k"));
            let want = "query result exceeds limit of 134217728 bytes";
            assert_eq!(error, want, "{bytes}");
            assert!(held.exists("k").unwrap(), "{bytes}");
        }
    }
}
