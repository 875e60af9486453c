//! Writing a file.

use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::{
    Blobs, Manifest, NewFile, keys,
    keys::Key,
    usage::{Usage, millis},
};
use crate::{
    error::{Error, Result},
    key_value::KeyValue,
};

/// How often an upload is noted as in use, at most.
const LEAST_BETWEEN_NOTES: Duration = Duration::from_millis(250);

/// A file on its way in. Nobody sees it before [`Self::finish`].
///
/// One that is dropped leaves chunks behind for a clean-up; [`Self::abort`] leaves none.
pub struct Upload<S> {
    blobs: Blobs<S>,
    name: String,
    id: String,
    /// What is not in a chunk yet.
    buffer: Vec<u8>,
    chunks: u32,
    size: u64,
    hash: Sha256,
    /// When it was last noted as in use.
    noted: Option<SystemTime>,
}

impl<S: KeyValue> Blobs<S> {
    /// Begins a file of this name. Nothing is written before there is a chunk.
    ///
    /// # Errors
    /// 500 where no file can have that name.
    pub fn begin(&self, name: &str) -> Result<Upload<S>> {
        if !keys::is_name(name) {
            return Err(Error::internal(format!("no file can be called {name:?}")));
        }
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Upload {
            blobs: self.clone(),
            name: name.to_owned(),
            id: hex(&id),
            buffer: Vec::new(),
            chunks: 0,
            size: 0,
            hash: Sha256::new(),
            noted: None,
        })
    }
}

impl<S: KeyValue> Upload<S> {
    /// Adds bytes to the file.
    ///
    /// # Errors
    /// Those of the store. The upload is to be given up then.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        let chunk_bytes = self.blobs.chunk_bytes;
        self.buffer.reserve_exact(chunk_bytes - self.buffer.len());
        while self.buffer.len() + bytes.len() >= chunk_bytes {
            let (now, later) = bytes.split_at(chunk_bytes - self.buffer.len());
            self.buffer.extend_from_slice(now);
            bytes = later;
            self.flush().await?;
        }
        self.buffer.extend_from_slice(bytes);
        if self.chunks > 0 {
            self.note().await?;
        }
        Ok(())
    }

    /// Publishes the file under its name, in the place of one that is there. `describe` is given that one and
    /// says what is to be known of the new one, or refuses to replace it. A reader of the old one can read it
    /// to its end.
    ///
    /// # Errors
    /// That of `describe`; 503 where the upload stood still for so long that it was cleaned up; 413 where what
    /// is said about the file is too large; those of the store. The file that was there is as it was then,
    /// but for an error of the store at the very end, which may come after the deed.
    pub async fn finish(
        mut self,
        describe: impl FnOnce(Option<&Manifest>) -> Result<NewFile>,
    ) -> Result<Manifest> {
        match self.prepare(describe).await {
            Ok((manifest, bytes)) => self.publish(manifest, &bytes).await,
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }

    /// Gives the file up and deletes its chunks. What cannot be deleted is left for a clean-up.
    pub async fn abort(self) {
        let (name, id) = (&*self.name, &*self.id);
        if self.noted.is_none() {
            return;
        }
        let store = &self.blobs.store;
        // The one before might be a chunk that was written though the store said otherwise.
        for index in (0..=self.chunks).rev() {
            let key = Key::Chunk(name, id, index).to_string();
            if store.delete(&key).await.is_err() {
                return;
            }
        }
        // Where this fails, there is nothing but a key left for the clean-up.
        let _ = store.delete(&Key::Use(name, id).to_string()).await;
    }

    /// All but the manifest.
    async fn prepare(
        &mut self,
        describe: impl FnOnce(Option<&Manifest>) -> Result<NewFile>,
    ) -> Result<(Manifest, Vec<u8>)> {
        // A file without bytes has a chunk, too: it is how a clean-up knows of it.
        if self.chunks == 0 || !self.buffer.is_empty() {
            self.flush().await?;
        }
        self.touch(Usage::Publishing).await?;
        self.check_alive().await?;
        let old = self.blobs.find(&self.name).await?;
        let file = describe(old.as_ref())?;
        let manifest = Manifest {
            name: self.name.clone(),
            size: self.size,
            sha256: hex(&std::mem::take(&mut self.hash).finalize()),
            content_type: file.content_type,
            owner: file.owner,
            info: file.info,
            uploaded_at: millis((self.blobs.clock)()),
            id: self.id.clone(),
            chunk_bytes: self.blobs.chunk_bytes as u64,
        };
        let bytes = manifest.write()?;
        if let Some(old) = old {
            self.blobs
                .touch(&self.name, &old.id, Usage::Published)
                .await?;
        }
        Ok((manifest, bytes))
    }

    async fn publish(self, manifest: Manifest, bytes: &[u8]) -> Result<Manifest> {
        let key = Key::File(&self.name).to_string();
        let written = self.blobs.store.set(&key, bytes).await;
        // Where this fails, a clean-up waits for longer than it had to.
        let usage = if written.is_ok() {
            Usage::Published
        } else {
            Usage::Open
        };
        let _ = self.touch(usage).await;
        match written {
            Ok(()) => Ok(manifest),
            // It may have been done all the same. If it was not, the chunks are left for a clean-up, as a
            // store that says so may still be about to do it.
            Err(error) => match self.blobs.find(&self.name).await {
                Ok(Some(found)) if found.id == self.id => Ok(manifest),
                _ => Err(error.into()),
            },
        }
    }

    /// # Errors
    /// 503 where a clean-up took the upload for abandoned. Comes behind the note that it is not.
    async fn check_alive(&self) -> Result<()> {
        let store = &self.blobs.store;
        let (name, id) = (&*self.name, &*self.id);
        let doomed = store.exists(&Key::Doom(name, id).to_string()).await?;
        if !doomed && store.exists(&Key::Chunk(name, id, 0).to_string()).await? {
            return Ok(());
        }
        Err(Error::Unavailable {
            detail: "the upload stood still for so long that it was given up; nothing was kept, \
                so try again"
                .to_owned(),
            retry_after_seconds: 1,
        })
    }

    /// Writes what is there as a chunk.
    async fn flush(&mut self) -> Result<()> {
        // A clean-up deletes at once what was never in use.
        self.note().await?;
        let key = Key::Chunk(&self.name, &self.id, self.chunks).to_string();
        self.blobs.store.set(&key, &self.buffer).await?;
        self.buffer.clear();
        self.chunks = self
            .chunks
            .checked_add(1)
            .ok_or_else(|| Error::TooMuch("the file has too many chunks".to_owned()))?;
        Ok(())
    }

    /// Notes that it is in use, where that was last done some time ago.
    async fn note(&mut self) -> Result<()> {
        let now = (self.blobs.clock)();
        let least = (self.blobs.grace / 4).max(LEAST_BETWEEN_NOTES);
        let is_fresh = |noted| now.duration_since(noted).is_ok_and(|age| age < least);
        if self.noted.is_some_and(is_fresh) {
            return Ok(());
        }
        // Before it is done: a note that failed may be there all the same.
        self.noted = Some(now);
        self.touch(Usage::Open).await
    }

    async fn touch(&self, usage: fn(SystemTime) -> Usage) -> Result<()> {
        self.blobs.touch(&self.name, &self.id, usage).await
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
