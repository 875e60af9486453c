//! Reading a blob.

use std::{fmt, ops::Range, sync::Arc};

use bytes::Bytes;
use futures::stream::{self, Stream};

use super::{Blobs, key};
use crate::{
    error::{Error, Result},
    store::key_value::KeyValue,
};

/// What has to be known of a blob to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Below which id its chunks are.
    pub id: String,
    /// How many bytes it has.
    pub size: u64,
    /// How many bytes each of its chunks has, except the last one.
    pub chunk_bytes: u64,
}

/// What is left to read of a blob.
struct Reader<S> {
    store: Arc<S>,
    blob: Blob,
    left: Range<u64>,
}

impl<S: KeyValue> Blobs<S> {
    /// The bytes of a range of a blob, a chunk at a time.
    ///
    /// Where a chunk is missing or is not what was written, the stream ends with an error, never short with
    /// success.
    pub fn read(
        &self,
        blob: Blob,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes>> + Send + use<S> {
        let reader = Reader {
            store: Arc::clone(&self.store),
            blob,
            left: range,
        };
        stream::try_unfold(reader, |mut reader| async move {
            let next = reader.next().await?;
            Ok(next.map(|bytes| (bytes, reader)))
        })
    }
}

impl<S: KeyValue> Reader<S> {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let Blob {
            id,
            size,
            chunk_bytes,
        } = &self.blob;
        let index = self.left.start.checked_div(*chunk_bytes);
        let index = index.ok_or_else(|| broken("chunks of no bytes"))?;
        let start = index * chunk_bytes;
        let end = size.min(&(start + chunk_bytes)).to_owned();
        let key = key(id, u32::try_from(index).map_err(broken)?);
        let chunk = self.store.get(&key).await?.map(Bytes::from);
        let chunk = chunk.ok_or_else(|| broken(format!("{key} is missing")))?;
        if chunk.len() as u64 != end.saturating_sub(start) {
            return Err(broken(format!("{key} has {} bytes", chunk.len())));
        }
        // Both lie within the chunk, whose length fits.
        let from = (self.left.start - start) as usize;
        let to = (self.left.end.min(end) - start) as usize;
        if from >= to {
            return Err(broken(format!("the blob {id} ends at {size}")));
        }
        self.left.start = start + to as u64;
        Ok(Some(chunk.slice(from..to)))
    }
}

fn broken(what: impl fmt::Display) -> Error {
    Error::internal(format!("the store does not hold what was written: {what}"))
}
