//! What became of a file.

use std::iter;

use futures::stream;
use http::StatusCode;
use kit::{BoxError, Error, Response};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    draft::Field,
    import::{reading::Reading, words::line::LineFlaw},
};

/// What happens where something is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing is imported.
    Atomic,
    /// The line is left out, and so is a word that is there.
    Skip,
}

impl Mode {
    /// The mode that a request asks for; atomic where it says nothing.
    ///
    /// # Errors
    /// 400 where there is no such mode.
    pub(crate) fn parse(text: Option<&str>) -> kit::Result<Self> {
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

/// What became of the lines of a file. A line may be named more than once.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// How many words were added.
    pub(crate) imported: usize,
    /// How many lines were left out.
    pub(crate) skipped: usize,
    /// What was wrong, by line.
    pub(crate) errors: Vec<LineError>,
    /// What could have been read otherwise.
    pub(crate) readings: Vec<Reading>,
}

/// What is wrong with a line.
///
/// It is small, and becomes text only as it is written: a file may have 100,000 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineError {
    /// The line, from 1.
    pub(crate) line: u64,
    /// The field, where it is due to one.
    pub(crate) field: Option<Field>,
    pub(crate) flaw: LineFlaw,
}

impl Serialize for LineError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut error = serializer.serialize_struct("LineError", 4)?;
        error.serialize_field("line", &self.line)?;
        error.serialize_field("field", &self.field.map(Field::name))?;
        error.serialize_field("code", self.flaw.code())?;
        error.serialize_field("detail", &self.flaw.detail(self.field))?;
        error.end()
    }
}

/// How many errors are made text at a time.
const ERRORS_AT_A_TIME: usize = 1_000;

impl Report {
    /// Whether the file was refused.
    pub(crate) fn is_refused(&self, mode: Mode) -> bool {
        mode == Mode::Atomic && !self.errors.is_empty()
    }

    /// The status: 422 where the file was refused.
    pub(crate) fn status(&self, mode: Mode) -> StatusCode {
        if self.is_refused(mode) {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        }
    }

