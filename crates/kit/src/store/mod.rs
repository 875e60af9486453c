//! What outlives a request: a database, and a key-value store with bytes of any length in it.

#[cfg(feature = "key-value")]
pub mod blobs;
#[cfg(feature = "sqlite")]
pub mod db;
#[cfg(feature = "key-value")]
pub mod key_value;
