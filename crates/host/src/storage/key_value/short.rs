//! Values read where they are asked for.
//!
//! To hand a call to another thread, and the value back, takes longer than reading most values. So one that is short is
//! read at once, without waiting for locks. Everything else begins again on a thread of its own.

use rusqlite::OptionalExtension as _;

use super::database::Held;
use crate::storage::lock::without_waiting;

/// The most bytes of a value that is read at once. Akamai's stores take values up to 1 MB, and reading that takes some
/// 0.2 ms.
const SHORT_BYTES: u32 = 1 << 20;

/// What became of a value that was tried as a short one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// It is read; none where there is no such key.
    Done(Option<Vec<u8>>),
    /// It is longer, or another program has the file, or there was an error.
    Undone,
}

impl Held {
    /// Reads the value of a key here and now, if it is a short one.
    pub(super) fn get_short(&self, key: &str) -> Short {
        let sql = "SELECT CASE WHEN length(value) <= ?3 THEN value END
                   FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let value = without_waiting(&self.connection, |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let parameters = (self.store(), key, SHORT_BYTES);
            let value = statement.query_row(parameters, |row| row.get::<_, Option<Vec<u8>>>(0));
            value.optional()
        });
        match value {
            Ok(None) => Short::Done(None),
            Ok(Some(Some(value))) => Short::Done(Some(value)),
            Ok(Some(None)) | Err(_) => Short::Undone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::key_value::statements::set;

    async fn held(folder: &tempfile::TempDir) -> Held {
        Held::of(Some(folder.path().join("a.db"))).await
    }

    #[tokio::test]
    async fn a_short_value_is_read_at_once_and_a_longer_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let held = held(&folder).await;
        for (bytes, is_short) in [(0, true), (SHORT_BYTES, true), (SHORT_BYTES + 1, false)] {
            let value = vec![7; bytes as usize];
            set(&held.connection, held.store(), "k", &value).unwrap();
            let want = match is_short {
                true => Short::Done(Some(value)),
                false => Short::Undone,
            };
            assert!(held.get_short("k") == want, "{bytes}");
        }
        assert_eq!(held.get_short("none"), Short::Done(None));
    }

    #[tokio::test]
    async fn another_program_that_has_the_file_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let held = held(&folder).await;
        let other = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        assert_eq!(held.get_short("k"), Short::Undone);
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(held.get_short("k"), Short::Done(None));
    }
}
