//! Finding a text in any field of a word.
//!
//! - Three characters or more: a phrase of trigrams in the index, which is exact.
//! - One or two (most Chinese words): a word has the text where it has a trigram that begins with it, and
//!   every character begins one. There are few of these for most texts, however many words have them, and the
//!   index is asked for any of them. Where there are many trigrams, as for a common letter, the words of all
//!   of them are looked up if these are few, or else the newest words are read one by one until a page is full.

use crate::draft::searchable;

/// The most characters of a text that the index is asked for; the rest is compared with each match.
const MAX_PHRASE_CHARS: usize = 64;

/// The index is asked for up to so many trigrams that begin with a short text. Each takes about 0.05 ms.
pub(super) const MAX_BEGINNINGS: usize = 200;

/// Where there are more trigrams, the words are looked up if the text is in up to so many places.
pub(super) const MAX_LOOKED_UP: i64 = 10_000;

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
                expression: quoted(&phrase),
                compare: phrase.len() < needle.len(),
            }
        };
        Some(Self { needle, kind })
    }
}

/// An expression of FTS5 for any of these trigrams; empty where there are none.
pub(super) fn any_of(trigrams: &[String]) -> String {
    let phrases: Vec<_> = trigrams.iter().map(|trigram| quoted(trigram)).collect();
    phrases.join(" OR ")
}

/// A text as a phrase of FTS5.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
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
