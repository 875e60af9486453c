//! The words in the database.
//!
//! Every change is one statement: what it changed comes back with it, and what it must not change is
//! said in its `WHERE`. A change to a word that was read is made to that version of it or not at all.

mod list;
mod reach;
mod search;

use kit::{
    Error, Result,
    db::{self, Connection, Database, DbError, Migration, params},
    login::Account,
};
pub(crate) use list::{Listing, MAX_COUNTED};
pub(crate) use reach::ListRequest;
use site::migration;

use crate::{draft::Draft, word::Word};

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
    pub(crate) async fn of(db: D) -> Result<Self> {
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
        let select = format!("SELECT {} FROM words WHERE id = ?", Word::COLUMNS);
        self.at_most_one(&select, params![id])
            .await?
            .ok_or_else(|| not_found(id))
    }

    /// Adds a word, unless the same pair is there.
    pub(crate) async fn insert(&self, draft: &Draft, owner: Option<&Account>) -> Result<Inserted> {
        let insert = format!(
            "INSERT INTO words (english, chinese, sentence_eng, sentence_chi, \
             created_at, updated_at, owner, owner_id, english_key, chinese_key, folded) \
             VALUES (?, ?, ?, ?, {NOW}, {NOW}, ?, ?, ?, ?, ?) \
             ON CONFLICT (english_key, chinese_key) DO NOTHING RETURNING {}",
            Word::COLUMNS
        );
        for _ in 0..MAX_ROUNDS {
            let [english_key, chinese_key] = draft.pair();
            let values = params![
                draft.english.as_str(),
                draft.chinese.as_str(),
                draft.sentence_eng.as_str(),
                draft.sentence_chi.as_str(),
                owner.map(|account| account.name.as_str()),
                owner.map(|account| account.id),
                english_key,
                chinese_key,
                draft.folded(),
            ];
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
            "UPDATE OR IGNORE words SET english = ?, chinese = ?, sentence_eng = ?, sentence_chi = ?, \
             updated_at = {NOW}, version = version + 1, english_key = ?, chinese_key = ?, folded = ? \
             WHERE id = ? AND version = ? RETURNING {}",
            Word::COLUMNS
        );
        for _ in 0..MAX_ROUNDS {
            let word = self.get(id).await?;
            let draft = change(&word)?;
            if draft == word.draft {
                return Ok(word);
            }
            let [english_key, chinese_key] = draft.pair();
            let values = params![
                draft.english.as_str(),
                draft.chinese.as_str(),
                draft.sentence_eng.as_str(),
                draft.sentence_chi.as_str(),
                english_key,
                chinese_key,
                draft.folded(),
                id,
                word.version,
            ];
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
            "SELECT {} FROM words WHERE id < ? ORDER BY id DESC LIMIT ?",
            Word::COLUMNS
        );
        let (before, limit) = (
            after.unwrap_or(i64::MAX),
            i64::try_from(limit).unwrap_or(i64::MAX),
        );
        let rows = self.0.execute(&select, params![before, limit]).await?;
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
            "SELECT {0} FROM (SELECT {0}, row_number() OVER up_to_here AS number, \
             sum({bytes}) OVER up_to_here AS bytes \
             FROM (SELECT {0} FROM words WHERE id < ? ORDER BY id DESC LIMIT ?) \
             WINDOW up_to_here AS (ORDER BY id DESC ROWS UNBOUNDED PRECEDING)) \
             WHERE number = 1 OR bytes <= ? ORDER BY id DESC",
            Word::COLUMNS
        );
        let (before, limit) = (
            after.unwrap_or(i64::MAX),
            i64::try_from(limit).unwrap_or(i64::MAX),
        );
        let values = params![before, limit, max_bytes];
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
        Ok(rows.at_most_one()?.map(Word::of_row).transpose()?)
    }
}

/// The words of a result.
fn all(rows: &db::Rows) -> std::result::Result<Vec<Word>, DbError> {
    rows.iter().map(Word::of_row).collect()
}

/// 404 for a word.
fn not_found(id: i64) -> Error {
    Error::NotFound(Word::path_of(id))
}

/// 409 for a pair that another word has.
pub(crate) fn pair_exists(id: i64) -> Error {
    Error::Conflict {
        code: "word-exists",
        detail: format!("the same pair of English and Chinese is there already, as word {id}"),
        location: Word::path_of(id),
    }
}

