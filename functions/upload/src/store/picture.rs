//! A picture, as its row has it.

use std::time::{Duration, SystemTime};

use kit::{
    blobs::Blob,
    db::{DbError, Row},
};

/// A picture that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// Another one for each upload, of the same name too.
    pub(super) id: i64,
    /// Where its bytes are.
    pub(super) blob: Blob,
    pub(crate) name: String,
    pub(crate) size: u64,
    /// In hexadecimal.
    pub(crate) sha256: String,
    pub(crate) content_type: String,
    /// What was said about it.
    pub(crate) info: Option<String>,
    /// Whose it is, if anybody's.
    pub(crate) owner: Option<Owner>,
    /// In milliseconds since 1970.
    pub(super) uploaded_at: i64,
}

/// Whose a picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    /// The account.
    pub(crate) id: i64,
    /// What it was called when the picture came.
    pub(crate) name: String,
}

impl Picture {
    /// What [`Self::from_row`] reads.
    pub(super) const COLUMNS: &str = "id, blob, name, chunk_bytes, size, sha256, content_type, \
        info, owner_id, owner, uploaded_at";

    /// # Errors
    /// Where the row lacks one of [`Self::COLUMNS`].
    pub(super) fn from_row(row: Row<'_>) -> Result<Self, DbError> {
        let (id, owner): (Option<i64>, Option<String>) = (row.get("owner_id")?, row.get("owner")?);
        let owner = id.map(|id| Owner {
            id,
            name: owner.unwrap_or_default(),
        });
        let size = row.get::<i64>("size")?.cast_unsigned();
        Ok(Self {
            id: row.get("id")?,
            blob: Blob {
                id: row.get("blob")?,
                size,
                chunk_bytes: row.get::<i64>("chunk_bytes")?.cast_unsigned(),
            },
            name: row.get("name")?,
            size,
            sha256: row.get("sha256")?,
            content_type: row.get("content_type")?,
            info: row.get("info")?,
            owner,
            uploaded_at: row.get("uploaded_at")?,
        })
    }

    /// When it was complete.
    pub(crate) fn uploaded_at(&self) -> SystemTime {
        let since = u64::try_from(self.uploaded_at).unwrap_or_default();
        SystemTime::UNIX_EPOCH + Duration::from_millis(since)
    }

    /// Where it is. Its name needs no escapes.
    pub(crate) fn url(&self) -> String {
        format!("/uploads/{}", self.name)
    }

    /// The account that owns it.
    pub(crate) fn owner_id(&self) -> Option<i64> {
        self.owner.as_ref().map(|owner| owner.id)
    }

    /// The name of who owns it.
    pub(crate) fn owner_name(&self) -> Option<&str> {
        self.owner.as_ref().map(|owner| owner.name.as_str())
    }
}
