//! What components keep: SQLite databases and key-value stores, by label.

pub(crate) mod by_label;
pub(crate) mod event_loop;
mod file;
pub(crate) mod key_value;
pub(crate) mod lock;
mod queue;
pub(crate) mod sqlite;
mod stream;
