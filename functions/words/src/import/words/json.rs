//! Words in JSON, as an export has them: `{"words": [{"english": ..., "chinese": ...}, ...]}`, or such a list by
//! itself.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::line::{Line, LineFlaw, LineFlaws};
use crate::{
    draft::{Draft, Field, Flaw, PerField},
    import::flaw::{FileFlaw, MAX_WORDS},
};

/// Whether a text is meant to be JSON: a table begins neither with an object nor with a list of them.
pub(crate) fn is_json(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let next = |rest: &[u8]| rest.trim_ascii_start().first().copied();
    match text.split_first() {
        Some((b'{', rest)) => matches!(next(rest), Some(b'"' | b'}')),
        Some((b'[', rest)) => matches!(next(rest), Some(b'{' | b']')),
        _ => false,
    }
}

/// The places of the elements of the list of words in a text.
///
/// # Errors
/// Where it is no JSON, has no such list, or more than [`MAX_WORDS`] in it.
pub(crate) fn elements(text: &[u8]) -> Result<Vec<Range<usize>>, FileFlaw> {
    let list: List<'_> = serde_json::from_slice(text).map_err(|error| FileFlaw::InvalidJson {
        line: error.line(),
        column: error.column(),
    })?;
    let elements = list.0.ok_or(FileFlaw::NoList)?;
    if elements.len() > MAX_WORDS {
        return Err(FileFlaw::TooManyWords);
    }
    // What is borrowed from a text lies in it.
    let place = |element: &RawValue| {
        let begin = element.get().as_ptr().addr() - text.as_ptr().addr();
        begin..begin + element.get().len()
    };
    Ok(elements.into_iter().map(place).collect())
}

/// The elements of the list of words, up to one more than there may be; none where there is no list.
struct List<'a>(Option<Vec<&'a RawValue>>);

impl<'de> Deserialize<'de> for List<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Document;

        impl<'de> Visitor<'de> for Document {
            type Value = List<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object or a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<'de>, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = seq.next_element()? {
                    if elements.len() <= MAX_WORDS {
                        elements.push(element);
                    }
                }
                Ok(List(Some(elements)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<'de>, A::Error> {
                let mut list = List(None);
                while let Some(name) = map.next_key::<String>()? {
                    let value: &RawValue = map.next_value()?;
                    if name == "words" && list.0.is_none() && value.get().starts_with('[') {
                        list = serde_json::from_str(value.get()).map_err(de::Error::custom)?;
                    }
                }
                Ok(list)
            }
        }

        deserializer.deserialize_any(Document)
    }
}

/// The words of a list, one by one.
pub(crate) struct Words<'a> {
    text: &'a [u8],
    elements: std::slice::Iter<'a, Range<usize>>,
    /// The number of the line at this place, from 1.
    counted: usize,
    line: u64,
}

impl<'a> Words<'a> {
    /// Those of a text with these elements.
    pub(crate) fn new(text: &'a [u8], elements: &'a [Range<usize>]) -> Self {
        Self {
            text,
            elements: elements.iter(),
            counted: 0,
            line: 1,
        }
    }

    fn line_of(&mut self, at: usize) -> u64 {
        let passed = self.text.get(self.counted..at).unwrap_or_default();
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted = at;
        self.line += u64::try_from(lines).unwrap_or(u64::MAX);
        self.line
    }
}

impl Iterator for Words<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let place = self.elements.next()?.clone();
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
struct Texts(PerField<Value>);

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
    fn word(self) -> Result<Draft, LineFlaws> {
        let mut flaws = Vec::new();
        let mut texts = PerField::default();
        for (field, value) in Field::ALL.into_iter().zip(self.0) {
            match value {
                Value::Text(text) if text.is_empty() => {}
                Value::Text(text) => texts[field as usize] = Some(text),
                Value::Missing if field.is_required() => {
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
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Texts;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
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
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // What is no text may be large, and is not taken apart.
        let json = <&RawValue>::deserialize(deserializer)?.get();
        match json.as_bytes().first() {
            Some(b'"') => serde_json::from_str(json)
                .map(Self::Text)
                .map_err(de::Error::custom),
            Some(b'n') => Ok(Self::Missing),
            _ => Ok(Self::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Line>, FileFlaw> {
        let elements = elements(text.as_bytes())?;
        Ok(Words::new(text.as_bytes(), &elements).collect())
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
            (
                "{\"words\":[",
                FileFlaw::InvalidJson {
                    line: 1,
                    column: 10,
                },
            ),
            ("{}", FileFlaw::NoList),
            ("{\"words\":{}}", FileFlaw::NoList),
            ("{\"x\":{\"words\":[]}}", FileFlaw::NoList),
            ("{\"x\":\"words\",\"y\":7}", FileFlaw::NoList),
        ] {
            assert_eq!(read(text), Err(want), "{text}");
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
