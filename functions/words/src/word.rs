//! A word of the book.

use std::sync::LazyLock;

use kit::{
    Value,
    conditional::ETag,
    db::{DbError, Row},
    json,
};
use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use sha2::{Digest, Sha256};

use crate::draft::{Draft, Field};

/// A word as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) id: i64,
    /// Its fields.
    pub(crate) draft: Draft,
    /// RFC 3339, UTC.
    pub(crate) created_at: String,
    /// RFC 3339, UTC.
    pub(crate) updated_at: String,
    /// The name of the account that added it, if one did.
    pub(crate) owner: Option<String>,
    /// The id of that account. None where nobody owns the word, or an account that was gone before ids were kept.
    pub(crate) owner_id: Option<i64>,
    /// How often it was changed, from 1.
    pub(crate) version: i64,
}

impl Word {
    /// The columns that [`Self::from_row`] reads.
    pub(crate) fn columns() -> &'static str {
        static COLUMNS: LazyLock<String> = LazyLock::new(|| {
            let fields = Field::NAMES.join(", ");
            format!("id, {fields}, created_at, updated_at, owner, owner_id, version")
        });
        &COLUMNS
    }

    pub(crate) fn from_row(row: Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            draft: Draft::try_new(|field| row.get(field.name()))?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
            owner: row.get("owner")?,
            owner_id: row.get("owner_id")?,
            version: row.get("version")?,
        })
    }

    /// The path of the word with this id.
    pub(crate) fn path_of(id: i64) -> String {
        format!("/words/{id}")
    }

    /// What a client gets to see.
    pub(crate) fn to_json(&self) -> Value {
        json!(self)
    }

    /// What changes with every change of the word. It is made of all that a client sees, so it stays
    /// true where a database is put back to an earlier state.
    pub(crate) fn etag(&self) -> ETag {
        let mut hash = Sha256::new();
        hash.update(self.version.to_be_bytes());
        hash.update(self.to_json().to_string());
        ETag::from_hash(&hash.finalize()[..16])
    }
}

/// What a client gets to see, its keys sorted as those of any answer.
impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut word = serializer.serialize_struct("Word", 8)?;
        word.serialize_field("chinese", &self.draft.chinese)?;
        word.serialize_field("created_at", &self.created_at)?;
        word.serialize_field("english", &self.draft.english)?;
        word.serialize_field("id", &self.id)?;
        word.serialize_field("owner", &self.owner)?;
        word.serialize_field("sentence_chi", &self.draft.sentence_chi)?;
        word.serialize_field("sentence_eng", &self.draft.sentence_eng)?;
        word.serialize_field("updated_at", &self.updated_at)?;
        word.end()
    }
}
