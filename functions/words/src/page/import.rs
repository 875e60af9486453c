//! The page that says what became of a file.

use std::collections::BTreeSet;

use askama::Template;
use kit::{Error, Request, Response, Result, response::see_other};

use super::{
    import_form::ImportForm,
    import_result::{counts, home_after_import, number},
    texts::Texts,
    visit::{HOME, Site, Visit, with_status},
};
use crate::{
    draft::Field,
    import::{self, LineFlaw, Mode, Refusal, Report},
    word::Word,
};

/// How many mistakes are listed. Whoever has more has made the same one in every line.
const MAX_SHOWN: usize = 200;

/// Imports a file, and says what became of it.
pub(crate) async fn import(mut request: Request) -> Result<Response> {
    match import::import(&mut request).await {
        Ok((mode, report)) => imported(request, mode, report).await,
        Err(refusal) => import_failed(&request, refusal).await,
    }
}

/// Says what became of a file. Where there is no mistake to be listed, the word book does.
async fn imported(request: Request, mode: Mode, report: Report) -> Result<Response> {
    if report.errors.is_empty() && report.imported + report.skipped > 0 {
        return Ok(see_other(&home_after_import(&report)));
    }
    let site = Visit::open(&request).await?.site(&request, HOME, &[]);
    with_status(&Outcome::new(site, mode, &report), report.status(mode))
}

/// Says why a file was not imported, where that is due to the file.
///
/// # Errors
/// The error itself, where it is due to something else.
async fn import_failed(request: &Request, refusal: Refusal) -> Result<Response> {
    let site = Visit::open(request).await?.site(request, HOME, &[]);
    let why = site.texts.refusal(&refusal);
    let error = Error::from(refusal);
    match why {
        Some(why) => with_status(&Outcome::refused(site, why), error.status()),
        None => Err(error),
    }
}

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
    pub(super) fn new(site: Site, mode: Mode, report: &Report) -> Self {
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
            more: (more > 0).then(|| texts.more_problems.text(number(more))),
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
            texts.problems.text(mistakes),
        ];
    }
    if report.imported == 0 && report.skipped == 0 {
        return vec![texts.nothing_imported.to_owned(), texts.no_lines.to_owned()];
    }
    let mistaken: BTreeSet<u64> = report.errors.iter().map(|error| error.line).collect();
    let there = report.skipped.saturating_sub(mistaken.len());
    let mut summary = counts(texts, report.imported, there);
    if !mistaken.is_empty() {
        summary.push(texts.left_out.text(number(mistaken.len())));
    }
    summary
}
