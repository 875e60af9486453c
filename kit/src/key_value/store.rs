//! A store of Spin's.

use spin_sdk::key_value;

use super::{KeyValue, KeyValueError};

/// How many keys are taken from the runtime at once.
const KEYS_AT_ONCE: usize = 256;

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

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), KeyValueError> {
        Ok(self.0.set(key, value).await?)
    }

    async fn delete(&self, key: &str) -> Result<(), KeyValueError> {
        Ok(self.0.delete(key).await?)
    }

    async fn exists(&self, key: &str) -> Result<bool, KeyValueError> {
        Ok(self.0.exists(key).await?)
    }

    async fn keys(&self, mut each: impl FnMut(String) + Send) -> Result<(), KeyValueError> {
        let (mut keys, result) = self.0.get_keys().await.into_inner();
        // Nothing but this is waited for until the end: the stream holds the store.
        loop {
            let (_, some) = keys.read(Vec::with_capacity(KEYS_AT_ONCE)).await;
            if some.is_empty() {
                break;
            }
            some.into_iter().for_each(&mut each);
        }
        // Only now it is known whether these were all.
        Ok(result.await?)
    }
}
