//! Putting the lines of a file into the database.

mod batch;
pub(super) mod permit;
pub(super) mod report;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use bytes::Bytes;
use kit::{
    Error, Result,
    db::{Database, DbError, Value, params},
    login::Account,
};

use self::{
    batch::Batch,
    report::{LineError, Mode, Report},
};
use super::{
    file::File,
    flaw::Refusal,
    words::line::{Line, LineFlaw},
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
    /// The flaw of the file, where it has one; 503 where the database is busy. What is wrong with its lines is no
    /// error but in the report.
    pub(crate) async fn import(
        &self,
        mode: Mode,
        file: Bytes,
        owner: Option<&Account>,
    ) -> Result<Report, Refusal> {
        let file = File::parse(file)?;
        let readings = file.readings.clone();
        let report = match mode {
            Mode::Atomic => self.import_all(file, owner).await,
            Mode::Skip => self.import_some(file, owner).await,
        };
        Ok(Report {
            readings,
            ..report?
        })
    }

    /// All lines, or none.
    async fn import_all(&self, file: File, owner: Option<&Account>) -> Result<Report, Refusal> {
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
            Err(DbError::Constraint(_)) => Err(Refusal::Other(Error::Unavailable {
                detail: "somebody added one of the words at the same time; nothing was imported, so send \
                         the file again to see which"
                    .to_owned(),
                retry_after_seconds: 1,
            })),
            Err(error) => Err(Error::from(error).into()),
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
    async fn import_some(&self, file: File, owner: Option<&Account>) -> Result<Report, Refusal> {
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
        let select = format!(
            "SELECT line.key AS line, words.id AS id FROM json_each(?) AS line CROSS JOIN words \
            ON words.english_key = {} AND words.chinese_key = {}",
            batch::key(Field::English),
            batch::key(Field::Chinese)
        );
        let rows = self.db().execute(&select, params![json]).await?;
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
fn batches(file: &File) -> Result<(Vec<Batch>, Vec<LineError>), Refusal> {
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
        batch::columns(),
        batch::values()
    )
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
