//! What is in a key-value store, read past the host, as any program can that knows
//! Spin's table.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};

/// The default store of an application with its state in `state`.
pub(crate) fn default_store(state: &Path) -> Connection {
    Connection::open(state.join("sqlite_key_value.db")).unwrap()
}

/// The keys of the default store, in order.
pub(crate) fn keys(state: &Path) -> Vec<String> {
    let store = default_store(state);
    let sql = "SELECT key FROM spin_key_value WHERE store = 'default' ORDER BY key";
    let mut statement = store.prepare(sql).unwrap();
    let keys = statement.query_map([], |row| row.get(0)).unwrap();
    keys.map(Result::unwrap).collect()
}

/// The value of a key in the default store.
pub(crate) fn value(state: &Path, key: &str) -> Option<Vec<u8>> {
    let sql = "SELECT value FROM spin_key_value WHERE store = 'default' AND key = ?";
    let value = default_store(state).query_row(sql, [key], |row| row.get(0));
    value.optional().unwrap()
}
