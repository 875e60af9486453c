//! A key-value store, through Spin's API (feature `key-value`).
//!
//! Spin's stores have no transaction, no compare-and-swap and no expiry. Listing the keys is not offered: it
//! costs as much as there are keys, and on Spin any other call of the instance meanwhile hangs it for good. So
//! what is in the store has to be known from elsewhere, as from a row in a database: see [`blobs`](crate::blobs).
//!
//! Functions take any [`KeyValue`], so that their tests run natively on [`TestStore`] (feature `testing`).
//!
//! # Example
//! ```no_run
//! use kit::{Result, key_value::{KeyValue, Store}};
//!
//! async fn greeting() -> Result<String> {
//!     let store = Store::open_default().await?;
//!     let value = store.get("greeting").await?;
//!     Ok(String::from_utf8_lossy(&value.unwrap_or_default()).into_owned())
//! }
//! ```

mod error;
mod store;
#[cfg(feature = "testing")]
mod testing;

use std::future::Future;

#[cfg(feature = "testing")]
pub use self::testing::{Fault, TestStore};
pub use self::{error::KeyValueError, store::Store};

/// Whatever keeps values by their keys.
///
/// Each call is done as a whole or not at all, and what is set is there for every call that begins after
/// that; a call that failed may have been done all the same.
pub trait KeyValue: Send + Sync + 'static {
    /// The value of a key, where there is one.
    ///
    /// # Errors
    /// See [`KeyValueError`].
    fn get(&self, key: &str)
    -> impl Future<Output = Result<Option<Vec<u8>>, KeyValueError>> + Send;

    /// Sets a key to a value.
    ///
    /// # Errors
    /// See [`KeyValueError`].
    fn set(
        &self,
        key: &str,
        value: Vec<u8>,
    ) -> impl Future<Output = Result<(), KeyValueError>> + Send;

    /// Deletes a key; it is no error that there is none.
    ///
    /// # Errors
    /// See [`KeyValueError`].
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), KeyValueError>> + Send;
}
