//! Files that are imported into a database.

use futures::executor::block_on;
use kit::db::{PageRequest, TestDatabase};

use super::*;
use crate::{
    import::flaw::{FileFlaw, MAX_WORDS},
    rights::testing::account,
    store::ListRequest,
};

const HEAD: &str = "english,chinese,sentence_eng,sentence_chi\n";

fn words() -> Words<TestDatabase> {
    block_on(Words::new(TestDatabase::in_memory())).unwrap()
}

fn import(words: &Words<TestDatabase>, mode: Mode, file: &str) -> Report {
    let duke = account(7, "duke");
    block_on(words.import(mode, file.to_owned().into(), Some(&duke))).unwrap()
}

fn total(words: &Words<TestDatabase>) -> Option<i64> {
    let all = kit::MultiDict::default();
    let request = ListRequest::from_args(&all).unwrap();
    block_on(words.list(request)).unwrap().total
}

/// The English of all words that `q` finds, oldest first.
fn found(words: &Words<TestDatabase>, q: &str) -> Vec<String> {
    let request = PageRequest {
        limit: 100,
        after: None,
    };
    let request = ListRequest {
        page: request,
        through: None,
        q,
    };
    let page = block_on(words.list(request)).unwrap().page;
    page.items
        .into_iter()
        .rev()
        .map(|word| word.draft.english)
        .collect()
}

fn error(line: u64, field: Option<Field>, flaw: LineFlaw) -> LineError {
    LineError { line, field, flaw }
}

#[test]
fn right_lines_are_imported_in_either_mode_and_found() {
    for mode in [Mode::Atomic, Mode::Skip] {
        let words = words();
        let file = format!("{HEAD}Wake,唤醒,\"I \"\"WAKE\"\"\",\\ 我醒\nÉté,夏,ẞ,\n");
        assert_eq!(
            import(&words, mode, &file),
            Report {
                imported: 2,
                ..Report::default()
            },
            "{mode:?}"
        );
        let word = block_on(words.get(1)).unwrap();
        assert_eq!(word.draft.sentence_eng, "I \"WAKE\"");
        assert_eq!(word.draft.sentence_chi, "\\ 我醒");
        assert_eq!(
            (word.owner.as_deref(), word.owner_id),
            (Some("duke"), Some(7))
        );
        for (q, want) in [
            ("wake", &["Wake"][..]),
            ("i \"wake\"", &["Wake"]),
            ("été", &["Été"]),
            ("ss", &["Été"]),
            ("唤", &["Wake"]),
            ("", &["Wake", "Été"]),
        ] {
            assert_eq!(found(&words, q), want, "{mode:?} {q}");
        }
        // The pair is compared without letter case, here as elsewhere.
        let draft = Draft {
            english: "été".to_owned(),
            chinese: "夏".to_owned(),
            ..Draft::default()
        };
        assert_eq!(
            block_on(words.insert(&draft, None)).unwrap(),
            crate::store::Inserted::Exists(2)
        );
    }
}

#[test]
fn atomic_imports_nothing_where_anything_is_wrong() {
    let words = words();
    import(&words, Mode::Atomic, &format!("{HEAD}there,在,,\n"));
    let file = format!("{HEAD}new,新,,\n,空,,\nTHERE,在,,\nNEW,新,,\na,b,c\n");
    assert_eq!(
        import(&words, Mode::Atomic, &file),
        Report {
            imported: 0,
            skipped: 0,
            errors: vec![
                error(
                    3,
                    Some(Field::English),
                    LineFlaw::Field(crate::draft::Flaw::Empty)
                ),
                error(4, Some(Field::English), LineFlaw::SameAsWord(1)),
                error(5, Some(Field::English), LineFlaw::SameAsLine(2)),
                error(6, None, LineFlaw::Width { got: 3, want: 4 }),
            ],
            readings: vec![],
        }
    );
    assert_eq!(found(&words, ""), ["there"]);
}

