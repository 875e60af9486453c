//! What is in a key-value store of an application under test.

use rusqlite::{Connection, OptionalExtension as _};

/// A key-value store of an application under test, read and written past it.
pub struct TestStore {
    connection: Connection,
    label: String,
}

impl TestStore {
    pub(super) fn new(connection: Connection, label: &str) -> anyhow::Result<Self> {
        crate::storage::key_value::create_table(&connection)?;
        Ok(Self {
            connection,
            label: label.to_owned(),
        })
    }

    /// The value of a key, where there is one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let sql = "SELECT value FROM spin_key_value WHERE store = ? AND key = ?";
        let value = self
            .connection
            .query_row(sql, [self.label.as_str(), key], |row| row.get(0));
        Ok(value.optional()?)
    }

    /// All keys, in order.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn keys(&self) -> anyhow::Result<Vec<String>> {
        let sql = "SELECT key FROM spin_key_value WHERE store = ? ORDER BY key";
        let mut statement = self.connection.prepare(sql)?;
        let keys = statement.query_map([&self.label], |row| row.get(0))?;
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// Sets a key to a value.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn set(&self, key: &str, value: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let sql = "INSERT OR REPLACE INTO spin_key_value (store, key, value) VALUES (?, ?, ?)";
        self.connection
            .execute(sql, (&self.label, key, value.as_ref()))?;
        Ok(())
    }

    /// Deletes a key; it is no error that there is none.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn delete(&self, key: &str) -> anyhow::Result<()> {
        let sql = "DELETE FROM spin_key_value WHERE store = ? AND key = ?";
        self.connection.execute(sql, [self.label.as_str(), key])?;
        Ok(())
    }
}
