//! Deleting what nobody needs any more.

use std::collections::BTreeMap;

use super::{
    Blobs,
    keys::Key,
    usage::{PUBLISHING, Usage},
};
use crate::{error::Result, key_value::KeyValue};

/// How many chunks a clean-up deletes, about: it comes before an upload that somebody waits for.
pub const MAX_DELETED_CHUNKS: u32 = 4096;

/// What a clean-up did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Cleaned {
    /// How many uploads are gone.
    pub uploads: u32,
    /// How many chunks they had.
    pub chunks: u32,
}

/// What the keys say about the file of a name.
#[derive(Default)]
struct Found {
    is_file: bool,
    /// The uploads, each with how many chunks it may have.
    uploads: BTreeMap<String, u32>,
}

impl<S: KeyValue> Blobs<S> {
    /// Deletes the chunks of uploads that are no file's, or no file's any more, and have not been in use for
    /// the time of grace.
    ///
    /// It walks all keys of the store and keeps a few words for each upload. Only where a name has several
    /// uploads, or has no file, it has to look any closer.
    ///
    /// # Errors
    /// Those of the store. What is left then, the next one deletes.
    pub async fn clean_up(&self) -> Result<Cleaned> {
        let mut names: BTreeMap<String, Found> = BTreeMap::new();
        let note = |key: String| match Key::parse(&key) {
            Some(Key::File(name)) => names.entry(name.to_owned()).or_default().is_file = true,
            Some(Key::Chunk(name, id, index)) => {
                let uploads = &mut names.entry(name.to_owned()).or_default().uploads;
                let chunks = uploads.entry(id.to_owned()).or_default();
                *chunks = index.saturating_add(1).max(*chunks);
            }
            Some(Key::Use(name, id) | Key::Doom(name, id)) => {
                let uploads = &mut names.entry(name.to_owned()).or_default().uploads;
                uploads.entry(id.to_owned()).or_default();
            }
            None => {}
        };
        self.store.keys(note).await?;

        let (mut cleaned, mut failed) = (Cleaned::default(), None);
        for (name, found) in names {
            // Whose manifest is there has all its chunks there, so a single upload is the file's.
            if found.is_file && found.uploads.len() <= 1 {
                continue;
            }
            for (id, chunks) in found.uploads {
                if cleaned.chunks > MAX_DELETED_CHUNKS {
                    return Ok(cleaned);
                }
                match self.is_abandoned(&name, &id, chunks).await {
                    Ok(false) => {}
                    Ok(true) => {
                        self.sweep(&name, &id, chunks).await?;
                        cleaned.uploads += 1;
                        cleaned.chunks += chunks;
                    }
                    // Behind what cannot be marked may be what needs no mark, and makes room.
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
        }
        failed.map_or(Ok(cleaned), Err)
    }

    /// Whether an upload is to be deleted. If so, it will not become a file any more, by a mark where need be.
    async fn is_abandoned(&self, name: &str, id: &str, chunks: u32) -> Result<bool> {
        let key = Key::Use(name, id).to_string();
        let before = self.store.get(&key).await?;
        let usage = before.as_deref().and_then(Usage::parse);
        // Without a chunk yet, nothing would tell the upload that it was given up.
        let grace = match usage {
            Some(Usage::Open(_)) if chunks == 0 => self.grace.max(PUBLISHING),
            _ => self.grace,
        };
        let is_over = |usage: Usage| usage.is_over((self.clock)(), grace);
        // What was never in use was deleted already, but for what came in after that.
        if !usage.is_none_or(is_over) || self.is_file(name, id).await? {
            return Ok(false);
        }
        if let Some(Usage::Published(_)) = usage {
            // It will not become a file again, and a store that is full takes no mark. Where it was the file
            // until a moment ago, its readers have the time of grace from then on.
            return Ok(self.store.get(&key).await? == before);
        }
        self.store
            .set(&Key::Doom(name, id).to_string(), b"")
            .await?;
        // An upload says that it is in use before it becomes a file, so the same value means that it did not.
        // The mark stays even where somebody was faster: another clean-up may count on it.
        Ok(self.store.get(&key).await? == before)
    }

    async fn is_file(&self, name: &str, id: &str) -> Result<bool> {
        let file = self.find(name).await?;
        Ok(file.is_some_and(|file| file.id == id))
    }

    async fn sweep(&self, name: &str, id: &str, chunks: u32) -> Result<()> {
        // The mark goes last: an upload that goes on after all sees it, or else that it has no first chunk.
        for index in 0..chunks {
            let key = Key::Chunk(name, id, index).to_string();
            self.store.delete(&key).await?;
        }
        self.store.delete(&Key::Use(name, id).to_string()).await?;
        self.store.delete(&Key::Doom(name, id).to_string()).await?;
        Ok(())
    }
}
