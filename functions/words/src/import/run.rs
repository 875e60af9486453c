//! Putting the lines of a file into the database.

use std::collections::HashMap;

use bytes::Bytes;
use kit::{
    Error, Result,
    db::{Database, DbError, Value, params},
    login::Account,
};

use super::{
    MAX_LINES, Mode,
    batch::{self, Batch},
    file::File,
    report::{LineError, LineFlaw, Report},
    table::Line,
};
use crate::{
    draft::{Draft, Field},
    store::{NOW, Words},
};

/// How large a batch of an import as a whole is. They all go into one statement, so it is only that no
/// piece of memory has to be much larger.
const BATCH_BYTES: usize = 1024 * 1024;

/// How many lines a statement has where each line is by itself. Others write in between.
const SKIP_LINES: usize = 1_000;

impl<D: Database> Words<D> {
    /// Imports a file of words.
    ///
    /// # Errors
    /// 413 where it has too many lines; 422 where it is no table; 503 where the database is busy. What is
    /// wrong with its lines is no error but in the report.
    pub(crate) async fn import(
        &self,
        mode: Mode,
        file: Bytes,
        owner: Option<&Account>,
    ) -> Result<Report> {
        let file = File::of(file)?;
        // Before anything is kept.
        check_count(&file)?;
        let readings = file.readings.clone();
        let report = match mode {
            Mode::Atomic => self.import_all(file, owner).await,
            Mode::Skip => self.import_some(file, owner).await,
        };
        report.map(|report| Report { readings, ..report })
    }

