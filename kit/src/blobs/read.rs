//! Reading a file.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures::stream::{self, Stream};

use super::{Blobs, Manifest, broken, keys::Key};
use crate::{error::Result, key_value::KeyValue};

/// What is left to read of a file.
struct Reader<S> {
    store: Arc<S>,
    file: Manifest,
    left: Range<u64>,
}

impl<S: KeyValue> Blobs<S> {
    /// The bytes of a range of a file, a chunk at a time. The file is the one of the manifest, whatever became
    /// of its name since.
    ///
    /// Where a chunk is missing or is not what was written, the stream ends with an error, never short with
    /// success.
    pub fn read(
        &self,
        file: Manifest,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes>> + Send + use<S> {
        let store = Arc::clone(&self.store);
        let reader = Reader {
            store,
            file,
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
        let Manifest {
            name,
            id,
            size,
            chunk_bytes,
            ..
        } = &self.file;
        let index = self.left.start / chunk_bytes;
        let start = index * chunk_bytes;
        let end = size.min(&(start + chunk_bytes)).to_owned();
        let key = Key::Chunk(name, id, u32::try_from(index).map_err(broken)?).to_string();
        let chunk = self.store.get(&key).await?.map(Bytes::from);
        let chunk = chunk.ok_or_else(|| broken(format!("{key} is missing")))?;
        if chunk.len() as u64 != end - start {
            return Err(broken(format!("{key} has {} bytes", chunk.len())));
        }
        // Both lie within the chunk, whose length fits.
        let from = (self.left.start - start) as usize;
        let to = (self.left.end.min(end) - start) as usize;
        if from >= to {
            return Err(broken(format!("{name} ends at {size}")));
        }
        self.left.start = start + to as u64;
        Ok(Some(chunk.slice(from..to)))
    }
}