    /// The answer to whoever does not want a page: JSON, and a problem document as well where the file was
    /// refused. The errors may be many, so they are written while they are sent.
    pub(crate) fn answer(self, mode: Mode) -> Response {
        let status = self.status(mode);
        let Self {
            imported,
            skipped,
            errors,
            readings,
        } = self;
        // A file that can be read in one way alone says nothing of it.
        let end = match serde_json::to_string(&readings) {
            Ok(readings_json) if !readings.is_empty() => {
                format!("],\"readings\":{readings_json}}}")
            }
            _ => "]}".to_owned(),
        };
        let (content_type, problem) = if status == StatusCode::OK {
            ("application/json", String::new())
        } else {
            let problem = format!(
                "\"type\":\"about:blank\",\"title\":\"Unprocessable Entity\",\"status\":{},\
                 \"code\":\"lines-wrong\",\"detail\":\"nothing was imported, because some lines are wrong\",",
                status.as_u16()
            );
            ("application/problem+json", problem)
        };
        let begin =
            format!("{{{problem}\"imported\":{imported},\"skipped\":{skipped},\"errors\":[");
        let count = errors.len().div_ceil(ERRORS_AT_A_TIME);
        let lists = (0..count).map(move |index| {
            let from = index * ERRORS_AT_A_TIME;
            let some = errors.iter().skip(from).take(ERRORS_AT_A_TIME);
            let texts = some
                .map(serde_json::to_string)
                .collect::<Result<Vec<_>, _>>()?;
            let comma = if index == 0 { "" } else { "," };
            Ok::<_, BoxError>(format!("{comma}{}", texts.join(",")).into())
        });
        let chunks = iter::once(Ok(begin.into()))
            .chain(lists)
            .chain(iter::once(Ok(end.into())));
        let mut response = kit::response::stream(content_type, stream::iter(chunks));
        *response.status_mut() = status;
        response
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::{Value, json};

    use super::*;
    use crate::{draft::Flaw, import::text::charset::Charset};

    fn answer(report: Report, mode: Mode) -> (u16, String, Value) {
        let response = report.answer(mode);
        let content_type = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        let status = response.status().as_u16();
        let mut request = kit::Request::new(
            http::Request::post("/")
                .header("content-type", "application/json")
                .body(response.into_body())
                .unwrap(),
        );
        (status, content_type, block_on(request.json()).unwrap())
    }

    fn wrong() -> Report {
        let error = |line, field, flaw| LineError { line, field, flaw };
        Report {
            imported: 0,
            skipped: 0,
            errors: vec![
                error(2, Some(Field::English), LineFlaw::Field(Flaw::TooLong)),
                error(3, None, LineFlaw::Width { got: 3, want: 4 }),
                error(4, Some(Field::Chinese), LineFlaw::NotUtf8),
                error(5, Some(Field::English), LineFlaw::SameAsLine(2)),
                error(6, Some(Field::English), LineFlaw::SameAsWord(9)),
                error(7, None, LineFlaw::UnclosedQuote),
            ],
            readings: vec![],
        }
    }

    #[test]
    fn what_was_imported_is_plain_json() {
        let report = || Report {
            imported: 3,
            skipped: 1,
            ..Report::default()
        };
        for mode in [Mode::Atomic, Mode::Skip] {
            let want = json!({ "imported": 3, "skipped": 1, "errors": [] });
            assert_eq!(
                answer(report(), mode),
                (200, "application/json".to_owned(), want)
            );
        }
    }

    #[test]
    fn how_it_was_read_is_said_where_that_was_a_choice() {
        for mode in [Mode::Atomic, Mode::Skip] {
            let mut report = wrong();
            report.readings = vec![
                Reading::Charset {
                    taken: Charset::Gbk,
                    others: vec![Charset::Big5],
                },
                Reading::Columns([Some(1), Some(0), None, None]),
            ];
            let (_, _, answer) = answer(report, mode);
            let want = json!([
                { "what": "encoding", "taken": "GBK", "others": ["Big5"] },
                { "what": "columns", "taken": "english 2, chinese 1", "others": ["other columns"] },
            ]);
            assert_eq!(answer["readings"], want);
        }
        assert_eq!(answer(wrong(), Mode::Skip).2.get("readings"), None);
    }

    #[test]
    fn what_was_wrong_is_said_by_line_and_field() {
        let errors = json!([
            { "line": 2, "field": "english", "code": "too-long", "detail": "must have at most 200 characters" },
            { "line": 3, "field": null, "code": "wrong-number-of-fields", "detail": "the line has 3 fields, and the first one has 4" },
            { "line": 4, "field": "chinese", "code": "not-utf-8", "detail": "is not UTF-8: save the file as \"CSV UTF-8\"" },
            { "line": 5, "field": "english", "code": "same-as-line", "detail": "the same pair is in line 2" },
            { "line": 6, "field": "english", "code": "word-exists", "detail": "the book already has this pair, as word 9" },
            { "line": 7, "field": null, "code": "unclosed-quote", "detail": "opens a quote that is never closed, so the rest of the file cannot be read" },
        ]);
        let (status, content_type, skipped) = answer(wrong(), Mode::Skip);
        assert_eq!((status, content_type.as_str()), (200, "application/json"));
        assert_eq!(skipped["errors"], errors);
        let (status, content_type, refused) = answer(wrong(), Mode::Atomic);
        assert_eq!(
            (status, content_type.as_str()),
            (422, "application/problem+json")
        );
        assert_eq!(
            refused,
            json!({
                "type": "about:blank",
                "title": "Unprocessable Entity",
                "status": 422,
                "code": "lines-wrong",
                "detail": "nothing was imported, because some lines are wrong",
                "imported": 0,
                "skipped": 0,
                "errors": errors,
            })
        );
    }
}
