//! An account, as others see it.

use crate::store::db::{DbError, Row};

/// Somebody who can log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Never that of another account, not even of one that is gone.
    pub id: i64,
    /// What it logs in with, and what is written on what it owns.
    pub name: String,
    /// What it likes to be called, if it said so.
    pub nickname: Option<String>,
    /// RFC 3339, UTC.
    pub created_at: String,
}

impl Account {
    /// The columns of the table `users` that an account is read from.
    pub const COLUMNS: &'static str = "users.id, users.name, users.nickname, users.created_at";

    /// Reads an account from a row.
    ///
    /// # Errors
    /// Where the row lacks one of [`Self::COLUMNS`].
    pub fn from_row(row: Row<'_>) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            nickname: row.get("nickname")?,
            created_at: row.get("created_at")?,
        })
    }

    /// What others get to see: `{"name", "nickname", "created_at"}`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name,
            "nickname": self.nickname,
            "created_at": self.created_at,
        })
    }

    /// What a page calls it: the nickname, or else the name.
    pub fn called(&self) -> &str {
        self.nickname.as_deref().unwrap_or(&self.name)
    }

    /// Whether a thing that belongs to the account of this id is its own. Names do not count: one may have been
    /// an earlier account's.
    pub fn owns(&self, owner_id: Option<i64>) -> bool {
        owner_id == Some(self.id)
    }
}