#[test]
fn skip_leaves_out_what_is_wrong_or_there() {
    let words = words();
    import(&words, Mode::Skip, &format!("{HEAD}there,在,,\n"));
    let file = format!("{HEAD}new,新,,\n,空,,\nTHERE,在,,\nNEW,新,,\nlast,末,,\n");
    assert_eq!(
        import(&words, Mode::Skip, &file),
        Report {
            imported: 2,
            skipped: 3,
            errors: vec![error(
                3,
                Some(Field::English),
                LineFlaw::Field(crate::draft::Flaw::Empty)
            )],
            readings: vec![],
        }
    );
    assert_eq!(found(&words, ""), ["there", "new", "last"]);
    assert_eq!(
        import(&words, Mode::Skip, &file),
        Report {
            imported: 0,
            skipped: 5,
            errors: vec![error(
                3,
                Some(Field::English),
                LineFlaw::Field(crate::draft::Flaw::Empty)
            )],
            readings: vec![],
        }
    );
}

#[test]
fn a_file_without_words_imports_none() {
    for mode in [Mode::Atomic, Mode::Skip] {
        assert_eq!(import(&words(), mode, HEAD), Report::default(), "{mode:?}");
    }
}

#[test]
fn more_lines_than_a_batch_are_one_import() {
    let lines = 2 * SKIP_LINES + 1;
    let mut file = HEAD.to_owned();
    let sentence = "long ".repeat(300);
    for line in 0..lines {
        file.push_str(&format!("word {line},词 {line},{sentence},\n"));
    }
    assert!(file.len() > 2 * BATCH_BYTES);
    for mode in [Mode::Atomic, Mode::Skip] {
        let words = words();
        assert_eq!(import(&words, mode, &file).imported, lines, "{mode:?}");
        assert_eq!(total(&words), i64::try_from(lines).ok());
    }
}

#[test]
fn a_file_of_too_many_lines_is_refused() {
    let mut file = HEAD.to_owned();
    for line in 0..=MAX_WORDS {
        file.push_str(&format!("{line},{line},,\n"));
    }
    for mode in [Mode::Atomic, Mode::Skip] {
        let words = words();
        let refused = block_on(words.import(mode, file.clone().into(), None)).unwrap_err();
        assert!(
            matches!(refused, Refusal::Flaw(FileFlaw::TooManyWords)),
            "{mode:?}"
        );
        assert!(found(&words, "").is_empty(), "{mode:?}");
    }
}

#[test]
fn a_file_that_is_larger_in_utf_8_than_it_may_be_is_refused() {
    // The euro sign is one byte there, and three in UTF-8.
    let euros = b"\x80 ".repeat(16 * 1024 * 1024 / 3);
    let file = [HEAD.as_bytes(), b"wake,x,\xe9,", &euros].concat();
    let refused = block_on(words().import(Mode::Skip, file.into(), None)).unwrap_err();
    assert!(
        matches!(refused, Refusal::Flaw(FileFlaw::TextTooLarge)),
        "{refused:?}"
    );
}

#[test]
fn what_was_exported_comes_back_as_it_was() {
    let words = words();
    let drafts = [
        ["=1+1", "'=引", "a,\"b\"\nc", "'"],
        ["'tis", "-1", "@x", "\u{ff1d}"],
        // What only /data takes.
        ["wake", "", "a;=1", "one\n- two"],
        ["", "'", "", "''"],
        ["", "", "", ""],
    ];
    for [english, chinese, sentence_eng, sentence_chi] in drafts {
        let draft = Draft {
            english: english.to_owned(),
            chinese: chinese.to_owned(),
            sentence_eng: sentence_eng.to_owned(),
            sentence_chi: sentence_chi.to_owned(),
        };
        block_on(words.insert(&draft, None)).unwrap();
    }
    let before = block_on(words.newest(None, 10)).unwrap();
    let drafts = |words: &[crate::word::Word]| -> Vec<Draft> {
        words.iter().map(|word| word.draft.clone()).collect()
    };
    for file in crate::export::as_files(&before) {
        let copy = self::words();
        assert_eq!(import(&copy, Mode::Atomic, &file).errors, [], "{file}");
        let mut after = block_on(copy.newest(None, 10)).unwrap();
        // The file has the newest first, so their ids are the other way round.
        after.reverse();
        assert_eq!(drafts(&after), drafts(&before), "{file}");
    }
}
