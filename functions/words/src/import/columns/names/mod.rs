//! What columns are called: in English and in both ways to write Chinese, by spreadsheet programs, flash card
//! programs and people.

mod tables;

use self::tables::{NAMES, OTHERS};
use crate::draft::Field;

/// What the name of a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// It has this field. Of two columns that could, the lower rank is taken: 0 says so itself, such as
    /// `chinese`; 1 is mostly so, such as `translation`; 2 could be either language, such as `definition`.
    Field(Field, u8),
    /// It has something that no word has, such as tags.
    Other,
}

/// The longest name that is looked for, in bytes.
const MAX_NAME_BYTES: usize = 64;

impl Name {
    /// What a column of this name has; none where the name is not known.
    pub(crate) fn parse(cell: &[u8]) -> Option<Self> {
        if cell.len() > MAX_NAME_BYTES {
            return None;
        }
        let name = simplified(str::from_utf8(cell).ok()?);
        if let Some(name) = look_up(&name) {
            return Some(name);
        }
        // In both languages, such as `Word 单词`.
        let (english, chinese): (String, String) = name.chars().partition(char::is_ascii);
        let (english, chinese) = (look_up(&english)?, look_up(&chinese)?);
        match (english, chinese) {
            (Self::Field(field, one), Self::Field(other, two)) if field == other => {
                Some(Self::Field(field, one.min(two)))
            }
            (Self::Other, Self::Other) => Some(Self::Other),
            _ => None,
        }
    }
}

/// Whether a text is a name of this field, or has one in it that says it itself: in Chinese anywhere, and in English
/// as a word of its own.
pub(crate) fn is_in(text: &[u8], own: Field) -> bool {
    let Some(text) = str::from_utf8(text)
        .ok()
        .filter(|_| text.len() <= MAX_NAME_BYTES)
    else {
        return false;
    };
    if matches!(Name::parse(text.as_bytes()), Some(Name::Field(field, _)) if field == own) {
        return true;
    }
    let text = text.to_lowercase();
    let is_in = |name: &str| match name.is_ascii() {
        true => text
            .split(|char: char| !char.is_alphanumeric())
            .any(|word| word == name),
        false => text.contains(name),
    };
    let mut own = NAMES
        .iter()
        .filter(|(field, rank, _)| (*field, *rank) == (own, 0));
    own.any(|(_, _, names)| names.iter().any(|name| is_in(name)))
}

fn look_up(name: &str) -> Option<Name> {
    let field = NAMES.iter().find_map(|(field, rank, names)| {
        names.contains(&name).then_some(Name::Field(*field, *rank))
    });
    field.or_else(|| OTHERS.contains(&name).then_some(Name::Other))
}

/// A name in small letters without what people put into it or around it.
fn simplified(name: &str) -> String {
    let chars = name.chars().filter(|char| {
        let is_mark = matches!(
            char,
            '_' | '-'
                | '.'
                | ':'
                | '：'
                | '*'
                | '"'
                | '\''
                | '('
                | ')'
                | '（'
                | '）'
                | '['
                | ']'
                | '【'
                | '】'
                | '/'
        );
        !char.is_whitespace() && !is_mark && *char != '\u{feff}'
    });
    chars.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Field::{Chinese, English, SentenceEng};

    #[test]
    fn a_name_is_known_however_it_is_written() {
        for (name, want) in [
            ("english", Some(Name::Field(English, 0))),
            (" English ", Some(Name::Field(English, 0))),
            ("Sentence_Eng", Some(Name::Field(SentenceEng, 0))),
            ("Example (English)", Some(Name::Field(SentenceEng, 0))),
            ("中文：", Some(Name::Field(Chinese, 0))),
            ("【釋義】", Some(Name::Field(Chinese, 1))),
            ("Term", Some(Name::Field(English, 2))),
            ("No.", Some(Name::Other)),
            ("#", Some(Name::Other)),
            ("Word (单词)", Some(Name::Field(English, 1))),
            ("English释义", None),
            ("Vokabel", None),
            ("", None),
            ("wake", None),
        ] {
            assert_eq!(Name::parse(name.as_bytes()), want, "{name}");
        }
        assert_eq!(Name::parse(b"\xd3\xa2\xce\xc4"), None);
        assert_eq!(Name::parse(&[b' '; 1_000_000]), None);
    }

    #[test]
    fn no_name_has_two_meanings() {
        let mut seen: Vec<&str> = NAMES
            .iter()
            .flat_map(|(_, _, names)| *names)
            .copied()
            .collect();
        seen.extend(OTHERS);
        for name in &seen {
            assert_eq!(
                seen.iter().filter(|other| *other == name).count(),
                1,
                "{name}"
            );
            assert_eq!(simplified(name), *name);
        }
    }
}
