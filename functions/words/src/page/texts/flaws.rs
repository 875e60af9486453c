//! What can be wrong with a word, with a line of a file, and with a file, in the reader's language.

use kit::Error;
use serde::Serialize;
use site::{fill, grouped};

use super::super::form::label;
use crate::{
    draft::{Field, Flaw},
    import::{FileFlaw, LineFlaw, MAX_BODY_BYTES, MAX_WORDS, Reading, Refusal},
};

/// The texts of one language.
#[derive(Serialize)]
pub(super) struct Texts {
    pub(super) no_english: &'static str,
    pub(super) no_chinese: &'static str,
    pub(super) is_empty: &'static str,
    pub(super) too_long: &'static str,
    pub(super) several_lines: &'static str,
    pub(super) control_character: &'static str,
    pub(super) not_utf8: &'static str,
    pub(super) no_object: &'static str,
    pub(super) no_text: &'static str,
    pub(super) unclosed_quote: &'static str,
    pub(super) width: &'static str,
    pub(super) same_as_line: &'static str,
    pub(super) same_as_word: &'static str,
    pub(super) file_utf16: &'static str,
    pub(super) file_workbook: &'static str,
    pub(super) file_json: &'static str,
    pub(super) no_list: &'static str,
    pub(super) too_many_fields: &'static str,
    pub(super) no_columns: &'static str,
    pub(super) column_twice: &'static str,
    pub(super) no_column: &'static str,
    pub(super) text_too_large: &'static str,
    pub(super) too_many_lines: &'static str,
    pub(super) too_many_parts: &'static str,
}

impl super::Texts {
    /// What is wrong with a field of a form.
    pub(crate) fn flaw(&self, field: Field, flaw: Flaw) -> String {
        match (flaw, field) {
            (Flaw::Missing | Flaw::Empty, Field::English) => self.flaws.no_english.to_owned(),
            (Flaw::Missing | Flaw::Empty, Field::Chinese) => self.flaws.no_chinese.to_owned(),
            _ => self.field_flaw(Some(field), flaw),
        }
    }

    /// The same where it is nobody's to enter, but in a file.
    fn field_flaw(&self, field: Option<Field>, flaw: Flaw) -> String {
        let flaws = &self.flaws;
        match flaw {
            Flaw::Missing | Flaw::Empty => flaws.is_empty.to_owned(),
            Flaw::TooLong => {
                let max = field.map_or(0, Field::max_chars);
                fill(flaws.too_long, &[("n", &count(max))])
            }
            Flaw::SeveralLines => flaws.several_lines.to_owned(),
            Flaw::ControlCharacter => flaws.control_character.to_owned(),
        }
    }

    /// What is wrong with a line of a file.
    pub(crate) fn line_flaw(&self, field: Option<Field>, flaw: LineFlaw) -> String {
        let flaws = &self.flaws;
        match flaw {
            LineFlaw::Field(flaw) => self.field_flaw(field, flaw),
            LineFlaw::NotUtf8 => flaws.not_utf8.to_owned(),
            LineFlaw::NoObject => flaws.no_object.to_owned(),
            LineFlaw::NoText => flaws.no_text.to_owned(),
            LineFlaw::UnclosedQuote => flaws.unclosed_quote.to_owned(),
            LineFlaw::Width { got, want } => {
                fill(flaws.width, &[("got", &count(got)), ("want", &count(want))])
            }
            LineFlaw::SameAsLine(line) => fill(flaws.same_as_line, &[("n", &line.to_string())]),
            LineFlaw::SameAsWord(_) => flaws.same_as_word.to_owned(),
        }
    }

    /// How a file was read, where that was a choice.
    pub(crate) fn reading(&self, reading: &Reading) -> String {
        let list = |texts: Vec<String>| texts.join(self.list_comma);
        match reading {
            Reading::Charset { taken, others } => {
                let others = others.iter().map(|other| other.name().to_owned()).collect();
                fill(
                    self.read_as_charset,
                    &[("taken", taken.name()), ("others", &list(others))],
                )
            }
            Reading::Separator { taken, others } => {
                let others = others
                    .iter()
                    .map(|other| self.separator(*other).to_owned())
                    .collect();
                fill(
                    self.read_by_separator,
                    &[("taken", self.separator(*taken)), ("others", &list(others))],
                )
            }
            Reading::FirstLine => self.read_first_line.to_owned(),
            Reading::Columns(columns) => {
                let columns = Field::ALL.into_iter().zip(columns);
                let columns = columns.filter_map(|(field, column)| {
                    let number = (*column)?.saturating_add(1);
                    Some(format!("{} {}", label(self, field), count(number)))
                });
                fill(self.read_columns, &[("columns", &list(columns.collect()))])
            }
            Reading::Markup => self.read_markup.to_owned(),
            Reading::Quotes => self.read_quotes.to_owned(),
        }
    }

