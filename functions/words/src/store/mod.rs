//! The words in the database.
//!
//! Every change is one statement: what it changed comes back with it, and what it must not change is
//! said in its `WHERE`. A change to a word that was read is made to that version of it or not at all.

mod list;
mod reach;
mod search;
#[cfg(test)]
mod tests;

use kit::{
    Error, Result,
    db::{self, Connection, Database, DbError, Migration, params},
    login::Account,
};
pub(crate) use list::{Listing, MAX_COUNTED};
pub(crate) use reach::ListRequest;
use site::migration;

use crate::{
    draft::{Draft, Field},
    word::Word,
};

/// What the database has to look like.
const MIGRATIONS: &[Migration] = &[
    migration!("0001_words"),
    migration!("0002_accounts"),
    // Asks the table of accounts whose the words are.
    migration!("0004_word_owners"),
];

/// How often a change is tried that others keep getting in the way of. In each round somebody's change is
/// made, so it takes as many as there are changes to one word at the same time.
const MAX_ROUNDS: usize = 200;

/// The moment of a change. One clock for all: the database's.
pub(crate) const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

/// The table of words.
pub(crate) struct Words<D>(D);

/// What became of a word to be added.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Inserted {
    New(Word),
    /// The pair is there already, in the word of this id.
    Exists(i64),
}

impl Words<Connection> {
    /// The words of this application.
    ///
    /// # Errors
    /// Those of [`DbError`].
    pub(crate) async fn open() -> Result<Self> {
        Ok(Self(Connection::open(MIGRATIONS).await?))
    }
}

impl<D: Database> Words<D> {
    /// Words in a database that is in the form it has to be in.
    #[cfg(test)]
    pub(crate) async fn new(db: D) -> Result<Self> {
        db::migrate(&db, MIGRATIONS).await?;
        Ok(Self(db))
    }

    /// Where they are, for statements that only one place needs.
    pub(crate) fn db(&self) -> &D {
        &self.0
    }

    /// The word of this id.
    ///
    /// # Errors
    /// 404 where there is none.
    pub(crate) async fn get(&self, id: i64) -> Result<Word> {
        let select = format!("SELECT {} FROM words WHERE id = ?", Word::selected());
        self.at_most_one(&select, params![id])
            .await?
            .ok_or_else(|| not_found(id))
    }

    /// Adds a word, unless the same pair is there.
    pub(crate) async fn insert(&self, draft: &Draft, owner: Option<&Account>) -> Result<Inserted> {
        let insert = format!(
            "INSERT INTO words ({}, created_at, updated_at, owner, owner_id, english_key, chinese_key, folded) \
             VALUES ({}, {NOW}, {NOW}, ?, ?, ?, ?, ?) \
             ON CONFLICT (english_key, chinese_key) DO NOTHING RETURNING {}",
            Field::NAMES.join(", "),
            Field::NAMES.map(|_| "?").join(", "),
            Word::selected()
        );
        for _ in 0..MAX_ROUNDS {
            let [english_key, chinese_key] = draft.pair();
            let mut values = draft.params();
            values.extend(params![
                owner.map(|account| account.name.as_str()),
                owner.map(|account| account.id),
                english_key,
                chinese_key,
                draft.folded(),
            ]);
            if let Some(word) = self.at_most_one(&insert, values).await? {
                return Ok(Inserted::New(word));
            }
            if let Some(id) = self.id_of_pair(draft).await? {
                return Ok(Inserted::Exists(id));
            }
            // It was there, and is gone again.
        }
        Err(contended())
    }

    /// Changes a word to what `change` makes of it, or refuses with what that refuses with. It may
    /// see the word more than once, where others change it meanwhile.
    ///
    /// # Errors
    /// 404 where there is no such word, 409 where another one has the pair, and those of `change`.
    pub(crate) async fn update(
        &self,
        id: i64,
        change: impl Fn(&Word) -> Result<Draft>,
    ) -> Result<Word> {
        let update = format!(
            "UPDATE OR IGNORE words SET {}, updated_at = {NOW}, version = version + 1, english_key = ?, chinese_key = ?, folded = ? \
             WHERE id = ? AND version = ? RETURNING {}",
            Field::NAMES.map(|name| format!("{name} = ?")).join(", "),
            Word::selected()
        );
        for _ in 0..MAX_ROUNDS {
            let word = self.get(id).await?;
            let draft = change(&word)?;
            if draft == word.draft {
                return Ok(word);
            }
            let [english_key, chinese_key] = draft.pair();
            let mut values = draft.params();
            values.extend(params![
                english_key,
                chinese_key,
                draft.folded(),
                id,
                word.version,
            ]);
            if let Some(word) = self.at_most_one(&update, values).await? {
                return Ok(word);
            }
            if let Some(other) = self.id_of_pair(&draft).await?
                && other != id
            {
                return Err(pair_exists(other));
            }
        }
        Err(contended())
    }

