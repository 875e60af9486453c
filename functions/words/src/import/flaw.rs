//! What can be wrong with a file as a whole.

use kit::Error;

use crate::draft::Field;

/// The most bytes that the body may have.
pub(crate) const MAX_BODY_BYTES: u64 = 16 * 1024 * 1024;

/// The most words that a file may have.
pub(crate) const MAX_WORDS: usize = 100_000;

/// The most fields that a line of a table may have.
pub(crate) const MAX_FIELDS: usize = 10_000;

/// What is wrong with a file. Nothing of it is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileFlaw {
    Empty,
    /// It is a workbook, or a package of Anki's.
    Workbook,
    /// Its byte order mark says UTF-16, and a character is cut off.
    BrokenUtf16,
    /// It is meant to be JSON, and is not valid from this place on.
    InvalidJson {
        line: usize,
        column: usize,
    },
    /// It is JSON without a list of words.
    NoList,
    /// The line has more than [`MAX_FIELDS`].
    TooManyFields {
        line: u64,
    },
    /// A quote opens in this line, which names the columns, and is never closed.
    UnclosedQuote {
        line: u64,
    },
    /// Nothing tells what its columns are.
    UnnamedColumns,
    ColumnTwice(Field),
    NoColumn(Field),
    /// It is larger in UTF-8 than a file may be.
    TextTooLarge,
    TooManyWords,
}

impl FileFlaw {
    /// What is wrong, for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::Workbook => "workbook",
            Self::BrokenUtf16 => "broken-utf-16",
            Self::InvalidJson { .. } => "invalid-json",
            Self::NoList => "no-list-of-words",
            Self::TooManyFields { .. } => "too-many-fields",
            Self::UnclosedQuote { .. } => "unclosed-quote",
            Self::UnnamedColumns => "unnamed-columns",
            Self::ColumnTwice(_) => "column-twice",
            Self::NoColumn(_) => "no-column",
            Self::TextTooLarge => "text-too-large",
            Self::TooManyWords => "too-many-words",
        }
    }

    /// What is wrong, and what would be right. It goes on behind "the file".
    fn detail(self) -> String {
        match self {
            Self::Empty => "is empty".to_owned(),
            Self::Workbook => {
                "is a workbook or a package, not text: save it as \"CSV UTF-8\", or in \
                 Anki export \"Notes in Plain Text\""
                    .to_owned()
            }
            Self::BrokenUtf16 => {
                "is in UTF-16 and has a character that is cut off: save it as \"CSV UTF-8\""
                    .to_owned()
            }
            Self::InvalidJson { line, column } => {
                format!("is not valid JSON: look at line {line}, column {column}")
            }
            Self::NoList => {
                "has no list of words: {\"words\": [{\"english\": ..., \"chinese\": ...}]}"
                    .to_owned()
            }
            Self::TooManyFields { line } => {
                format!("has more than {MAX_FIELDS} fields in line {line}")
            }
            Self::UnclosedQuote { line } => {
                format!("opens a quote in line {line} that is never closed")
            }
            Self::UnnamedColumns => format!(
                "must name its columns in the first line: {}",
                Field::NAMES.join(", ")
            ),
            Self::ColumnTwice(field) => format!("names the column {field} twice"),
            Self::NoColumn(field) => format!("has no column {field}"),
            Self::TextTooLarge => {
                format!(
                    "is larger than {} MiB in UTF-8",
                    MAX_BODY_BYTES / 1024 / 1024
                )
            }
            Self::TooManyWords => format!("has more than {MAX_WORDS} words"),
        }
    }
}

impl From<FileFlaw> for Error {
    /// 413 where it is too large, 422 for everything else.
    fn from(flaw: FileFlaw) -> Self {
        match flaw {
            FileFlaw::TextTooLarge | FileFlaw::TooManyWords => {
                Self::too_much(flaw.code(), format!("the file {}", flaw.detail()))
            }
            _ => Self::invalid("file", flaw.code(), flaw.detail()),
        }
    }
}

/// Why a file was not imported.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It is not a file of words.
    Flaw(FileFlaw),
    /// Anything else.
    Other(Error),
}

impl From<FileFlaw> for Refusal {
    fn from(flaw: FileFlaw) -> Self {
        Self::Flaw(flaw)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Flaw(flaw) => flaw.into(),
            Refusal::Other(error) => error,
        }
    }
}
