//! Finding a text in any field of a word.
//!
//! - Three characters or more: a phrase of trigrams in the index, which is exact.
//! - One or two (most Chinese words): what begins a trigram is in the word. Where that is the case for
//!   few words, these are looked up; where for many, the newest are read one by one until a page is full.

use crate::draft::searchable;

/// The most characters of a text that the index is asked for; the rest is compared with each match.
const MAX_PHRASE_CHARS: usize = 64;

/// Up to so many words with a short text are looked up, in about 2 ms. Where there are more, they are
/// not far apart.
pub(super) const MAX_LOOKED_UP: usize = 2_000;

/// A text that is searched for, without letter case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search {
    pub(super) needle: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Begins each trigram that sorts from the needle to this.
    Short { to: String },
    /// An expression of FTS5, and whether what it finds has to be compared with the whole text.
    Phrase { expression: String, compare: bool },
}

impl Search {
    /// A search for a text; none where it is empty, as that is in every word.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let needle = searchable(text);
        if needle.is_empty() {
            return None;
        }
        let phrase: String = needle.chars().take(MAX_PHRASE_CHARS).collect();
        let kind = if phrase.chars().nth(2).is_none() {
            Kind::Short {
                to: format!("{needle}\u{10ffff}"),
            }
        } else {
            Kind::Phrase {
                expression: format!("\"{}\"", phrase.replace('"', "\"\"")),
                compare: phrase.len() < needle.len(),
            }
        };
        Some(Self { needle, kind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_asked_by_the_texts_length() {
        let short = |needle: &str| Kind::Short {
            to: format!("{needle}\u{10ffff}"),
        };
        let phrase = |expression: String, compare| Kind::Phrase {
            expression,
            compare,
        };
        for (text, needle, kind) in [
            ("Q", "q", short("q")),
            ("唤醒", "唤醒", short("唤醒")),
            ("ß", "ss", short("ss")),
            ("唤醒手", "唤醒手", phrase("\"唤醒手\"".to_owned(), false)),
            ("a\"B", "a\"b", phrase("\"a\"\"b\"".to_owned(), false)),
            ("50%_", "50%_", phrase("\"50%_\"".to_owned(), false)),
            (
                &"é".repeat(64),
                &"é".repeat(64),
                phrase(format!("\"{}\"", "é".repeat(64)), false),
            ),
            (
                &"é".repeat(65),
                &"é".repeat(65),
                phrase(format!("\"{}\"", "é".repeat(64)), true),
            ),
        ] {
            let want = Search {
                needle: needle.to_owned(),
                kind,
            };
            assert_eq!(Search::of(text), Some(want), "{text}");
        }
        assert_eq!(Search::of(""), None);
    }
}
