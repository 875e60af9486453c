//! POST /words/import: words from a file that a spreadsheet program, a flash card program or our own export wrote.
//!
//! - `file` finds out what a file is: `charset` by its bytes (`share` counts what tells encodings apart), `head`
//!   by what stands above its table, `layout` by the names of its columns (`heading`, `names`) or by what is in
//!   these (`guess`, `sample`, `pinyin`); `quizlet` makes lines of what is written in other ways, `json` reads an
//!   export;
//! - `reading` is what could have been read otherwise, which the answer says;
//! - `table` reads line by line as `dialect` says, `quotes` finds a quote that is never closed, `markup` takes
//!   HTML off;
//! - `width` refuses lines of too many fields, before they are kept;
//! - `batch` packs lines for the database;
//! - `run` puts them in, all or those that it can;
//! - `report` says what became of them;
//! - `turn` keeps several imports from taking more memory than there is.

mod batch;
mod charset;
mod dialect;
mod file;
#[cfg(test)]
mod fixtures;
mod guess;
mod head;
mod heading;
mod json;
mod layout;
mod markup;
mod names;
mod pinyin;
mod quizlet;
mod quotes;
mod reading;
mod report;
mod run;
mod sample;
mod share;
mod table;
mod turn;
mod width;

use std::time::Instant;

use http::header::CONTENT_TYPE;
use kit::{Error, Request, Response, Result, db::Database as _};
use spin_sdk::time::sleep;

use self::turn::Turn;
use crate::{page, rights::Rights, store::Words};

pub(crate) use reading::Reading;
pub(crate) use report::{LineFlaw, Report};

/// The most bytes that the body may have.
pub(crate) const MAX_BODY_BYTES: u64 = 16 * 1024 * 1024;

/// The most words that a file may have.
pub(crate) const MAX_LINES: usize = 100_000;

/// What happens where something is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing is imported.
    Atomic,
    /// The line is left out, and so is a word that is there.
    Skip,
}

impl Mode {
    fn of(text: Option<&str>) -> Result<Self> {
        match text {
            None | Some("atomic") => Ok(Self::Atomic),
            Some("skip") => Ok(Self::Skip),
            Some(_) => Err(Error::bad_parameter(
                "mode",
                "unknown-value",
                "must be atomic or skip",
            )),
        }
    }
}

/// Imports the words of the body, which is a file of words or a form with one.
pub(crate) async fn import(mut request: Request) -> Result<Response> {
    request.set_body_limit(MAX_BODY_BYTES);
    match report_on(&mut request).await {
        Ok((mode, report)) if request.wants_page() => page::imported(request, mode, report).await,
        Ok((mode, report)) => Ok(report.answer(mode)),
        Err(error) if request.wants_page() => page::import_failed(&request, error).await,
        Err(error) => Err(error),
    }
}

async fn report_on(request: &mut Request) -> Result<(Mode, Report)> {
    // Before the body is read: what is wrong here is wrong however long the file is.
    let words = Words::open().await?;
    let rights = Rights::of(request, &words).await?;
    let owner = rights.owner()?;
    let mode = request.args().get("mode").map(str::to_owned);
    let known = Mode::of(mode.as_deref())?;
    // The body may take a while.
    words.db().release();
    let _turn = Turn::take(request, Instant::now, sleep).await?;
    let (file, mode) = match media_type(request).as_str() {
        "text/csv" | "text/tab-separated-values" | "text/plain" | "application/json" => {
            (request.data().await?, known)
        }
        "multipart/form-data" => {
            let file = request
                .file("file")
                .await?
                .ok_or_else(|| Error::MissingField("file".to_owned()))?;
            let form = request.form().await?;
            (
                file.data,
                Mode::of(mode.as_deref().or_else(|| form.get("mode")))?,
            )
        }
        _ => {
            return Err(Error::UnsupportedMediaType {
                got: Some(media_type(request)).filter(|got| !got.is_empty()),
                want: "text/csv, text/tab-separated-values, text/plain or application/json, or \
                    multipart/form-data with the field file",
            });
        }
    };
    // From here on the file is the only copy, and goes as soon as it is read.
    request.drop_body();
    Ok((mode, words.import(mode, file, owner).await?))
}

/// The body's content type without its parameters.
fn media_type(request: &Request) -> String {
    let header = request.headers().get(CONTENT_TYPE);
    let text = header
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    text.split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}