    fn separator(&self, separator: u8) -> &'static str {
        let [comma, semicolon, tab, pipe, colon, space, other] = self.separators;
        match separator {
            b',' => comma,
            b';' => semicolon,
            b'\t' => tab,
            b'|' => pipe,
            b':' => colon,
            b' ' => space,
            _ => other,
        }
    }

    /// Why a file was not imported; none where it is due to something else.
    pub(crate) fn refusal(&self, refusal: &Refusal) -> Option<String> {
        match refusal {
            Refusal::Flaw(flaw) => Some(self.file_flaw(*flaw)),
            Refusal::Other(Error::MissingField(_)) => Some(self.scripts.choose_file.to_owned()),
            Refusal::Other(Error::TooLarge { .. }) => {
                Some(fill(self.scripts.file_too_large, &[("mib", &max_mib())]))
            }
            Refusal::Other(Error::TooManyFields(_)) => Some(self.flaws.too_many_parts.to_owned()),
            Refusal::Other(_) => None,
        }
    }

    /// What is wrong with a file as a whole.
    fn file_flaw(&self, flaw: FileFlaw) -> String {
        let flaws = &self.flaws;
        let text = match flaw {
            FileFlaw::Empty => self.scripts.file_empty,
            FileFlaw::Workbook => flaws.file_workbook,
            FileFlaw::BrokenUtf16 => flaws.file_utf16,
            FileFlaw::InvalidJson { .. } => flaws.file_json,
            FileFlaw::NoList => flaws.no_list,
            FileFlaw::TooManyFields { .. } => flaws.too_many_fields,
            FileFlaw::UnclosedQuote { .. } => flaws.unclosed_quote,
            FileFlaw::UnnamedColumns => {
                let columns = Field::NAMES.join(self.list_comma);
                return fill(flaws.no_columns, &[("columns", &columns)]);
            }
            FileFlaw::ColumnTwice(field) => {
                return fill(flaws.column_twice, &[("column", field.name())]);
            }
            FileFlaw::NoColumn(field) => {
                return fill(flaws.no_column, &[("column", field.name())]);
            }
            FileFlaw::TextTooLarge => {
                return fill(flaws.text_too_large, &[("mib", &max_mib())]);
            }
            FileFlaw::TooManyWords => {
                return fill(flaws.too_many_lines, &[("lines", &count(MAX_WORDS))]);
            }
        };
        text.to_owned()
    }
}

/// The limit of a file, in MiB.
pub(crate) fn max_mib() -> String {
    (MAX_BODY_BYTES / 1024 / 1024).to_string()
}

/// The limit of a file, in words.
pub(crate) fn max_words() -> String {
    count(MAX_WORDS)
}

fn count(n: usize) -> String {
    grouped(i64::try_from(n).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use site::{OFFERED, Texts as _};

    use super::*;
    use crate::page::texts::Texts;

    #[test]
    fn a_long_word_is_told_how_long_it_may_be() {
        let texts = Texts::in_language(site::Language::English);
        let said = texts.flaw(Field::SentenceChi, Flaw::TooLong);
        assert!(said.contains("2,000"), "{said}");
    }

    #[test]
    fn whatever_is_wrong_with_a_file_is_said_in_both_languages() {
        let all = [
            FileFlaw::Empty,
            FileFlaw::Workbook,
            FileFlaw::BrokenUtf16,
            FileFlaw::InvalidJson { line: 1, column: 1 },
            FileFlaw::NoList,
            FileFlaw::TooManyFields { line: 1 },
            FileFlaw::UnclosedQuote { line: 1 },
            FileFlaw::UnnamedColumns,
            FileFlaw::ColumnTwice(Field::English),
            FileFlaw::NoColumn(Field::Chinese),
            FileFlaw::TextTooLarge,
            FileFlaw::TooManyWords,
        ];
        for flaw in all {
            let said = OFFERED.map(|language| Texts::in_language(language).file_flaw(flaw));
            assert_ne!(said[0], said[1]);
            for text in said {
                assert!(!text.is_empty() && !text.contains(['{', '}']), "{text}");
            }
        }
    }

    #[test]
    fn how_a_file_was_read_is_said_in_both_languages() {
        let readings = [
            Reading::from_token("encoding:GBK:Big5:windows-1252").unwrap(),
            Reading::from_token("separator:semicolon:comma").unwrap(),
            Reading::from_token("columns:2:1:0:0").unwrap(),
            Reading::FirstLine,
            Reading::Markup,
            Reading::Quotes,
        ];
        for language in OFFERED {
            for reading in &readings {
                let said = Texts::in_language(language).reading(reading);
                assert!(!said.is_empty() && !said.contains(['{', '}']), "{said}");
            }
        }
        let texts = Texts::in_language(site::Language::English);
        let said = texts.reading(&readings[0]);
        assert!(
            said.contains("as GBK, but it could also be Big5, windows-1252"),
            "{said}"
        );
        let said = texts.reading(&readings[2]);
        assert!(said.ends_with("English 2, Chinese 1."), "{said}");
    }

    #[test]
    fn a_limit_is_named() {
        let texts = Texts::in_language(site::Language::English);
        for (refusal, want) in [
            (
                Refusal::Other(Error::TooLarge {
                    limit_bytes: MAX_BODY_BYTES,
                }),
                "16 MiB",
            ),
            (Refusal::Flaw(FileFlaw::TooManyWords), "100,000 words"),
            (
                Refusal::Other(Error::TooManyFields(String::new())),
                "fields",
            ),
            (
                Refusal::Flaw(FileFlaw::TextTooLarge),
                "In UTF-8, the file is larger than 16 MiB",
            ),
        ] {
            let said = texts.refusal(&refusal).unwrap();
            assert!(said.contains(want), "{said}");
        }
        let other = Refusal::Other(Error::PreconditionFailed);
        assert_eq!(texts.refusal(&other), None);
    }
}
