//! A picture on its way in.

use std::time::{Duration, Instant};

use bytes::Bytes;
use kit::{
    Error, Result,
    blobs::{Writer, Written},
    db::{Database, Value, params},
    key_value::KeyValue,
};

use super::{MAX_ROUNDS, NOW, Owner, Picture, Pictures, contended};

/// How many chunks a row allows for at first: as many as a picture of the usual size limit has.
const FIRST_CHUNKS: u32 = 32;

/// A row says at most so often that its upload goes on.
const LEAST_BETWEEN_TOUCHES: Duration = Duration::from_millis(250);

/// Who uploads a picture.
#[derive(Debug, Clone, Default)]
pub(crate) struct Uploader {
    /// The account that is logged in.
    pub(crate) account: Option<Owner>,
    /// Whether it may replace what is somebody else's.
    pub(crate) is_admin: bool,
}

/// What is said about a picture.
#[derive(Debug, Clone, Default)]
pub(crate) struct Description<'a> {
    pub(crate) content_type: &'a str,
    pub(crate) info: Option<&'a str>,
}

/// What became of a picture that was to be kept.
pub(crate) enum Kept {
    /// It is the picture of its name.
    Picture(Picture),
    /// Its name belongs to this picture, which is not the uploader's to replace.
    BelongsTo(Picture),
}

/// A picture on its way in, which nobody sees before [`Self::keep`].
///
/// One that is dropped leaves chunks and a row, for a later clean-up; [`Self::give_up`] leaves nothing.
pub(crate) struct Incoming<'a, D, S> {
    pictures: &'a Pictures<D, S>,
    name: String,
    writer: Writer<S>,
    /// How many chunks its row allows for.
    allowed: u32,
    /// When its row last said that it goes on.
    touched: Instant,
}

impl<D: Database, S: KeyValue> Pictures<D, S> {
    /// Begins a picture of a name: its row is there before its first chunk.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn begin(&self, name: &str) -> Result<Incoming<'_, D, S>> {
        let writer = self.blobs.create()?;
        let insert = format!(
            "INSERT INTO uploads (blob, name, state, chunks, touched_at) \
             VALUES (?, ?, 'uploading', ?, {NOW})"
        );
        let row = params![writer.id(), name, i64::from(FIRST_CHUNKS)];
        // Before it: from then on others may take the upload for one that stands still.
        let touched = Instant::now();
        self.execute(&insert, row).await?;
        self.db.release();
        Ok(Incoming {
            pictures: self,
            name: name.to_owned(),
            writer,
            allowed: FIRST_CHUNKS,
            touched,
        })
    }
}

