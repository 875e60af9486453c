//! Deleting what nobody needs any more.

use kit::{
    Result,
    db::{Database, Value, params},
    key_value::KeyValue,
};

use super::{NOW, Pictures};

/// How many uploads a clean-up clears away: it comes before an upload that somebody waits for, and that replaces
/// one picture at most.
pub(super) const MAX_CLEARED: i64 = 2;

/// How many chunks of a picture a clean-up deletes; a larger one takes several.
pub(super) const MAX_CHUNKS: u32 = 64;

/// An upload that is not needed any more, and is this clean-up's to clear away.
struct Unused {
    id: i64,
    blob: String,
    chunks: u32,
    /// Whether it was never kept, and its writer may not know yet that it never will be.
    is_stalled: bool,
}

impl<D: Database, S: KeyValue> Pictures<D, S> {
    /// Clears away a few uploads that were given up, replaced or deleted and have not been used for the time of
    /// grace, and says how many it has looked at.
    ///
    /// # Errors
    /// The first one of the database or the store. What is left is for a later clean-up.
    pub(crate) async fn clean_up(&self) -> Result<usize> {
        let unused = self.claim().await?;
        let (count, mut failed) = (unused.len(), None);
        for unused in unused {
            // What cannot be cleared away must not be in the way of the next.
            if let Err(error) = self.clear(&unused).await {
                failed = failed.or(Some(error));
            }
        }
        failed.map_or(Ok(count), Err)
    }

    /// Takes a few uploads that are not used any more. Nobody else takes them for the time of grace, and an upload
    /// that stood still is not kept any more.
    async fn claim(&self) -> Result<Vec<Unused>> {
        let claim = format!(
            "UPDATE uploads SET touched_at = {NOW}, \
             state = CASE state WHEN 'uploading' THEN 'stalled' ELSE 'gone' END \
             WHERE id IN (SELECT id FROM uploads WHERE state <> 'kept' AND touched_at < {NOW} - ? \
             ORDER BY touched_at LIMIT {MAX_CLEARED}) RETURNING id, blob, chunks, state"
        );
        // A look costs no lock, and there is seldom something to do.
        let look = format!(
            "SELECT id FROM uploads WHERE state <> 'kept' AND touched_at < {NOW} - ? LIMIT 1"
        );
        if self
            .execute(&look, params![self.grace_ms()])
            .await?
            .is_empty()
        {
            return Ok(Vec::new());
        }
        let rows = self.execute(&claim, params![self.grace_ms()]);
        let rows = rows.await?;
        let unused = rows.iter().map(|row| {
            let chunks: i64 = row.get("chunks")?;
            Ok(Unused {
                id: row.get("id")?,
                blob: row.get("blob")?,
                chunks: u32::try_from(chunks).unwrap_or(u32::MAX),
                is_stalled: row.get::<&str>("state")? == "stalled",
            })
        });
        unused.collect()
    }

    async fn clear(&self, unused: &Unused) -> Result<()> {
        let Unused {
            id, blob, chunks, ..
        } = unused;
        if unused.is_stalled {
            // Its row stays for a time of grace more: it may have stood still in the middle of writing a chunk,
            // and may still do so.
            return self.blobs.delete(blob, 0..*chunks).await;
        }
        let rest = chunks.saturating_sub(MAX_CHUNKS);
        self.blobs.delete(blob, rest..*chunks).await?;
        if rest > 0 {
            let less = "UPDATE uploads SET chunks = ?, touched_at = 0 WHERE id = ?";
            self.execute(less, params![i64::from(rest), *id]).await?;
        } else {
            // The row goes last: without it nobody finds the chunks.
            self.execute("DELETE FROM uploads WHERE id = ?", params![*id])
                .await?;
        }
        Ok(())
    }

    fn grace_ms(&self) -> Value {
        let ms = i64::try_from(self.grace.as_millis());
        // More than all time that has passed since 1970 is as good as for ever.
        Value::Integer(ms.unwrap_or(i64::MAX >> 1))
    }
}