    /// All lines, or none.
    async fn import_all(&self, file: File, owner: Option<&Account>) -> Result<Report> {
        let (batches, mut errors) = batches(&file)?;
        drop(file);
        let mut existing = Vec::new();
        let mut parameters = batch::owner(owner);
        let mut imported = 0;
        for batch in batches {
            imported += batch.lines.len();
            let lines = batch.lines.clone();
            let json = batch.json()?;
            existing.extend(self.existing(&lines, &json).await?);
            parameters.push(Value::Text(json));
        }
        errors.extend(existing);
        if !errors.is_empty() {
            // A line that has two flaws keeps their order.
            errors.sort_by_key(|error| error.line);
            return Ok(Report {
                errors,
                ..Report::default()
            });
        }
        if imported == 0 {
            return Ok(Report::default());
        }
        let rows: Vec<String> = (3..=parameters.len())
            .map(|number| format!("SELECT value FROM json_each(?{number})"))
            .collect();
        let insert = format!("{} FROM ({})", insert(), rows.join(" UNION ALL "));
        self.prepare_for_much().await?;
        match self.db().execute(&insert, parameters).await {
            Ok(_) => Ok(Report { imported, ..Report::default() }),
            // The pairs were looked for above, so somebody was faster.
            Err(DbError::Constraint(_)) => Err(Error::Unavailable {
                detail: "somebody added one of the words at the same time; nothing was imported, so send \
                         the file again to see which"
                    .to_owned(),
                retry_after_seconds: 1,
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Prepares for a statement that takes seconds.
    async fn prepare_for_much(&self) -> Result<()> {
        // SQLite locks everybody out once what is changed does not fit into its cache of 2 MB; otherwise
        // others can read until the change is written. Where this cannot be set, they wait.
        let _ = self
            .db()
            .execute("PRAGMA cache_spill = OFF", params![])
            .await;
        self.db().retire();
        // A statement of this size is tried once. One that changes nothing waits for the lock for longer.
        let wait = "UPDATE words_total SET total = total WHERE FALSE";
        self.db().execute(wait, params![]).await?;
        Ok(())
    }

    /// Every line that is right and not there.
    async fn import_some(&self, file: File, owner: Option<&Account>) -> Result<Report> {
        let mut report = Report::default();
        let mut batch = Batch::default();
        let mut wrong = 0;
        for line in file.lines()? {
            let line = line?;
            match &line.word {
                Ok(draft) => batch.push(line.number, draft)?,
                Err(_) => {
                    wrong += 1;
                    report.errors.extend(errors_of(line));
                }
            }
            if batch.lines.len() == SKIP_LINES || batch.bytes() >= BATCH_BYTES {
                self.import_batch(std::mem::take(&mut batch), owner, &mut report)
                    .await?;
            }
        }
        self.import_batch(batch, owner, &mut report).await?;
        report.skipped += wrong;
        Ok(report)
    }

    async fn import_batch(
        &self,
        batch: Batch,
        owner: Option<&Account>,
        report: &mut Report,
    ) -> Result<()> {
        let lines = batch.lines.len();
        let insert = format!(
            "{} FROM json_each(?3) WHERE TRUE ON CONFLICT (english_key, chinese_key) DO NOTHING RETURNING 1",
            insert()
        );
        let mut parameters = batch::owner(owner);
        parameters.push(Value::Text(batch.json()?));
        let imported = match self.db().execute(&insert, parameters).await {
            Ok(rows) => rows.len(),
            Err(error) => return Err(interrupted(error, report.imported)),
        };
        report.imported += imported;
        report.skipped += lines - imported;
        Ok(())
    }

    /// The lines whose pair a word has.
    async fn existing(&self, lines: &[u64], json: &str) -> Result<Vec<LineError>> {
        // CROSS JOIN keeps SQLite from reading all words for each line.
        let select = "SELECT line.key AS line, words.id AS id \
            FROM json_each(?) AS line CROSS JOIN words \
            ON words.english_key = coalesce(line.value ->> 4, line.value ->> 0) \
            AND words.chinese_key = coalesce(line.value ->> 5, line.value ->> 1)";
        let rows = self.db().execute(select, params![json]).await?;
        rows.iter()
            .map(|row| {
                let index = usize::try_from(row.get::<i64>("line")?).unwrap_or(usize::MAX);
                let line = lines.get(index).copied().unwrap_or_default();
                Ok(pair_error(line, LineFlaw::SameAsWord(row.get("id")?)))
            })
            .collect()
    }
}

/// Every line of a file that is right, and what is wrong with the others.
fn batches(file: &File) -> Result<(Vec<Batch>, Vec<LineError>)> {
    let mut batches = vec![Batch::default()];
    let mut errors = Vec::new();
    let mut pairs: HashMap<[String; 2], u64> = HashMap::new();
    for line in file.lines()? {
        let line = line?;
        let Ok(draft) = &line.word else {
            errors.extend(errors_of(line));
            continue;
        };
        if let Some(earlier) = pairs.get(&draft.pair()) {
            errors.push(pair_error(line.number, LineFlaw::SameAsLine(*earlier)));
            continue;
        }
        pairs.insert(draft.pair(), line.number);
        push(&mut batches, line.number, draft)?;
    }
    Ok((batches, errors))
}

fn push(batches: &mut Vec<Batch>, line: u64, draft: &Draft) -> Result<()> {
    if batches
        .last()
        .is_none_or(|batch| batch.bytes() >= BATCH_BYTES)
    {
        // It has room for twice of what it holds, and there may be many.
        if let Some(batch) = batches.last_mut() {
            batch.shrink();
        }
        batches.push(Batch::default());
    }
    match batches.last_mut() {
        Some(batch) => batch.push(line, draft),
        None => Ok(()),
    }
}

/// The beginning of a statement that inserts rows of `json_each`.
fn insert() -> String {
    format!(
        "INSERT INTO words (created_at, updated_at, owner, owner_id, {}) SELECT {NOW}, {NOW}, ?1, ?2, {}",
        batch::COLUMNS,
        batch::VALUES
    )
}

fn check_count(file: &File) -> Result<()> {
    if file.count()? <= MAX_LINES {
        return Ok(());
    }
    Err(Error::TooMuch(format!(
        "the file has more than {MAX_LINES} words"
    )))
}

fn errors_of(line: Line) -> impl Iterator<Item = LineError> {
    let number = line.number;
    let flaws = line.word.err().unwrap_or_default();
    flaws.into_iter().map(move |(field, flaw)| LineError {
        line: number,
        field,
        flaw,
    })
}

fn pair_error(line: u64, flaw: LineFlaw) -> LineError {
    LineError {
        line,
        field: Some(Field::English),
        flaw,
    }
}

/// The error of a statement behind others that were kept.
fn interrupted(error: DbError, imported: usize) -> Error {
    if imported == 0 {
        return error.into();
    }
    let so_far =
        format!("{imported} words were imported before that, and the same file can be sent again");
    match Error::from(error) {
        Error::Unavailable {
            retry_after_seconds,
            ..
        } => Error::Unavailable {
            detail: format!("the database is busy, or cannot be reached; {so_far}"),
            retry_after_seconds,
        },
        Error::InsufficientStorage(_) => {
            Error::InsufficientStorage(format!("the database has no room for more; {so_far}"))
        }
        error => error,
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::db::{PageRequest, TestDatabase};

    use super::*;
    use crate::rights::testing::account;

    const HEAD: &str = "english,chinese,sentence_eng,sentence_chi\n";

    fn words() -> Words<TestDatabase> {
        block_on(Words::of(TestDatabase::in_memory())).unwrap()
    }

    fn import(words: &Words<TestDatabase>, mode: Mode, file: &str) -> Report {
        let duke = account(7, "duke");
        block_on(words.import(mode, file.to_owned().into(), Some(&duke))).unwrap()
    }

    /// The English of all words that `q` finds, oldest first.
    fn found(words: &Words<TestDatabase>, q: &str) -> Vec<String> {
        let request = PageRequest {
            limit: 100,
            after: None,
        };
        let page = block_on(words.list(request, q)).unwrap().page;
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
            let total = block_on(words.list(
                PageRequest {
                    limit: 1,
                    after: None,
                },
                "",
            ))
            .unwrap()
            .total;
            assert_eq!(total, i64::try_from(lines).ok());
        }
    }

    #[test]
    fn a_file_of_too_many_lines_is_refused() {
        let mut file = HEAD.to_owned();
        for line in 0..=MAX_LINES {
            file.push_str(&format!("{line},{line},,\n"));
        }
        for mode in [Mode::Atomic, Mode::Skip] {
            let words = words();
            let refused = block_on(words.import(mode, file.clone().into(), None)).unwrap_err();
            assert_eq!(refused.status().as_u16(), 413, "{mode:?}");
            assert!(found(&words, "").is_empty(), "{mode:?}");
        }
    }

    #[test]
    fn a_file_that_is_larger_in_utf_8_than_it_may_be_is_refused() {
        // The euro sign is one byte there, and three in UTF-8.
        let euros = b"\x80 ".repeat(16 * 1024 * 1024 / 3);
        let file = [HEAD.as_bytes(), b"wake,x,\xe9,", &euros].concat();
        let refused = block_on(words().import(Mode::Skip, file.into(), None)).unwrap_err();
        assert_eq!(refused.status().as_u16(), 413);
        assert!(refused.to_string().contains("in UTF-8"), "{refused}");
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
}
