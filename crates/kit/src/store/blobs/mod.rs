//! Bytes of any length in a key-value store, in chunks (feature `key-value`).
//!
//! A blob is chunks of [`CHUNK_BYTES`] below a random id. Writing and reading take room for a chunk or two,
//! however long it is. A store says of no blob whether it is whole, whose it is, or that it is there at all:
//! that is for a row in a database, which has to be there before the first chunk is written. The row says how
//! many chunks there may be, so that whatever ends a request, a later one finds them by it and deletes them
//! ([`Blobs::delete`]).
//!
//! | key | value |
//! |---|---|
//! | `blob/ID/INDEX` | some of its bytes |

mod read;
#[cfg(test)]
mod tests;
mod write;

use std::{ops::Range, sync::Arc};

#[cfg(test)]
use crate::error::Error;
use crate::{error::Result, store::key_value::KeyValue};

pub use self::{
    read::Blob,
    write::{Writer, Written},
};

/// How many bytes a chunk has. Akamai's stores take values up to 1 MB.
pub const CHUNK_BYTES: usize = 512 * 1024;

/// The blobs of a store.
#[derive(Debug)]
pub struct Blobs<S> {
    store: Arc<S>,
    chunk_bytes: usize,
}

// Derived, it would ask for a store that can be cloned.
impl<S> Clone for Blobs<S> {
    fn clone(&self) -> Self {
        let store = Arc::clone(&self.store);
        Self { store, ..*self }
    }
}

impl<S: KeyValue> Blobs<S> {
    /// Those of a store.
    pub fn new(store: S) -> Self {
        Self::with_chunks(store, CHUNK_BYTES)
    }

    /// Those of a store, with chunks of another length: small ones make quick tests.
    ///
    /// # Panics
    /// Where `chunk_bytes` is 0.
    pub fn with_chunks(store: S, chunk_bytes: usize) -> Self {
        assert!(chunk_bytes > 0, "a chunk has bytes");
        let store = Arc::new(store);
        Self { store, chunk_bytes }
    }

    /// Deletes some chunks of a blob, by their places; it is no error that some are not there.
    ///
    /// # Errors
    /// Those of the store; some chunks may be gone then.
    pub async fn delete(&self, id: &str, chunks: Range<u32>) -> Result<()> {
        for index in chunks {
            self.store.delete(&key(id, index)).await?;
        }
        Ok(())
    }
}

fn key(id: &str, index: u32) -> String {
    format!("blob/{id}/{index:05}")
}
