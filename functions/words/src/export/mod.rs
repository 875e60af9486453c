//! GET /words/export: all words as a file.
//!
//! The words are read in pages, and the database is free between two of them: a reader that stands
//! still keeps nobody from writing.

mod anki;
mod csv;
mod json;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use kit::{BoxError, Error, Request, Response, Result, db::walk, response::attachment};

use crate::{store::Words, word::Word};

/// How many bytes the texts of a page's words have together. They are in memory several times.
const MAX_PAGE_BYTES: i64 = 1024 * 1024;

/// What a file looks like.
trait Format: Send + 'static {
    /// Its content type and its name.
    const CONTENT_TYPE: &'static str;
    const FILE_NAME: &'static str;

    /// What comes before the words.
    fn begin(&mut self) -> Vec<u8>;
    /// Some words.
    fn words(&mut self, words: &[Word]) -> Result<Vec<u8>, BoxError>;
    /// What comes behind them.
    fn end(&mut self) -> Vec<u8>;
}

/// The file, in the form that `?format=` names.
pub(crate) async fn export(request: Request) -> Result<Response> {
    match request.args().get("format").unwrap_or("csv") {
        "csv" => file(csv::Csv).await,
        "json" => file(json::Json::default()).await,
        "anki" => file(anki::Anki).await,
        _ => Err(Error::bad_parameter(
            "format",
            "unknown-value",
            "must be csv, json or anki",
        )),
    }
}

async fn file<F: Format>(format: F) -> Result<Response> {
    let mut pages = Box::pin(walk(
        |after, limit| async move {
            // Somebody may take minutes to read a page, and others need the connection.
            let words = Words::open().await?;
            words.newest_within(MAX_PAGE_BYTES, after, limit).await
        },
        |word: &Word| word.id,
    ));
    // What fails at once is still an answer of its own.
    let first = pages.next().await.transpose()?;
    let pages = stream::iter(first.map(Ok)).chain(pages);
    let file = kit::response::stream(F::CONTENT_TYPE, encoded(format, pages));
    Ok(attachment(file, F::FILE_NAME))
}

/// The file's bytes. An error of a page becomes one of the body, which then ends without its end.
fn encoded<F: Format>(
    mut format: F,
    pages: impl Stream<Item = Result<Vec<Word>>>,
) -> impl Stream<Item = std::result::Result<Bytes, BoxError>> {
    enum Step {
        Begin,
        Words(Vec<Word>),
        Failed(Error),
        End,
    }
    stream::iter([Step::Begin])
        .chain(pages.map(|page| page.map_or_else(Step::Failed, Step::Words)))
        .chain(stream::iter([Step::End]))
        .map(move |step| {
            Ok(match step {
                Step::Begin => format.begin(),
                Step::Words(words) => format.words(&words)?,
                Step::Failed(error) => return Err(error.into()),
                Step::End => format.end(),
            }
            .into())
        })
}

/// These words in each format, for tests of the way back.
#[cfg(test)]
pub(crate) fn as_files(words: &[Word]) -> [String; 3] {
    let pages = || vec![words.to_vec()];
    [
        tests::text(csv::Csv, pages()),
        tests::text(json::Json::default(), pages()),
        tests::text(anki::Anki, pages()),
    ]
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::draft::Draft;

    pub(super) fn word(id: i64, fields: [&str; 4]) -> Word {
        let [english, chinese, sentence_eng, sentence_chi] = fields.map(str::to_owned);
        Word {
            id,
            draft: Draft {
                english,
                chinese,
                sentence_eng,
                sentence_chi,
            },
            created_at: "2024-01-01T00:00:00.000Z".to_owned(),
            updated_at: "2024-01-02T00:00:00.000Z".to_owned(),
            owner: None,
            owner_id: None,
            version: 1,
        }
    }

    /// The whole file of these pages.
    pub(super) fn text<F: Format>(format: F, pages: Vec<Vec<Word>>) -> String {
        let pages = stream::iter(pages.into_iter().map(Ok));
        let chunks: Vec<_> = block_on(encoded(format, pages).collect());
        let bytes: Vec<u8> = chunks
            .into_iter()
            .flat_map(|chunk| chunk.unwrap())
            .collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_page_that_fails_ends_the_file_with_an_error() {
        let pages = stream::iter([
            Ok(vec![word(1, ["a", "b", "", ""])]),
            Err(Error::internal("gone")),
        ]);
        let chunks: Vec<_> = block_on(encoded(csv::Csv, pages).collect());
        assert!(chunks.iter().any(|chunk| chunk.is_err()));
    }
}
