//! A word of a file, or what is wrong with it.

use crate::draft::{Draft, Field, Flaw};

/// One word.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The line in which it begins, from 1.
    pub(crate) number: u64,
    /// The word, or what is wrong with it.
    pub(crate) word: Result<Draft, LineFlaws>,
}

/// What is wrong with a line, each with the field where it is due to one.
pub(crate) type LineFlaws = Vec<(Option<Field>, LineFlaw)>;

/// What can be wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFlaw {
    /// A field is not what it has to be.
    Field(Flaw),
    /// Its bytes are no text.
    NotUtf8,
    /// In JSON: it is no object.
    NoObject,
    /// In JSON: it is no text.
    NoText,
    /// A quote opens in it that is never closed: the rest of the file belongs to it.
    UnclosedQuote,
    /// It has more or fewer fields than the first line.
    Width { got: usize, want: usize },
    /// An earlier line has the same pair.
    SameAsLine(u64),
    /// A word has the same pair.
    SameAsWord(i64),
}

impl LineFlaw {
    /// What is wrong, for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Field(flaw) => flaw.code(),
            Self::NotUtf8 => "not-utf-8",
            Self::NoObject => "not-an-object",
            Self::NoText => "not-a-string",
            Self::UnclosedQuote => "unclosed-quote",
            Self::Width { .. } => "wrong-number-of-fields",
            Self::SameAsLine(_) => "same-as-line",
            Self::SameAsWord(_) => "word-exists",
        }
    }

    /// What is wrong, and what would be right, with the field where it is due to one.
    pub(crate) fn detail(self, field: Option<Field>) -> String {
        match (self, field) {
            (Self::Field(flaw), Some(field)) => flaw.detail(field).into_owned(),
            (Self::Field(_), None) => "is wrong".to_owned(),
            (Self::NotUtf8, _) => "is not UTF-8: save the file as \"CSV UTF-8\"".to_owned(),
            (Self::NoObject, _) => {
                "is not a word: {\"english\": \"...\", \"chinese\": \"...\"}".to_owned()
            }
            (Self::NoText, _) => "must be a string".to_owned(),
            (Self::UnclosedQuote, _) => {
                "opens a quote that is never closed, so the rest of the file cannot be read"
                    .to_owned()
            }
            (Self::Width { got, want }, _) => {
                format!("the line has {got} fields, and the first one has {want}")
            }
            (Self::SameAsLine(line), _) => format!("the same pair is in line {line}"),
            (Self::SameAsWord(id), _) => {
                format!("the book already has this pair, as word {id}")
            }
        }
    }
}
