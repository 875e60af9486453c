//! A store of Spin's.

use spin_sdk::key_value;

use super::{KeyValue, KeyValueError};

/// A store that `spin.toml` grants with `key_value_stores`.
pub struct Store(key_value::Store);

impl Store {
    /// Opens the store `default`.
    ///
    /// # Errors
    /// [`KeyValueError::Denied`] where the component is not granted it.
    pub async fn open_default() -> Result<Self, KeyValueError> {
        Ok(Self(key_value::Store::open_default().await?))
    }
}

impl KeyValue for Store {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, KeyValueError> {
        Ok(self.0.get(key).await?)
    }

    async fn set(&self, key: &str, value: Vec<u8>) -> Result<(), KeyValueError> {
        Ok(self.0.set(key, value).await?)
    }

    async fn delete(&self, key: &str) -> Result<(), KeyValueError> {
        Ok(self.0.delete(key).await?)
    }
}
