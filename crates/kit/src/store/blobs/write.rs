//! Writing a blob.

use bytes::{Buf, Bytes};
use formats::hex;
use sha2::{Digest, Sha256};

use super::{Blobs, key};
use crate::{
    error::{Error, Result},
    store::key_value::KeyValue,
};

/// A blob that is being written. One that is dropped leaves its chunks behind.
///
/// # Example
/// ```
/// use bytes::Bytes;
/// use kit::{Result, blobs::{Blobs, Written}, key_value::KeyValue};
///
/// async fn keep<S: KeyValue>(blobs: &Blobs<S>, mut bytes: Bytes) -> Result<Written> {
///     let mut writer = blobs.create()?;
///     // Here a row is written that has `writer.id()`.
///     while writer.fill(&mut bytes) {
///         // Here the row learns that there are `writer.chunks() + 1` chunks.
///         writer.flush().await?;
///     }
///     if writer.has_rest() {
///         writer.flush().await?;
///     }
///     Ok(writer.finish())
/// }
/// ```
pub struct Writer<S> {
    blobs: Blobs<S>,
    id: String,
    /// What is not in a chunk yet.
    buffer: Vec<u8>,
    chunks: u32,
    size: u64,
    hash: Sha256,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// How many bytes there are.
    pub size: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
    /// How many chunks they are in.
    pub chunks: u32,
    /// How many bytes each of these has, except the last one.
    pub chunk_bytes: u64,
}

impl<S: KeyValue> Blobs<S> {
    /// Begins a blob. Nothing is written before [`Writer::flush`].
    ///
    /// # Errors
    /// 500 where the host has nothing random for its id.
    pub fn create(&self) -> Result<Writer<S>> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Writer {
            blobs: self.clone(),
            id: hex(&id),
            buffer: Vec::new(),
            chunks: 0,
            size: 0,
            hash: Sha256::new(),
        })
    }
}

impl<S: KeyValue> Writer<S> {
    /// Below which id its chunks are.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How many chunks there may be: those that were written, and one whose writing failed.
    pub fn chunks(&self) -> u32 {
        self.chunks
    }

    /// Takes bytes until they are all taken or a chunk is full, and says whether one is.
    pub fn fill(&mut self, bytes: &mut Bytes) -> bool {
        let room = self.blobs.chunk_bytes - self.buffer.len();
        let taken = bytes.split_to(room.min(bytes.remaining()));
        self.buffer
            .reserve_exact(self.blobs.chunk_bytes - self.buffer.len());
        self.buffer.extend_from_slice(&taken);
        self.hash.update(&taken);
        self.size += taken.len() as u64;
        self.is_full()
    }

    /// Whether there is something to flush at the end.
    pub fn has_rest(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Writes a chunk with what was taken and is in none yet.
    ///
    /// # Errors
    /// Those of the store. The chunk may be there all the same.
    pub async fn flush(&mut self) -> Result<()> {
        let key = key(&self.id, self.chunks);
        self.chunks = self
            .chunks
            .checked_add(1)
            .ok_or_else(|| Error::too_much("file-too-large", "the file has too many chunks"))?;
        let chunk = std::mem::take(&mut self.buffer);
        Ok(self.blobs.store.set(&key, chunk).await?)
    }

    /// What there is, once all is flushed.
    pub fn finish(&self) -> Written {
        Written {
            size: self.size,
            sha256: hex(&self.hash.clone().finalize()),
            chunks: self.chunks,
            chunk_bytes: self.blobs.chunk_bytes as u64,
        }
    }

    fn is_full(&self) -> bool {
        self.buffer.len() == self.blobs.chunk_bytes
    }
}
