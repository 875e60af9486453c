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

use crate::draft::Draft;

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
    /// In the order in which [`Self::from_row`] reads them.
    pub(crate) const COLUMNS: &str = "id, english, chinese, sentence_eng, sentence_chi, created_at, updated_at, owner, \
                                      owner_id, version";

    /// What [`Self::from_row`] reads: all columns as one value, since every value of a row takes time on its way from
    /// the host.
    pub(crate) fn selected() -> &'static str {
        static SELECTED: LazyLock<String> =
            LazyLock::new(|| format!("json_array({}) AS word", Word::COLUMNS));
        &SELECTED
    }

    pub(crate) fn from_row(row: Row<'_>) -> Result<Self, DbError> {
        let word = serde_json::from_str(row.get("word")?);
        let (
            id,
            english,
            chinese,
            sentence_eng,
            sentence_chi,
            created_at,
            updated_at,
            owner,
            owner_id,
            version,
        ) = word.map_err(|error| DbError::Other(format!("a word cannot be read: {error}")))?;
        Ok(Self {
            id,
            draft: Draft {
                english,
                chinese,
                sentence_eng,
                sentence_chi,
            },
            created_at,
            updated_at,
            owner,
            owner_id,
            version,
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
