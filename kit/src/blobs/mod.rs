//! Files in a key-value store, whole or not at all (feature `key-value`).
//!
//! A file is chunks of [`CHUNK_BYTES`] and a [`Manifest`], which is written last. So a reader sees the file
//! that was there or the one that replaces it, and one that misses a chunk ends with an error. Writing and
//! reading take room for a chunk or two, however large the file is.
//!
//! # What lies where
//! | key | value |
//! |---|---|
//! | `upload/file/NAME` | the manifest: which upload the file is |
//! | `upload/chunk/NAME/ID/INDEX` | some of an upload's bytes |
//! | `upload/use/NAME/ID` | when the upload was last in use |
//! | `upload/doom/NAME/ID` | somebody is about to delete the upload's chunks |
//!
//! # How that stays right without a transaction
//! Every upload has an id of its own, and a chunk is never written twice. [`Blobs::clean_up`] deletes the
//! chunks of an upload that no manifest names and that has not been in use for the time of grace. In use is an
//! upload while bytes of it come in, and once more when the file is replaced or deleted: whoever reads it
//! then has the time of grace to read it to its end.
//!
//! An upload that stands still for longer is abandoned, and its end must not publish a file with holes. So both
//! sides leave a mark before they look for the other's. The clean-up writes `doom`, and then goes on only if
//! `use` is as it was; it deletes the chunks, and `doom` last. What was published once is not published again, says so in
//! `use`, and needs no mark, so that a full store can be cleaned up.
//! The upload writes `use`, and then publishes only if there is no `doom` and still a first chunk. Whatever
//! the order, at least one of them gives up. An upload that has no chunk yet is left alone for [`PUBLISHING`],
//! since its first chunk is what it would miss. From `use` to the manifest the upload does six calls to the
//! store, for which it has [`PUBLISHING`] or the time of grace, whichever is longer; that, and clocks that do
//! not differ by more, is all that is taken for granted.

mod cleanup;
mod keys;
mod manifest;
mod read;
#[cfg(test)]
mod tests;
mod upload;
mod usage;

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use self::{keys::Key, usage::Usage};
use crate::{
    error::{Error, Result},
    key_value::KeyValue,
};

pub use self::{
    cleanup::{Cleaned, MAX_DELETED_CHUNKS},
    keys::MAX_NAME_BYTES,
    manifest::{MAX_MANIFEST_BYTES, Manifest, NewFile},
    upload::Upload,
    usage::PUBLISHING,
};

/// How many bytes a chunk has. Akamai's stores take values up to 1 MB.
pub const CHUNK_BYTES: usize = 512 * 1024;

/// The files of a store.
#[derive(Debug)]
pub struct Blobs<S> {
    store: Arc<S>,
    grace: Duration,
    clock: fn() -> SystemTime,
    chunk_bytes: usize,
}

// Derived, it would ask for a store that can be cloned.
impl<S> Clone for Blobs<S> {
    fn clone(&self) -> Self {
        let store = Arc::clone(&self.store);
        Self { store, ..*self }
    }
}

/// Some of the files, by name.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The files, sorted by their names' bytes.
    pub files: Vec<Manifest>,
    /// Behind which name the next page begins, where there is one.
    pub next: Option<String>,
}

impl<S: KeyValue> Blobs<S> {
    /// Those of a store, where what is not in use any more is left alone for `grace`.
    pub fn new(store: S, grace: Duration) -> Self {
        Self::with_clock(store, grace, SystemTime::now)
    }

    /// The same by another clock.
    fn with_clock(store: S, grace: Duration, clock: fn() -> SystemTime) -> Self {
        let store = Arc::new(store);
        Self {
            store,
            grace,
            clock,
            chunk_bytes: CHUNK_BYTES,
        }
    }

    /// What is known of the file of a name, where there is one.
    ///
    /// # Errors
    /// Those of the store; 500 where what it holds is not what was written.
    pub async fn find(&self, name: &str) -> Result<Option<Manifest>> {
        if !keys::is_name(name) {
            return Ok(None);
        }
        let found = self.store.get(&Key::File(name).to_string()).await?;
        found.map(|bytes| Manifest::read(&bytes)).transpose()
    }

    /// Up to `limit` files whose names come after `after`.
    ///
    /// It walks all keys of the store, which have no order, and keeps the names of a page.
    ///
    /// # Errors
    /// Those of [`Self::find`].
    pub async fn list(&self, after: Option<&str>, limit: usize) -> Result<Page> {
        let mut names = BTreeSet::new();
        let keep = |key: String| {
            if let Some(Key::File(name)) = Key::parse(&key)
                && after.is_none_or(|after| name > after)
            {
                names.insert(name.to_owned());
                // One more than the page has shows whether there is a next one.
                if names.len() > limit + 1 {
                    names.pop_last();
                }
            }
        };
        self.store.keys(keep).await?;
        let more = names.len() > limit;
        let names: Vec<String> = names.into_iter().take(limit).collect();
        let next = names.last().filter(|_| more).cloned();
        let mut files = Vec::with_capacity(names.len());
        for name in names {
            // One that was deleted since is no error.
            files.extend(self.find(&name).await?);
        }
        Ok(Page { files, next })
    }

    /// Deletes the file of a name if `allow` lets it; `false` where there is none. Its chunks stay for whoever
    /// reads them, until a clean-up after the time of grace.
    ///
    /// # Errors
    /// That of `allow`, and those of [`Self::find`].
    pub async fn delete(
        &self,
        name: &str,
        allow: impl FnOnce(&Manifest) -> Result<()>,
    ) -> Result<bool> {
        let Some(file) = self.find(name).await? else {
            return Ok(false);
        };
        allow(&file)?;
        self.touch(name, &file.id, Usage::Published).await?;
        // What was put in its place meanwhile may be somebody else's, who was not asked.
        if self.find(name).await?.is_some_and(|now| now.id == file.id) {
            self.store.delete(&Key::File(name).to_string()).await?;
        }
        Ok(true)
    }

    /// Notes that an upload is in use now.
    async fn touch(&self, name: &str, id: &str, usage: fn(SystemTime) -> Usage) -> Result<()> {
        let value = usage((self.clock)()).to_string();
        let key = Key::Use(name, id).to_string();
        Ok(self.store.set(&key, value.as_bytes()).await?)
    }
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::internal(format!("the store does not hold what was written: {what}"))
}
