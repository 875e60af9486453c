//! The fields of a word, as somebody wants them to be.

#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt};

use kit::{Error, FieldError, MultiDict, Result, db::Value, formats::python};

use crate::text::fold;

/// The most characters that a word may have, in English and in Chinese.
pub(crate) const MAX_WORD_CHARS: usize = 200;

/// The most characters that a sentence may have.
pub(crate) const MAX_SENTENCE_CHARS: usize = 2_000;

/// Ends each field in [`Draft::folded`]. It is no text, so no search crosses it.
const FIELD_END: char = '\u{1f}';

/// The text of each field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) english: String,
    pub(crate) chinese: String,
    pub(crate) sentence_eng: String,
    pub(crate) sentence_chi: String,
}

/// Which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    English,
    Chinese,
    SentenceEng,
    SentenceChi,
}

/// Something for each field, in the order of [`Field::ALL`].
pub(crate) type PerField<T> = [T; Field::COUNT];

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    Missing,
    Empty,
    TooLong,
    SeveralLines,
    ControlCharacter,
}

impl Field {
    /// How many there are.
    pub(crate) const COUNT: usize = 4;

    /// All of them, in the table's order.
    pub(crate) const ALL: PerField<Self> = [
        Self::English,
        Self::Chinese,
        Self::SentenceEng,
        Self::SentenceChi,
    ];

    /// Those that a search looks in.
    pub(crate) const SEARCHED: [Self; 4] = Self::ALL;

    /// Their names.
    pub(crate) const NAMES: PerField<&'static str> =
        ["english", "chinese", "sentence_eng", "sentence_chi"];

    /// Its name in forms, JSON and CSV.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Whether no word is without it.
    pub(crate) fn is_required(self) -> bool {
        matches!(self, Self::English | Self::Chinese)
    }

    /// Whether it is a sentence, which may have several lines. All others have one.
    pub(crate) fn is_sentence(self) -> bool {
        matches!(self, Self::SentenceEng | Self::SentenceChi)
    }

    /// The most characters that it may have.
    pub(crate) fn max_chars(self) -> usize {
        if self.is_sentence() {
            MAX_SENTENCE_CHARS
        } else {
            MAX_WORD_CHARS
        }
    }
}

impl Flaw {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [
        Self::Missing,
        Self::Empty,
        Self::TooLong,
        Self::SeveralLines,
        Self::ControlCharacter,
    ];

    /// What is wrong, for programs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::TooLong => "too-long",
            Self::SeveralLines => "several-lines",
            Self::ControlCharacter => "control-characters",
        }
    }

    /// What is wrong with this field, and what would be right.
    pub(crate) fn detail(self, field: Field) -> Cow<'static, str> {
        match self {
            Self::Missing => "is missing".into(),
            Self::Empty => "must not be empty".into(),
            Self::TooLong => format!("must have at most {} characters", field.max_chars()).into(),
            Self::SeveralLines => "must be on one line".into(),
            Self::ControlCharacter => "must not have control characters".into(),
        }
    }

    /// The same for an answer.
    pub(crate) fn error(self, field: Field) -> FieldError {
        FieldError::new(field.name(), self.code(), self.detail(field))
    }
}

impl Draft {
    /// The draft of what `text` has for each field.
    ///
    /// # Errors
    /// Those of `text`.
    pub(crate) fn try_new<E>(
        mut text: impl FnMut(Field) -> std::result::Result<String, E>,
    ) -> std::result::Result<Self, E> {
        let mut draft = Self::default();
        for field in Field::ALL {
            *draft.get_mut(field) = text(field)?;
        }
        Ok(draft)
    }

    /// The query of the tutorial's `/data`: stripped, and without newlines, which the text is not
    /// stripped of again. Everything else is taken as it is, up to the length that a word may have.
    ///
    /// # Errors
    /// 400 where a parameter is missing, 422 with each that is too long.
    pub(crate) fn from_args(args: &MultiDict) -> Result<Self> {
        let draft = Self::try_new(|field| -> Result<String> {
            Ok(python::strip(args.require(field.name())?).replace('\n', ""))
        })?;
        let too_long = Field::ALL
            .into_iter()
            .filter(|field| is_too_long(*field, draft.get(*field)));
        let flaws: Vec<_> = too_long.map(|field| (field, Flaw::TooLong)).collect();
        if flaws.is_empty() {
            Ok(draft)
        } else {
            Err(unprocessable(&flaws, &[]))
        }
    }

    /// The same word with the texts that are given: trimmed and with their
    /// lines ended alike, if nothing is wrong with them. The others stay as they are, whatever they are:
    /// what came in by `/data` was never checked.
    ///
    /// # Errors
    /// Every flaw of every text that is given.
    pub(crate) fn with(
        self,
        texts: PerField<Option<String>>,
    ) -> std::result::Result<Self, Vec<(Field, Flaw)>> {
        self.with_tidied(texts.map(|text| text.map(tidy)))
    }

