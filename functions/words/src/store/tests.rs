//! Words in a database.

use std::cell::RefCell;

use futures::{FutureExt, executor::block_on};
use kit::db::TestDatabase;

use super::*;
use crate::rights::testing::account;

fn words() -> Words<TestDatabase> {
    block_on(Words::new(TestDatabase::in_memory())).unwrap()
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
        sentence_chi: ('\0'..=' ')
            .chain("\\u0041\u{7f}\u{2028}\u{10ffff}".chars())
            .collect(),
    };
    let Inserted::New(word) = block_on(words.insert(&given, Some(&account(7, "duke")))).unwrap()
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
            let faster = "UPDATE words SET english = 'woken', version = version + 1 RETURNING id";
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
    let words = block_on(Words::new(db)).unwrap();
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
    let words = block_on(Words::new(db)).unwrap();
    assert_eq!(owners(&words), want);
}
