//! Deleting what nobody needs any more.

use kit::{
    Result,
    db::{Database, Value, params},
    key_value::KeyValue,
};

use super::{NOW, Pictures};

/// How many uploads a clean-up clears away: it comes before an upload that somebody waits for.
pub(super) const MAX_CLEARED: i64 = 4;

/// An upload that is not needed any more.
struct Unused {
    id: i64,
    blob: String,
    chunks: u32,
    /// Whether it was never kept and may, as far as its row knows, still go on.
    is_uploading: bool,
}

impl<D: Database, S: KeyValue> Pictures<D, S> {
    /// Clears away a few uploads that were given up, replaced or deleted and have not been used for the time of
    /// grace, and says how many.
    ///
    /// # Errors
    /// Those of the database and the store. What is left then, the next one clears away.
    pub(crate) async fn clean_up(&self) -> Result<usize> {
        let mut cleared = 0;
        for unused in self.unused().await? {
            if unused.is_uploading && !self.claim(&unused).await? {
                // It goes on after all.
                continue;
            }
            self.blobs.delete(&unused.blob, unused.chunks).await?;
            // The row goes last, and that of an upload stays for a time of grace more: one that stood still in
            // the middle of writing a chunk may still do so.
            if !unused.is_uploading {
                let delete = "DELETE FROM uploads WHERE id = ? AND state = 'gone'";
                self.execute(delete, params![unused.id]).await?;
            }
            cleared += 1;
        }
        Ok(cleared)
    }

    async fn unused(&self) -> Result<Vec<Unused>> {
        let select = format!(
            "SELECT id, blob, chunks, state FROM uploads \
             WHERE state <> 'kept' AND touched_at < {NOW} - ? ORDER BY touched_at LIMIT ?"
        );
        let values = params![self.grace_ms(), MAX_CLEARED];
        let rows = self.execute(&select, values).await?;
        let unused = rows.iter().map(|row| {
            let chunks: i64 = row.get("chunks")?;
            Ok(Unused {
                id: row.get("id")?,
                blob: row.get("blob")?,
                chunks: u32::try_from(chunks).unwrap_or(u32::MAX),
                is_uploading: row.get::<&str>("state")? == "uploading",
            })
        });
        unused.collect()
    }

    /// Makes sure that an upload which stood still is not kept any more, and says whether it still did.
    async fn claim(&self, upload: &Unused) -> Result<bool> {
        let claim = format!(
            "UPDATE uploads SET state = 'gone', touched_at = {NOW} \
             WHERE id = ? AND state = 'uploading' AND touched_at < {NOW} - ? RETURNING id"
        );
        let values = params![upload.id, self.grace_ms()];
        Ok(!self.execute(&claim, values).await?.is_empty())
    }

    fn grace_ms(&self) -> Value {
        let ms = i64::try_from(self.grace.as_millis());
        // More than all time that has passed since 1970 is as good as for ever.
        Value::Integer(ms.unwrap_or(i64::MAX >> 1))
    }
}
