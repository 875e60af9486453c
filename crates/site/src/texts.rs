//! The texts of a page in both languages, and values in their places.
//!
//! A page has a folder `texts` beside it: `mod.rs` has a struct with a field for each text, `english.rs` and
//! `chinese.rs` a constant of it each. So the compiler refuses a text that one of them lacks. What scripts say is a
//! part of the same struct, see [`ForScripts`](crate::ForScripts). A test calls `site::testing::check_texts`.

use serde::Serialize;

use crate::language::Language;

/// The texts of a page. It is a struct with a field for each text.
///
/// # Example
/// ```
/// use site::{Language, Texts as _};
///
/// struct Texts {
///     greeting: &'static str,
/// }
///
/// impl site::Texts for Texts {
///     const ENGLISH: &'static Self = &Self { greeting: "Hello, {name}!" };
///     const CHINESE: &'static Self = &Self { greeting: "你好，{name}！" };
/// }
///
/// let texts = Texts::in_language(Language::Chinese);
/// assert_eq!(site::fill(texts.greeting, &[("name", "duke")]), "你好，duke！");
/// ```
pub trait Texts: Sized + 'static {
    /// Those in English.
    const ENGLISH: &'static Self;
    /// Those in Chinese.
    const CHINESE: &'static Self;

    /// Those in a language.
    fn in_language(language: Language) -> &'static Self {
        match language {
            Language::English => Self::ENGLISH,
            Language::Chinese => Self::CHINESE,
        }
    }
}

/// A text that says how many. `{n}` is the place of the number.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Counted {
    /// Where it is one.
    pub one: &'static str,
    /// Where it is any other number.
    pub many: &'static str,
}

impl Counted {
    /// The text for this many, with `{n}` filled in.
    pub fn text(&self, n: i64) -> String {
        self.with(n, &[])
    }

    /// The same, with other values as well.
    pub fn with(&self, n: i64, values: &[(&str, &str)]) -> String {
        let text = if n == 1 { self.one } else { self.many };
        let n = grouped(n);
        let mut all = vec![("n", n.as_str())];
        all.extend(values);
        fill(text, &all)
    }
}

/// A text with values in its places, each a name in braces. A place without a value stays as it is, for
/// `site::testing::assert_filled` to find, and what a value holds is not looked into.
///
/// # Example
/// ```
/// assert_eq!(site::fill("Added {word}.", &[("word", "wake")]), "Added wake.");
/// ```
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let (before, place) = rest.split_at(start);
        filled.push_str(before);
        let end = place.find('}').map_or(place.len(), |end| end + 1);
        let (place, behind) = place.split_at(end);
        let name = place.trim_matches(['{', '}']);
        let value = values.iter().find(|(own, _)| *own == name);
        filled.push_str(value.map_or(place, |(_, value)| value));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

/// A number with a comma before every three digits, as both languages write it.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = if n < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_put_in_their_places_and_not_looked_into() {
        for (text, want) in [
            ("{n} of {q}", "7 of {n}"),
            ("{q}{q}", "{n}{n}"),
            ("no place", "no place"),
            ("{unknown}.", "{unknown}."),
            ("{n", "7"),
            ("{", "{"),
        ] {
            assert_eq!(fill(text, &[("n", "7"), ("q", "{n}")]), want, "{text}");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        for (n, want) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (-1_234_567, "-1,234,567"),
        ] {
            assert_eq!(grouped(n), want);
        }
    }

    #[test]
    fn one_is_not_many() {
        let words = Counted {
            one: "{n} {what}",
            many: "{n} {what}s",
        };
        for (n, want) in [(0, "0 words"), (1, "1 word"), (1_234, "1,234 words")] {
            assert_eq!(words.with(n, &[("what", "word")]), want);
        }
    }
}
