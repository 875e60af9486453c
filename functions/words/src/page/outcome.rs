//! The page that says what became of a file.

use std::collections::BTreeSet;

use askama::Template;

use super::{Site, book::ImportForm, texts::Texts};
use crate::{
    draft::Field,
    import::{LineFlaw, Mode, Report},
    word::Word,
};

/// How many mistakes are listed. Whoever has more has made the same one in every line.
const MAX_SHOWN: usize = 200;

/// The page.
#[derive(Template)]
#[template(path = "outcome.html")]
pub(super) struct Outcome {
    site: Site,
    import: ImportForm,
    /// What is said of the file as a whole.
    summary: Vec<String>,
    is_refused: bool,
    mistakes: Vec<Mistake>,
    more: Option<String>,
}

/// A mistake in a line.
struct Mistake {
    line: u64,
    /// The field's name as it is in the file.
    field: Option<&'static str>,
    problem: String,
    /// Where the word is that has the same pair.
    link: Option<String>,
}

impl Outcome {
    /// For a file that was read.
    pub(super) fn of(site: Site, mode: Mode, report: &Report) -> Self {
        let texts = site.texts;
        let shown = report.errors.iter().take(MAX_SHOWN);
        let mistakes = shown.map(|error| Mistake {
            line: error.line,
            field: error.field.map(Field::name),
            problem: texts.line_flaw(error.field, error.flaw),
            link: match error.flaw {
                LineFlaw::SameAsWord(id) => Some(Word::path_of(id)),
                _ => None,
            },
        });
        let more = report.errors.len().saturating_sub(MAX_SHOWN);
        Self {
            mistakes: mistakes.collect(),
            more: (more > 0).then(|| texts.more_problems.of(number(more))),
            summary: summary(texts, mode, report),
            is_refused: report.is_refused(mode),
            import: ImportForm::new(texts, mode == Mode::Skip),
            site,
        }
    }

    /// For a file that could not be read.
    pub(super) fn refused(site: Site, why: String) -> Self {
        let texts = site.texts;
        Self {
            summary: vec![texts.nothing_imported.to_owned(), why],
            is_refused: true,
            mistakes: Vec::new(),
            more: None,
            import: ImportForm::new(texts, false),
            site,
        }
    }
}

fn summary(texts: &Texts, mode: Mode, report: &Report) -> Vec<String> {
    let mut summary = what_became(texts, mode, report);
    summary.extend(report.readings.iter().map(|reading| texts.reading(reading)));
    summary
}

fn what_became(texts: &Texts, mode: Mode, report: &Report) -> Vec<String> {
    let mistakes = number(report.errors.len());
    if report.is_refused(mode) {
        return vec![
            texts.nothing_imported.to_owned(),
            texts.problems.of(mistakes),
        ];
    }
    if report.imported == 0 && report.skipped == 0 {
        return vec![texts.nothing_imported.to_owned(), texts.no_lines.to_owned()];
    }
    let mistaken: BTreeSet<u64> = report.errors.iter().map(|error| error.line).collect();
    let there = report.skipped.saturating_sub(mistaken.len());
    let mut summary = counts(texts, report.imported, there);
    if !mistaken.is_empty() {
        summary.push(texts.left_out.of(number(mistaken.len())));
    }
    summary
}

/// How many words were imported, and how many were there already.
pub(super) fn counts(texts: &Texts, imported: usize, there: usize) -> Vec<String> {
    let mut counts = vec![texts.imported.of(number(imported))];
    if there > 0 {
        counts.push(texts.there.of(number(there)));
    }
    counts
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