impl<D: Database, S: KeyValue> Incoming<'_, D, S> {
    /// Adds bytes.
    ///
    /// # Errors
    /// 503 where it stood still for so long that a clean-up took it; those of the database and the store. It is
    /// to be given up then.
    pub(crate) async fn write(&mut self, mut bytes: Bytes) -> Result<()> {
        while self.writer.fill(&mut bytes) {
            self.flush().await?;
        }
        if self.touched.elapsed() >= self.least_between_touches() {
            self.touch().await?;
        }
        Ok(())
    }

    /// Makes it the picture of its name, in the place of the one that is there, if `uploader` may replace that.
    /// What somebody owns stays theirs, whoever replaces it; what nobody owned is the uploader's then.
    ///
    /// Where it is not kept, it is to be given up.
    ///
    /// # Errors
    /// 503 where it stood still for so long that a clean-up took it; those of the database and the store.
    pub(crate) async fn keep(
        &mut self,
        uploader: &Uploader,
        description: &Description<'_>,
    ) -> Result<Kept> {
        if self.writer.has_rest() {
            self.flush().await?;
        }
        let written = self.writer.finish();
        for _ in 0..MAX_ROUNDS {
            match self.settle(uploader, description, &written).await {
                Ok(Some(picture)) => return Ok(Kept::Picture(picture)),
                Ok(None) => {}
                // It may have been done all the same.
                Err(error) => return self.kept().await?.map(Kept::Picture).ok_or(error),
            }
            if !self.is_uploading().await? {
                return Err(given_up());
            }
            if let Some(old) = self.pictures.find(&self.name).await?
                && !uploader.may_replace(&old)
            {
                return Ok(Kept::BelongsTo(old));
            }
            // What was in the way has been replaced or deleted meanwhile.
        }
        Err(contended())
    }

    /// Gives the picture up, and deletes its chunks and its row. What cannot be deleted is left for a clean-up.
    /// What has become the picture of its name after all is left alone.
    pub(crate) async fn give_up(self) {
        if let Err(error) = self.delete().await {
            eprintln!(
                "what is left of an upload is for a later clean-up: {}",
                cause(&error)
            );
        }
    }

    async fn delete(&self) -> Result<()> {
        let id = self.writer.id();
        // Only what can not become the picture of its name any more may lose its chunks.
        let give_up = format!(
            "UPDATE uploads SET state = 'gone', touched_at = {NOW} WHERE blob = ? AND state = 'uploading'"
        );
        self.pictures.execute(&give_up, params![id]).await?;
        // Whatever became of it since: somebody may be reading it.
        let was_kept = "SELECT id FROM uploads WHERE blob = ? AND uploaded_at IS NOT NULL";
        let rows = self.pictures.execute(was_kept, params![id]).await?;
        if !rows.is_empty() {
            return Ok(());
        }
        self.pictures
            .blobs
            .delete(id, 0..self.writer.chunks())
            .await?;
        // The writer is this one, so nothing comes behind.
        let delete = "DELETE FROM uploads WHERE blob = ? AND uploaded_at IS NULL";
        self.pictures.execute(delete, params![id]).await?;
        Ok(())
    }

    /// Writes a chunk that its row allows for.
    async fn flush(&mut self) -> Result<()> {
        if self.writer.chunks() == self.allowed {
            self.allowed = self.allowed.saturating_mul(2);
            self.touch().await?;
        }
        self.writer.flush().await
    }

    /// Says in its row that it goes on, and how many chunks there may be.
    async fn touch(&mut self) -> Result<()> {
        let now = Instant::now();
        let touch = format!(
            "UPDATE uploads SET touched_at = {NOW}, chunks = ? \
             WHERE blob = ? AND state = 'uploading' RETURNING id"
        );
        let values = params![i64::from(self.allowed), self.writer.id()];
        let touched = self.pictures.execute(&touch, values).await?;
        self.pictures.db.release();
        if touched.is_empty() {
            return Err(given_up());
        }
        self.touched = now;
        Ok(())
    }

    fn least_between_touches(&self) -> Duration {
        (self.pictures.grace / 4).max(LEAST_BETWEEN_TOUCHES)
    }

    /// Keeps the picture if its name is the uploader's to take, in one statement; a trigger puts aside the picture
    /// that has the name. `None` where nothing was changed.
    async fn settle(
        &self,
        uploader: &Uploader,
        description: &Description<'_>,
        written: &Written,
    ) -> Result<Option<Picture>> {
        const OLD: &str = "FROM uploads AS old WHERE old.name = uploads.name AND old.state = 'kept' \
             AND old.owner_id IS NOT NULL";
        let settle = format!(
            "UPDATE uploads SET state = 'kept', touched_at = {NOW}, uploaded_at = {NOW}, \
             chunks = ?1, chunk_bytes = ?2, size = ?3, sha256 = ?4, content_type = ?5, info = ?6, \
             owner_id = coalesce((SELECT old.owner_id {OLD}), ?7), \
             owner = coalesce((SELECT old.owner {OLD}), ?8) \
             WHERE blob = ?9 AND state = 'uploading' \
             AND (?10 OR NOT EXISTS (SELECT 1 {OLD} AND old.owner_id IS NOT ?7)) RETURNING {}",
            Picture::COLUMNS
        );
        let integer = |number: u64| Value::Integer(number.cast_signed());
        let account = uploader.account.as_ref();
        let values = params![
            i64::from(written.chunks),
            integer(written.chunk_bytes),
            integer(written.size),
            written.sha256.as_str(),
            description.content_type,
            description.info,
            account.map(|account| account.id),
            account.map(|account| account.name.as_str()),
            self.writer.id(),
            i64::from(uploader.is_admin),
        ];
        self.pictures.at_most_one(&settle, values).await
    }

    /// This picture, if it was kept.
    async fn kept(&self) -> Result<Option<Picture>> {
        let select = format!(
            "SELECT {} FROM uploads WHERE blob = ? AND state = 'kept'",
            Picture::COLUMNS
        );
        let id = params![self.writer.id()];
        self.pictures.at_most_one(&select, id).await
    }

    async fn is_uploading(&self) -> Result<bool> {
        let select = "SELECT id FROM uploads WHERE blob = ? AND state = 'uploading'";
        let rows = self.pictures.execute(select, params![self.writer.id()]);
        Ok(!rows.await?.is_empty())
    }
}

impl Uploader {
    /// Whether it may put a picture in the place of this one: of its own, of nobody's, and as an administrator of
    /// any. [`Incoming::settle`] says the same in SQL.
    pub(crate) fn may_replace(&self, old: &Picture) -> bool {
        let Some(owner) = &old.owner else {
            return true;
        };
        let is_own = |account: &Owner| account.id == owner.id;
        self.is_admin || self.account.as_ref().is_some_and(is_own)
    }
}

fn given_up() -> Error {
    Error::Unavailable {
        detail: "the upload stalled for too long and nothing was saved: try again".to_owned(),
        retry_after_seconds: 1,
    }
}

/// What the log says of an error: the cause where it is not for the client.
pub(crate) fn cause(error: &Error) -> String {
    let cause = std::error::Error::source(error);
    cause.map_or_else(|| error.to_string(), ToString::to_string)
}
