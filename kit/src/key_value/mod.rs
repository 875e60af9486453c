//! A key-value store, through Spin's API (feature `key-value`).
//!
//! Spin's stores have no transaction, no compare-and-swap and no expiry, and a stream of keys holds the
//! store until it is read to its end. So [`KeyValue::keys`] does nothing else before the end, and what
//! needs more than one key is built so that every order of single calls is right: see [`blobs`](crate::blobs).
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
        value: &[u8],
    ) -> impl Future<Output = Result<(), KeyValueError>> + Send;

    /// Deletes a key; it is no error that there is none.
    ///
    /// # Errors
    /// See [`KeyValueError`].
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), KeyValueError>> + Send;

    /// Whether there is a key.
    ///
    /// # Errors
    /// See [`KeyValueError`].
    fn exists(&self, key: &str) -> impl Future<Output = Result<bool, KeyValueError>> + Send;

    /// Shows all keys to `each`, in any order. A key that is set or deleted meanwhile may be among them or not.
    ///
    /// # Errors
    /// See [`KeyValueError`]. Some keys may have been shown by then.
    fn keys(
        &self,
        each: impl FnMut(String) + Send,
    ) -> impl Future<Output = Result<(), KeyValueError>> + Send;
}