fn contended() -> Error {
    Error::Unavailable {
        detail: "others keep changing the same word; nothing was changed, so try again".to_owned(),
        retry_after_seconds: 1,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures::{FutureExt, executor::block_on};
    use kit::db::TestDatabase;

    use super::*;
    use crate::rights::testing::account;

    fn words() -> Words<TestDatabase> {
        block_on(Words::of(TestDatabase::in_memory())).unwrap()
    }

    fn draft(english: &str, chinese: &str) -> Draft {
        Draft {
            english: english.to_owned(),
            chinese: chinese.to_owned(),
            ..Draft::default()
        }
    }

    fn added(words: &Words<TestDatabase>, english: &str, chinese: &str) -> Word {
        match block_on(words.insert(&draft(english, chinese), None)).unwrap() {
            Inserted::New(word) => word,
            Inserted::Exists(id) => panic!("{english} is there as {id}"),
        }
    }

    #[test]
    fn a_word_is_kept_as_it_was_given() {
        let words = words();
        let given = Draft {
            english: "O'Neil; -- \"%_\\".to_owned(),
            chinese: "唤醒手腕 👋".to_owned(),
            sentence_eng: "one\ntwo".to_owned(),
            sentence_chi: String::new(),
        };
        let Inserted::New(word) =
            block_on(words.insert(&given, Some(&account(7, "duke")))).unwrap()
        else {
            panic!("nothing is there yet");
        };
        assert_eq!(word.draft, given);
        assert_eq!(word.version, 1);
        assert_eq!(
            (word.owner.as_deref(), word.owner_id),
            (Some("duke"), Some(7))
        );
        assert_eq!(word.created_at, word.updated_at);
        assert!(word.created_at.ends_with('Z'), "{}", word.created_at);
        assert_eq!(block_on(words.get(word.id)).unwrap(), word);
    }

    #[test]
    fn a_pair_is_there_only_once() {
        let words = words();
        let first = added(&words, "Wake", "唤醒");
        assert_eq!(
            block_on(words.insert(&draft(" wAKE ", "唤醒"), None)).unwrap(),
            Inserted::Exists(first.id)
        );
        added(&words, "Wake", "醒来");
        added(&words, "", "");
        assert!(matches!(
            block_on(words.insert(&draft("", ""), None)),
            Ok(Inserted::Exists(_))
        ));
    }

    #[test]
    fn a_change_is_one_version_more() {
        let words = words();
        let before = added(&words, "wake", "唤醒");
        let after = block_on(words.update(before.id, |_| Ok(draft("awake", "醒着")))).unwrap();
        assert_eq!((after.version, after.draft.english.as_str()), (2, "awake"));
        assert_ne!(before.etag(), after.etag());
        assert_eq!(block_on(words.get(before.id)).unwrap(), after);
        let same = block_on(words.update(before.id, |word| Ok(word.draft.clone()))).unwrap();
        assert_eq!(same, after);
    }

    #[test]
    fn a_change_to_a_pair_that_is_there_is_refused() {
        let words = words();
        let (one, other) = (added(&words, "one", "一"), added(&words, "two", "二"));
        let error = block_on(words.update(other.id, |_| Ok(draft("ONE", "一")))).unwrap_err();
        assert!(
            matches!(&error, Error::Conflict { location, .. } if *location == format!("/words/{}", one.id)),
            "{error:?}"
        );
        // Its own pair, in other letters, is no conflict.
        block_on(words.update(other.id, |_| Ok(draft("TWO", "二")))).unwrap();
    }

    #[test]
    fn a_change_is_made_to_what_was_read_or_again() {
        let words = words();
        let word = added(&words, "wake", "唤醒");
        let seen = RefCell::new(Vec::new());
        let after = block_on(words.update(word.id, |word| {
            // Somebody else is faster, once.
            if seen.borrow().is_empty() {
                let faster =
                    "UPDATE words SET english = 'woken', version = version + 1 RETURNING id";
                words
                    .db()
                    .execute(faster, params![])
                    .now_or_never()
                    .unwrap()
                    .unwrap();
            }
            seen.borrow_mut().push(word.draft.english.clone());
            Ok(draft(&format!("{}!", word.draft.english), "唤醒"))
        }))
        .unwrap();
        assert_eq!(*seen.borrow(), ["wake", "woken"]);
        assert_eq!((after.draft.english.as_str(), after.version), ("woken!", 3));
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let words = words();
        let word = added(&words, "wake", "唤醒");
        let refuse = || Error::PreconditionFailed;
        assert!(matches!(
            block_on(words.update(word.id, |_| Err(refuse()))),
            Err(Error::PreconditionFailed)
        ));
        assert!(matches!(
            block_on(words.delete(word.id, |_| Err(refuse()))),
            Err(Error::PreconditionFailed)
        ));
        assert_eq!(block_on(words.get(word.id)).unwrap(), word);
    }

    #[test]
    fn words_are_read_until_they_are_too_long_together() {
        let words = words();
        for english in ["a", "bbb", "cccccccccc", "dd", "ee"] {
            added(&words, english, "");
        }
        let read = |after, limit| -> Vec<String> {
            let some = block_on(words.newest_within(4, after, limit)).unwrap();
            some.into_iter().map(|word| word.draft.english).collect()
        };
        assert_eq!(read(None, 10), ["ee", "dd"]);
        assert_eq!(read(None, 1), ["ee"]);
        assert_eq!(read(Some(4), 10), ["cccccccccc"]);
        assert_eq!(read(Some(3), 10), ["bbb", "a"]);
        assert!(read(Some(1), 10).is_empty());
    }

    #[test]
    fn what_is_behind_u0000_makes_a_word_longer_too() {
        let words = words();
        for english in ["\0aaaaaaa", "\0bbbbbbb", "唤\0"] {
            added(&words, english, "");
        }
        for (max_bytes, want) in [(4, 1), (11, 1), (12, 2), (19, 2), (20, 3)] {
            let some = block_on(words.newest_within(max_bytes, None, 10)).unwrap();
            assert_eq!(some.len(), want, "{max_bytes} bytes");
        }
    }

    #[test]
    fn a_deleted_word_is_gone_and_its_id_never_comes_back() {
        let words = words();
        let word = added(&words, "wake", "唤醒");
        block_on(words.delete(word.id, |_| Ok(()))).unwrap();
        for gone in [
            block_on(words.get(word.id)).map(drop),
            block_on(words.delete(word.id, |_| Ok(()))),
            block_on(words.update(word.id, |_| Ok(Draft::default()))).map(drop),
        ] {
            assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
        }
        assert!(added(&words, "wake", "唤醒").id > word.id);
    }

    /// A word of an account from before ids were kept, and who has the account's name now.
    #[test]
    fn words_from_before_belong_to_the_account_that_added_them() {
        let db = TestDatabase::in_memory();
        block_on(db::migrate(&db, &MIGRATIONS[..2])).unwrap();
        for (id, name, created_at) in [
            (1, "Duke", "2024-01-01T00:00:00.000Z"),
            (2, "ann", "2024-01-02T00:00:00.000Z"),
        ] {
            let insert = "INSERT INTO users (id, name, name_key, password_hash, password_changed_at, created_at) \
                VALUES (?, ?, lower(?2), '', '', ?)";
            block_on(db.execute(insert, params![id, name, created_at])).unwrap();
        }
        let added = [
            (Some("Duke"), "2024-01-01T00:00:00.000Z", Some(1)),
            (Some("Duke"), "2024-01-05T00:00:00.000Z", Some(1)),
            // Younger than the word: it was an earlier account's.
            (Some("ann"), "2024-01-01T23:59:59.999Z", None),
            (Some("ann"), "2024-01-02T00:00:00.001Z", Some(2)),
            (Some("gone"), "2024-01-05T00:00:00.000Z", None),
            (None, "2024-01-05T00:00:00.000Z", None),
        ];
        for (n, (owner, created_at, _)) in added.iter().enumerate() {
            let insert = "INSERT INTO words (english, chinese, sentence_eng, sentence_chi, created_at, \
                updated_at, owner, english_key, chinese_key, folded) \
                VALUES (?1, '', '', '', ?2, ?2, ?3, ?1, '', '')";
            let values = params![n.to_string(), *created_at, *owner];
            block_on(db.execute(insert, values)).unwrap();
        }
        let words = block_on(Words::of(db)).unwrap();
        let owners = |words: &Words<TestDatabase>| {
            let mut all = block_on(words.newest(None, 10)).unwrap();
            all.reverse();
            let owners = all.into_iter().map(|word| (word.owner, word.owner_id));
            owners.collect::<Vec<_>>()
        };
        let want = added.map(|(owner, _, id)| (owner.map(str::to_owned), id));
        assert_eq!(owners(&words), want);
        // A name that is free again and taken by somebody else, while the migration runs once more.
        let again = "UPDATE users SET id = 9, created_at = '2024-02-01T00:00:00.000Z' WHERE id = 1";
        block_on(words.db().execute(again, params![])).unwrap();
        let forget = "DELETE FROM schema_migrations WHERE name = '0004_word_owners'";
        block_on(words.db().execute(forget, params![])).unwrap();
        let Words(db) = words;
        let words = block_on(Words::of(db)).unwrap();
        assert_eq!(owners(&words), want);
    }
}