    /// The same for texts of an export of ours, whose line ends are as they were in the book: `/data` keeps a carriage
    /// return in a sentence.
    ///
    /// # Errors
    /// Every flaw of every text that is given.
    pub(crate) fn with_exported(
        self,
        texts: PerField<Option<String>>,
    ) -> std::result::Result<Self, Vec<(Field, Flaw)>> {
        self.with_tidied(texts.map(|text| text.map(|text| with_line_ends(&text))))
    }

    fn with_tidied(
        mut self,
        texts: PerField<Option<String>>,
    ) -> std::result::Result<Self, Vec<(Field, Flaw)>> {
        let mut flaws = Vec::new();
        for (field, text) in Field::ALL.into_iter().zip(texts) {
            let Some(text) = text else {
                continue;
            };
            flaws.extend(flaws_of(field, &text).map(|flaw| (field, flaw)));
            *self.get_mut(field) = text;
        }
        if flaws.is_empty() {
            Ok(self)
        } else {
            Err(flaws)
        }
    }

    /// One of the fields.
    pub(crate) fn get(&self, field: Field) -> &str {
        match field {
            Field::English => &self.english,
            Field::Chinese => &self.chinese,
            Field::SentenceEng => &self.sentence_eng,
            Field::SentenceChi => &self.sentence_chi,
        }
    }

    fn get_mut(&mut self, field: Field) -> &mut String {
        match field {
            Field::English => &mut self.english,
            Field::Chinese => &mut self.chinese,
            Field::SentenceEng => &mut self.sentence_eng,
            Field::SentenceChi => &mut self.sentence_chi,
        }
    }

    /// Its texts as parameters of a statement, in the fields' order.
    pub(crate) fn params(&self) -> Vec<Value> {
        Field::ALL.map(|field| Value::text(self.get(field))).into()
    }

    /// The pair that is there only once: trimmed, and without letter case.
    pub(crate) fn pair(&self) -> [String; 2] {
        [&self.english, &self.chinese].map(|text| fold(python::strip(text)))
    }

    /// What a search looks in; see `migrations/0001_words.sql`.
    pub(crate) fn folded(&self) -> String {
        let mut folded = String::new();
        for field in Field::SEARCHED {
            folded.push_str(&searchable(self.get(field)));
            folded.push(FIELD_END);
        }
        folded.push(FIELD_END);
        folded
    }
}

/// 422 with what is wrong with each field, in their order. A field that was no text is in `not_text`, and
/// nothing else is wrong with it.
pub(crate) fn unprocessable(flaws: &[(Field, Flaw)], not_text: &[FieldError]) -> Error {
    let errors = Field::ALL.into_iter().flat_map(|field| {
        let not_text = not_text.iter().find(|error| error.field == field.name());
        let flaws = flaws
            .iter()
            .filter(move |(other, _)| not_text.is_none() && *other == field)
            .map(move |(_, flaw)| flaw.error(field));
        not_text.cloned().into_iter().chain(flaws)
    });
    Error::invalid_fields("some fields of the word are wrong", errors.collect())
}

/// A text as it is searched for, and in.
pub(crate) fn searchable(text: &str) -> String {
    // SQLite ends some texts at U+0000.
    fold(text).replace(['\0', FIELD_END], " ")
}

/// Trimmed, and without `\r` in front of `\n`. A `\r` elsewhere stays.
fn with_line_ends(text: &str) -> String {
    let text = python::strip(text);
    let Some((lines, last)) = text.rsplit_once('\n') else {
        return text.to_owned();
    };
    let lines = lines.split('\n').map(|line| line.trim_end_matches('\r'));
    let mut tidied: String = lines.flat_map(|line| [line, "\n"]).collect();
    tidied.push_str(last);
    tidied
}

/// Trimmed, and each line ended by `\n`, which browsers send as `\r\n`.
fn tidy(text: String) -> String {
    let trimmed = python::strip(&text);
    if trimmed.contains('\r') {
        return trimmed.replace("\r\n", "\n").replace('\r', "\n");
    }
    if trimmed.len() == text.len() {
        return text;
    }
    trimmed.to_owned()
}

fn is_too_long(field: Field, text: &str) -> bool {
    text.chars().count() > field.max_chars()
}

fn flaws_of(field: Field, text: &str) -> impl Iterator<Item = Flaw> {
    let newline = text.contains(['\n', '\r']);
    let control = text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    [
        (field.is_required() && text.is_empty(), Flaw::Empty),
        (is_too_long(field, text), Flaw::TooLong),
        (!field.is_sentence() && newline, Flaw::SeveralLines),
        (control, Flaw::ControlCharacter),
    ]
    .into_iter()
    .filter_map(|(wrong, flaw)| wrong.then_some(flaw))
}

impl fmt::Display for Field {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
