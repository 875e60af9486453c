//! The pictures: a row in the database for each, and its bytes in the key-value store.
//!
//! The row is the truth (see `migrations/0003_uploads.sql`). Whoever uploads writes a row that says `uploading`,
//! then the chunks, then turns the row to `kept` in one statement, which also decides whose the name is. So a
//! reader sees the old picture or the new one, whole; and whatever ends an upload, its chunks are found by its
//! row, which goes last.

mod cleanup;
mod incoming;
mod list;
mod picture;
mod reading;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use std::time::Duration;

use kit::{
    Error, Result,
    blobs::Blobs,
    db::{self, Connection, Database, Migration, params},
    key_value::{KeyValue, Store},
};
use site::migration;

use crate::settings;

pub(crate) use self::{
    incoming::{Description, Incoming, Kept, Uploader, cause},
    list::{Order, Page, PageRequest},
    picture::{Owner, Picture},
};

/// What the database has to look like.
const MIGRATIONS: &[Migration] = &[migration!("0002_accounts"), migration!("0003_uploads")];

/// The moment of a change, in milliseconds since 1970. One clock for all: the database's.
const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// How often a change is tried that others keep getting in the way of. In each round somebody's change is made.
const MAX_ROUNDS: usize = 100;

/// The pictures of this application, on a connection that is the request's own.
pub(crate) struct Pictures<D, S> {
    db: D,
    blobs: Blobs<S>,
    /// How long what nobody uses is left alone.
    grace: Duration,
}

impl Pictures<Connection, Store> {
    /// # Errors
    /// 503 where the component is not granted its database or its store; those of the variables.
    pub(crate) async fn open() -> Result<Self> {
        Ok(Self {
            db: Connection::open(MIGRATIONS).await?,
            blobs: Blobs::new(Store::open_default().await?),
            grace: settings::upload_grace().await?,
        })
    }
}

impl<D: Database, S: KeyValue> Pictures<D, S> {
    /// The connection, for what else the request asks the database.
    pub(crate) fn db(&self) -> &D {
        &self.db
    }

    /// The picture of a name.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<Picture>> {
        let select = format!(
            "SELECT {} FROM uploads WHERE name = ? AND state = 'kept'",
            Picture::COLUMNS
        );
        self.at_most_one(&select, params![name]).await
    }

    /// Deletes the picture of a name if `allow` lets it, and says whether there was one. Its chunks stay for who
    /// reads it, until a clean-up.
    ///
    /// # Errors
    /// That of `allow`, which may see one picture after another where others replace it meanwhile; those of the
    /// database.
    pub(crate) async fn delete(
        &self,
        name: &str,
        allow: impl Fn(&Picture) -> Result<()>,
    ) -> Result<bool> {
        let delete = format!(
            "UPDATE uploads SET state = 'gone', touched_at = {NOW} \
             WHERE id = ? AND state = 'kept' RETURNING id"
        );
        for _ in 0..MAX_ROUNDS {
            let Some(picture) = self.find(name).await? else {
                return Ok(false);
            };
            allow(&picture)?;
            // Another picture of that name has another id, and may be somebody else's.
            if !self.execute(&delete, params![picture.id]).await?.is_empty() {
                return Ok(true);
            }
        }
        Err(contended())
    }

    async fn execute(&self, statement: &str, parameters: Vec<db::Value>) -> Result<db::Rows> {
        Ok(self.db.execute(statement, parameters).await?)
    }

    async fn at_most_one(
        &self,
        statement: &str,
        parameters: Vec<db::Value>,
    ) -> Result<Option<Picture>> {
        let rows = self.execute(statement, parameters).await?;
        Ok(rows.at_most_one()?.map(Picture::from_row).transpose()?)
    }
}

fn contended() -> Error {
    Error::Unavailable {
        detail: "others are changing this picture at the same time: try again".to_owned(),
        retry_after_seconds: 1,
    }
}
