//! Words in JSON, as an export has them: `{"words": [{"english": ..., "chinese": ...}, ...]}`, or such a list by
//! itself.

use std::{fmt, ops::Range};

use kit::Result;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use super::{
    report::LineFlaw,
    table::{Line, bad_file},
};
use crate::draft::{Draft, Field, Flaw};

/// Whether a text is meant to be JSON: a table begins neither with an object nor with a list of them.
pub(super) fn is_json(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let next = |rest: &[u8]| rest.trim_ascii_start().first().copied();
    match text.split_first() {
        Some((b'{', rest)) => matches!(next(rest), Some(b'"' | b'}')),
        Some((b'[', rest)) => matches!(next(rest), Some(b'{' | b']')),
        _ => false,
    }
}

/// The place of the list of words in a text.
///
/// # Errors
/// 422 where it is no JSON, or has no such list.
pub(super) fn list_of(text: &[u8]) -> Result<Range<usize>> {
    let valid: std::result::Result<IgnoredAny, _> = serde_json::from_slice(text);
    if let Err(error) = valid {
        let place = format!("line {}, column {}", error.line(), error.column());
        return Err(bad_file(&format!("is no valid JSON: look at {place}")));
    }
    let mut scanner = Scanner::new(text, 0);
    let mut is_words = false;
    while let Some(token) = scanner.next() {
        match token {
            Token::Open(at) if text.get(at) == Some(&b'[') && (scanner.depth == 1 || is_words) => {
                if scanner.depth <= 2 {
                    return Ok(at + 1..text.len());
                }
            }
            Token::Open(_) | Token::Close => is_words = false,
            Token::Text(place) => {
                is_words = scanner.depth == 1 && text.get(place) == Some(b"words");
            }
        }
    }
    Err(bad_file(
        "has no list of words: {\"words\": [{\"english\": ..., \"chinese\": ...}]}",
    ))
}

/// What matters of the structure of a text that is valid JSON.
enum Token {
    /// The place of a bracket or a brace that opens, within which what follows is.
    Open(usize),
    /// One that closes.
    Close,
    /// The place of a text, without its quotes.
    Text(Range<usize>),
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a [u8], at: usize) -> Self {
        Self { text, at, depth: 0 }
    }

    fn next(&mut self) -> Option<Token> {
        loop {
            let at = self.at;
            self.at += 1;
            match self.text.get(at)? {
                b'{' | b'[' => {
                    self.depth += 1;
                    return Some(Token::Open(at));
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    return Some(Token::Close);
                }
                b'"' => {
                    while let Some(byte) = self.text.get(self.at) {
                        match byte {
                            b'"' => break,
                            b'\\' => self.at += 2,
                            _ => self.at += 1,
                        }
                    }
                    let end = self.at.min(self.text.len());
                    self.at = end + 1;
                    return Some(Token::Text(at + 1..end));
                }
                _ => {}
            }
        }
    }
}

/// The words of a list, one by one.
pub(super) struct Words<'a> {
    text: &'a [u8],
    at: usize,
    /// The number of the line at this place, from 1.
    counted: usize,
    line: u64,
}

impl<'a> Words<'a> {
    /// Those of the list at this place of a text that is valid JSON.
    pub(super) fn new(text: &'a [u8], list: &Range<usize>) -> Self {
        Self {
            text,
            at: list.start,
            counted: 0,
            line: 1,
        }
    }

    /// The place of the next element.
    fn next_element(&mut self) -> Option<Range<usize>> {
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
        while self.text.get(self.at).is_some_and(is_between) {
            self.at += 1;
        }
        let begin = self.at;
        if matches!(self.text.get(begin), None | Some(b']')) {
            return None;
        }
        let mut scanner = Scanner::new(self.text, begin);
        if matches!(self.text.get(begin), Some(b'{' | b'[' | b'"')) {
            while let Some(token) = scanner.next() {
                if scanner.depth == 0 && !matches!(token, Token::Open(_)) {
                    break;
                }
            }
            self.at = scanner.at.min(self.text.len());
        } else {
            let rest = self.text.get(begin..).unwrap_or_default();
            let length = rest.iter().position(|byte| matches!(byte, b',' | b']'));
            self.at = begin + length.unwrap_or(rest.len());
        }
        Some(begin..self.at)
    }

    fn line_of(&mut self, at: usize) -> u64 {
        let passed = self.text.get(self.counted..at).unwrap_or_default();
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted = at;
        self.line += u64::try_from(lines).unwrap_or(u64::MAX);
        self.line
    }

    /// How many there are.
    pub(super) fn count(mut self) -> usize {
        let mut count = 0;
        while self.next_element().is_some() {
            count += 1;
        }
        count
    }
}

impl Iterator for Words<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let place = self.next_element()?;
        let number = self.line_of(place.start);
        let element = self.text.get(place).unwrap_or_default();
        let word = match serde_json::from_slice::<Texts>(element) {
            Ok(texts) => texts.word(),
            Err(_) => Err(vec![(None, LineFlaw::NoObject)]),
        };
        Some(Line { number, word })
    }
}

/// What an object has for each field. Whatever else it has is not kept.
#[derive(Default)]
struct Texts([Value; 4]);

/// A member of an object.
#[derive(Default)]
enum Value {
    #[default]
    Missing,
    Text(String),
    Other,
}

