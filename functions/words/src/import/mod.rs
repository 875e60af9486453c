//! Importing words from a file that a spreadsheet program, a flash card program or our own export wrote.
//!
//! A file goes through these stages; each knows only those above it:
//!
//! - `text`: what file it is. `charset` decodes its bytes, `head` reads what stands above its table, `quizlet` makes
//!   lines of what is written in other ways;
//! - `rows`: a table row by row, by one reader; a `survey` reads it once for each way in which it may be written;
//! - `columns`: which column has which field, by their names (`heading`, `names`) or by what is in them (`guess`,
//!   `sample`, `pinyin`); `layout` decides;
//! - `words`: the words of the rows, or of an export in JSON; `markup` takes HTML off;
//! - `run`: puts them into the database, all or those that it can. `batch` packs them for a statement, `report` says
//!   what became of each, `permit` keeps several imports from taking more memory than there is.
//!
//! `file` leads through the stages. `flaw` is what can be wrong with a file, and `reading` what could have been read
//! otherwise; both are made into texts elsewhere.

mod columns;
mod file;
#[cfg(test)]
mod fixtures;
mod flaw;
mod reading;
mod rows;
mod run;
mod text;
mod words;

use std::time::Instant;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use kit::{Error, Request, db::Database as _};
use spin_sdk::time::sleep;

use crate::{rights::Rights, store::Words};

use self::run::permit::MemoryPermit;
pub(crate) use self::{
    flaw::{FileFlaw, MAX_BODY_BYTES, MAX_WORDS, Refusal},
    reading::Reading,
    run::report::{Mode, Report},
    words::line::LineFlaw,
};

/// Imports the words of a request's body, which is a file of words or a form with one.
///
/// # Errors
/// 401 where adding needs a login, 400 for an unknown mode, 415 for a body of another type, and those of
/// [`Words::import`].
pub(crate) async fn import(request: &mut Request) -> Result<(Mode, Report), Refusal> {
    request.set_body_limit(MAX_BODY_BYTES);
    // Before the body is read: what is wrong here is wrong however long the file is.
    let words = Words::open().await?;
    let rights = Rights::new(request, &words).await?;
    let owner = rights.owner()?;
    let mode = request.args().get("mode").map(str::to_owned);
    let known = Mode::parse(mode.as_deref())?;
    // The body may take a while.
    words.db().release();
    let _permit = MemoryPermit::take(request, Instant::now, sleep).await?;
    let (file, form_mode) = file_of(request).await?;
    let mode = match mode {
        Some(_) => known,
        None => Mode::parse(form_mode.as_deref())?,
    };
    // From here on the file is the only copy, and goes as soon as it is read.
    request.drop_body();
    Ok((mode, words.import(mode, file, owner).await?))
}

/// The file that is the body, or is in it, and the mode that a form names.
async fn file_of(request: &mut Request) -> Result<(Bytes, Option<String>), Error> {
    match media_type(request).as_str() {
        "text/csv" | "text/tab-separated-values" | "text/plain" | "application/json" => {
            Ok((request.data().await?, None))
        }
        "multipart/form-data" => {
            let file = request.file("file").await?;
            let file = file.ok_or_else(|| Error::MissingField("file".to_owned()))?;
            let mode = request.form().await?.get("mode").map(str::to_owned);
            Ok((file.data, mode))
        }
        other => Err(Error::UnsupportedMediaType {
            got: Some(other.to_owned()).filter(|got| !got.is_empty()),
            want: "text/csv, text/tab-separated-values, text/plain or application/json, or \
                multipart/form-data with the field file",
        }),
    }
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