    /// Deletes a word, unless `check` refuses.
    ///
    /// # Errors
    /// 404 where there is no such word, and those of `check`.
    pub(crate) async fn delete(&self, id: i64, check: impl Fn(&Word) -> Result<()>) -> Result<()> {
        for _ in 0..MAX_ROUNDS {
            let word = self.get(id).await?;
            check(&word)?;
            let delete = "DELETE FROM words WHERE id = ? AND version = ? RETURNING id";
            let deleted = self.0.execute(delete, params![id, word.version]).await?;
            if !deleted.is_empty() {
                return Ok(());
            }
        }
        Err(contended())
    }

    /// Up to `limit` words, newest first, from behind the one of this id.
    pub(crate) async fn newest(&self, after: Option<i64>, limit: usize) -> Result<Vec<Word>> {
        let select = format!(
            "SELECT {} FROM words WHERE id < ? ORDER BY id DESC LIMIT {limit}",
            Word::selected()
        );
        let before = after.unwrap_or(i64::MAX);
        let rows = self.0.execute(&select, params![before]).await?;
        Ok(all(&rows)?)
    }

    /// The same, but only as many of them as have so many bytes together. The first one comes however
    /// long it is.
    pub(crate) async fn newest_within(
        &self,
        max_bytes: i64,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Word>> {
        // SQLite's length() of a text ends at U+0000, which `/data` takes.
        let bytes = "octet_length(english) + octet_length(chinese) \
                     + octet_length(sentence_eng) + octet_length(sentence_chi)";
        let select = format!(
            "SELECT {} FROM (SELECT {1}, row_number() OVER up_to_here AS number, \
             sum({bytes}) OVER up_to_here AS bytes \
             FROM (SELECT {1} FROM words WHERE id < ? ORDER BY id DESC LIMIT {limit}) \
             WINDOW up_to_here AS (ORDER BY id DESC ROWS UNBOUNDED PRECEDING)) \
             WHERE number = 1 OR bytes <= ? ORDER BY id DESC",
            Word::selected(),
            Word::COLUMNS
        );
        let values = params![after.unwrap_or(i64::MAX), max_bytes];
        let rows = self.0.execute(&select, values).await?;
        Ok(all(&rows)?)
    }

    async fn id_of_pair(&self, draft: &Draft) -> Result<Option<i64>> {
        let [english_key, chinese_key] = draft.pair();
        let select = "SELECT id FROM words WHERE english_key = ? AND chinese_key = ?";
        let rows = self
            .0
            .execute(select, params![english_key, chinese_key])
            .await?;
        let row = rows.at_most_one()?;
        Ok(row.map(|row| row.get("id")).transpose()?)
    }

    async fn at_most_one(&self, statement: &str, values: Vec<db::Value>) -> Result<Option<Word>> {
        let rows = self.0.execute(statement, values).await?;
        Ok(rows.at_most_one()?.map(Word::from_row).transpose()?)
    }
}

/// The words of a result.
fn all(rows: &db::Rows) -> std::result::Result<Vec<Word>, DbError> {
    rows.iter().map(Word::from_row).collect()
}

/// 404 for a word.
fn not_found(id: i64) -> Error {
    Error::NotFound(Word::path_of(id))
}

/// 409 for a pair that another word has.
pub(crate) fn pair_exists(id: i64) -> Error {
    Error::Conflict {
        code: "word-exists",
        detail: format!("the book already has this pair of English and Chinese, as word {id}"),
        location: Word::path_of(id),
    }
}

fn contended() -> Error {
    Error::Unavailable {
        detail: "others are changing this word at the same time; nothing was changed: try again"
            .to_owned(),
        retry_after_seconds: 1,
    }
}