impl Texts {
    /// The word. A half of it that is empty is so on purpose, as in an export: what is forgotten is not there.
    fn word(self) -> std::result::Result<Draft, Vec<(Option<Field>, LineFlaw)>> {
        let mut flaws = Vec::new();
        let mut texts = [const { None }; 4];
        for (field, value) in Field::ALL.into_iter().zip(self.0) {
            match value {
                Value::Text(text) if text.is_empty() => {}
                Value::Text(text) => texts[field as usize] = Some(text),
                Value::Missing if field.is_word() => {
                    flaws.push((Some(field), LineFlaw::Field(Flaw::Missing)));
                }
                Value::Missing => {}
                Value::Other => flaws.push((Some(field), LineFlaw::NoText)),
            }
        }
        let word = Draft::default().with_exported(texts);
        if let Err(own) = &word {
            flaws.extend(
                own.iter()
                    .map(|(field, flaw)| (Some(*field), LineFlaw::Field(*flaw))),
            );
        }
        match word {
            Ok(word) if flaws.is_empty() => Ok(word),
            _ => Err(flaws),
        }
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Texts;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Texts, A::Error> {
                let mut texts = Texts::default();
                while let Some(name) = map.next_key::<String>()? {
                    match Field::ALL.into_iter().find(|field| field.name() == name) {
                        Some(field) => texts.0[field as usize] = map.next_value()?,
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(texts)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> std::result::Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }

            fn visit_unit<E>(self) -> std::result::Result<Value, E> {
                Ok(Value::Missing)
            }

            fn visit_bool<E>(self, _: bool) -> std::result::Result<Value, E> {
                Ok(Value::Other)
            }

            fn visit_i64<E>(self, _: i64) -> std::result::Result<Value, E> {
                Ok(Value::Other)
            }

            fn visit_u64<E>(self, _: u64) -> std::result::Result<Value, E> {
                Ok(Value::Other)
            }

            fn visit_f64<E>(self, _: f64) -> std::result::Result<Value, E> {
                Ok(Value::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                mut seq: A,
            ) -> std::result::Result<Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Value::Other)
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Value::Other)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Line>> {
        let list = list_of(text.as_bytes())?;
        let words: Vec<Line> = Words::new(text.as_bytes(), &list).collect();
        assert_eq!(Words::new(text.as_bytes(), &list).count(), words.len());
        Ok(words)
    }

    fn word(number: u64, english: &str, chinese: &str) -> Line {
        let word = Ok(Draft {
            english: english.to_owned(),
            chinese: chinese.to_owned(),
            ..Draft::default()
        });
        Line { number, word }
    }

    #[test]
    fn an_export_or_a_list_is_read() {
        let (one, two) = (
            r#"{"id":1,"english":"a\"]}","chinese":"\u5524","sentence_eng":"","owner":null,"x":[{"words":[]}]}"#,
            r#"{"english":"b","chinese":"二"}"#,
        );
        for (text, lines) in [
            (
                format!("{{\"words\":[\n{one},\n{two}\n],\"total\":2,\"next\":null}}\n"),
                [2, 3],
            ),
            (
                format!("{{\"next\":null,\"x\":[1],\"words\":[{one},{two}]}}"),
                [1, 1],
            ),
            (format!("[{one},\n\n {two}]"), [1, 3]),
        ] {
            let want = [word(lines[0], "a\"]}", "唤"), word(lines[1], "b", "二")];
            assert_eq!(read(&text).unwrap(), want, "{text}");
        }
        for empty in [
            "[]",
            "{\"words\":[]}",
            "{\"words\":[\n],\"total\":0,\"next\":null}\n",
        ] {
            assert!(
                is_json(empty.as_bytes()) && read(empty).unwrap().is_empty(),
                "{empty}"
            );
        }
    }

    #[test]
    fn what_is_wrong_with_an_object_is_said() {
        let text = r#"[
{"english":"","chinese":"空"},
{"english":null},
{"english":["a"],"chinese":{"b":1}},
7,
"x,y]",
{"english":"\ud800","chinese":"x"},
{"english":"a\nb","chinese":"x"}
]"#;
        let flaws: Vec<_> = read(text)
            .unwrap()
            .into_iter()
            .map(|line| (line.number, line.word.err().unwrap_or_default()))
            .collect();
        let field = |field, flaw| (Some(field), LineFlaw::Field(flaw));
        let want = [
            (2, vec![]),
            (
                3,
                vec![
                    field(Field::English, Flaw::Missing),
                    field(Field::Chinese, Flaw::Missing),
                ],
            ),
            (
                4,
                vec![
                    (Some(Field::English), LineFlaw::NoText),
                    (Some(Field::Chinese), LineFlaw::NoText),
                ],
            ),
            (5, vec![(None, LineFlaw::NoObject)]),
            (6, vec![(None, LineFlaw::NoObject)]),
            (7, vec![(None, LineFlaw::NoObject)]),
            (8, vec![field(Field::English, Flaw::SeveralLines)]),
        ];
        assert_eq!(flaws, want);
    }

    #[test]
    fn what_is_no_list_of_words_is_refused() {
        for (text, want) in [
            ("{\"words\":[", "is no valid JSON"),
            ("{}", "has no list of words"),
            ("{\"words\":{}}", "has no list of words"),
            ("{\"x\":{\"words\":[]}}", "has no list of words"),
            ("{\"x\":\"words\",\"y\":7}", "has no list of words"),
        ] {
            let error = read(text).unwrap_err();
            assert!(
                error.fields()[0].detail.starts_with(want),
                "{text}: {error:?}"
            );
        }
        for table in [
            "english,chinese\n",
            "{,左括号\n",
            "[,a\n",
            "[sic],原文如此\n",
            "",
        ] {
            assert!(!is_json(table.as_bytes()), "{table}");
        }
        let deep = "[{\"a\":".repeat(100_000);
        assert!(read(&deep).is_err());
    }
}
