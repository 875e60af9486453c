//! Finding a text in any field of a word, without letter case.
//!
//! An index of trigrams (see `migrations/0001_words.sql`) is asked for the words with the text. It knows texts of three
//! characters or more. One or two, as most Chinese words have, are found by the trigrams that begin with them, of which
//! there are few for most texts, however many words have these. Only where there are too many of them, as for a common
//! letter, the words are read from the newest on, and compared.

use crate::draft::searchable;

/// The most characters of a text that the index is asked for; the rest is compared with each match.
const MAX_PHRASE_CHARS: usize = 64;

/// The index is asked for up to so many trigrams that begin with a short text. Each takes about 0.05 ms.
pub(super) const MAX_BEGINNINGS: usize = 200;

/// A text that is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Search {
    /// One or two characters. Begins each trigram that sorts from `needle` to before `to`.
    Short { needle: String, to: String },
    /// Three characters or more.
    Long(Filter),
}

/// Which words have the text: those that the index has for an expression of FTS5, and that have the needle, where there
/// is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) expression: Option<String>,
    pub(super) needle: Option<String>,
}

impl Search {
    /// A search for a text; none where it is empty, as that is in every word.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let needle = searchable(text);
        if needle.is_empty() {
            return None;
        }
        let phrase: String = needle.chars().take(MAX_PHRASE_CHARS).collect();
        if phrase.chars().nth(2).is_none() {
            let to = format!("{needle}\u{10ffff}");
            return Some(Self::Short { needle, to });
        }
        Some(Self::Long(Filter {
            expression: Some(quoted(&phrase)),
            needle: (phrase.len() < needle.len()).then_some(needle),
        }))
    }
}

impl Filter {
    /// For the words that have any of these trigrams, all that begin with a text; for those with the text itself where
    /// they are too many.
    pub(super) fn beginning(needle: String, trigrams: &[String]) -> Self {
        if trigrams.len() > MAX_BEGINNINGS {
            return Self {
                needle: Some(needle),
                ..Self::default()
            };
        }
        let phrases: Vec<_> = trigrams.iter().map(|trigram| quoted(trigram)).collect();
        Self {
            expression: Some(phrases.join(" OR ")),
            ..Self::default()
        }
    }
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
        let short = |needle: &str| Search::Short {
            needle: needle.to_owned(),
            to: format!("{needle}\u{10ffff}"),
        };
        let long = |expression: String, needle: Option<String>| {
            Search::Long(Filter {
                expression: Some(expression),
                needle,
            })
        };
        for (text, want) in [
            ("Q", short("q")),
            ("唤醒", short("唤醒")),
            ("ß", short("ss")),
            ("唤醒手", long("\"唤醒手\"".to_owned(), None)),
            ("a\"B", long("\"a\"\"b\"".to_owned(), None)),
            ("50%_", long("\"50%_\"".to_owned(), None)),
            (
                &"é".repeat(64),
                long(format!("\"{}\"", "é".repeat(64)), None),
            ),
            (
                &"é".repeat(65),
                long(format!("\"{}\"", "é".repeat(64)), Some("é".repeat(65))),
            ),
        ] {
            assert_eq!(Search::parse(text), Some(want), "{text}");
        }
        assert_eq!(Search::parse(""), None);
    }

    #[test]
    fn of_too_many_trigrams_none_is_asked_for() {
        let trigrams = |count: usize| vec!["a\"b".to_owned(); count];
        let few = Filter::beginning("a".to_owned(), &trigrams(2));
        assert_eq!(few.expression.as_deref(), Some("\"a\"\"b\" OR \"a\"\"b\""));
        assert_eq!(few.needle, None);
        let many = Filter::beginning("a".to_owned(), &trigrams(MAX_BEGINNINGS + 1));
        assert_eq!((many.expression, many.needle), (None, Some("a".to_owned())));
    }
}
