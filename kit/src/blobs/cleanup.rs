//! Deleting what nobody needs any more.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher as _, RandomState},
};

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

/// Which names have more than a file and the upload that it is, or less. There may be very many names, so each
/// is kept as a hash: of two that share one, both are looked at more closely.
#[derive(Default)]
struct Survey {
    hasher: RandomState,
    names: HashMap<u64, Seen>,
}

/// What was seen of a name so far.
#[derive(Default)]
struct Seen {
    is_file: bool,
    /// The hash of an upload's id.
    upload: Option<u64>,
    /// Whether there is another upload.
    several: bool,
}

impl Survey {
    fn note(&mut self, key: Key<'_>) {
        let seen = self
            .names
            .entry(self.hasher.hash_one(key.name()))
            .or_default();
        let Some(id) = key.id() else {
            seen.is_file = true;
            return;
        };
        let id = self.hasher.hash_one(id);
        seen.several |= *seen.upload.get_or_insert(id) != id;
    }

    /// Those to be looked at more closely.
    ///
    /// Whose manifest is there has all its chunks there, so a single upload is the file's.
    fn suspects(self) -> Suspects {
        let suspects = self
            .names
            .into_iter()
            .filter(|(_, seen)| !seen.is_file || seen.several);
        Suspects {
            hashes: suspects.map(|(hash, _)| hash).collect(),
            hasher: self.hasher,
        }
    }
}

struct Suspects {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl Suspects {
    fn has(&self, name: &str) -> bool {
        self.hashes.contains(&self.hasher.hash_one(name))
    }
}

/// What the keys say about the file of a name.
#[derive(Default)]
struct Found {
    is_file: bool,
    /// The uploads, each with how many chunks it may have.
    uploads: BTreeMap<String, u32>,
}

impl Found {
    fn note(&mut self, key: Key<'_>) {
        let Some(id) = key.id() else {
            self.is_file = true;
            return;
        };
        let chunks = self.uploads.entry(id.to_owned()).or_default();
        if let Key::Chunk(.., index) = key {
            *chunks = index.saturating_add(1).max(*chunks);
        }
    }
}

impl<S: KeyValue> Blobs<S> {
    /// Deletes the chunks of uploads that are no file's, or no file's any more, and have not been in use for
    /// the time of grace.
    ///
    /// It walks all keys of the store and keeps 80 bytes at most for each name. Where a name has several
    /// uploads, or has no file, as one that was replaced a moment ago, it walks them once more and looks closer.
    ///
    /// # Errors
    /// Those of the store. What is left then, the next one deletes.
    pub async fn clean_up(&self) -> Result<Cleaned> {
        let mut survey = Survey::default();
        let note = |key: String| {
            if let Some(key) = Key::parse(&key) {
                survey.note(key);
            }
        };
        self.store.keys(note).await?;
        let suspects = survey.suspects();
        if suspects.hashes.is_empty() {
            return Ok(Cleaned::default());
        }

        let mut names: BTreeMap<String, Found> = BTreeMap::new();
        let note = |key: String| {
            if let Some(key) = Key::parse(&key).filter(|key| suspects.has(key.name())) {
                names.entry(key.name().to_owned()).or_default().note(key);
            }
        };
        self.store.keys(note).await?;

        let (mut cleaned, mut failed) = (Cleaned::default(), None);
        for (name, found) in names {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_file_and_its_upload_is_no_suspect() {
        let mut survey = Survey::default();
        for key in [
            Key::File("whole"),
            Key::Chunk("whole", "1", 0),
            Key::Chunk("whole", "1", 1),
            Key::Use("whole", "1"),
            Key::Chunk("coming", "2", 0),
            Key::File("replaced"),
            Key::Chunk("replaced", "3", 0),
            Key::Chunk("replaced", "4", 0),
            Key::Use("marked", "5"),
            Key::File("marked"),
            Key::Doom("marked", "6"),
        ] {
            survey.note(key);
        }
        let suspects = survey.suspects();
        for (name, want) in [
            ("whole", false),
            ("coming", true),
            ("replaced", true),
            ("marked", true),
            ("another", false),
        ] {
            assert_eq!(suspects.has(name), want, "{name}");
        }
    }
}
