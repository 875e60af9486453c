//! JSON as Python's `json.loads` reads it, with Flask's tags understood on the way.
//!
//! It is not kit's reader of bodies: a session may hold `NaN` and `Infinity`, which Python writes although
//! JSON has neither, and it keeps the order of its keys.

use serde_json::Number;

use super::{Dict, Value, tagged};
use crate::json::MAX_JSON_DEPTH;

/// Reads a whole text; `None` where it is not JSON, is nested deeper than [`MAX_JSON_DEPTH`], holds an
/// integer of more than [`MAX_INTEGER_DIGITS`](crate::MAX_INTEGER_DIGITS) or half a surrogate pair (which
/// Python can keep and Rust cannot), or a tag with a value that Flask never gives it.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    (reader.peek().is_none()).then_some(value)
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        match self.peek()? {
            b'[' | b'{' if depth == MAX_JSON_DEPTH => None,
            b'[' => self.array(depth + 1).map(Value::List),
            b'{' => self.object(depth + 1).and_then(tagged::untag),
            b'"' => self.text().map(Value::Str),
            _ => word(self.word()),
        }
    }

    fn array(&mut self, depth: usize) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        self.take(b'[')?;
        if self.take(b']').is_some() {
            return Some(items);
        }
        loop {
            items.push(self.value(depth)?);
            if self.take(b']').is_some() {
                return Some(items);
            }
            self.take(b',')?;
        }
    }

    fn object(&mut self, depth: usize) -> Option<Dict> {
        let mut members = Dict::new();
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(members);
        }
        loop {
            let key = self.text()?;
            self.take(b':')?;
            members.insert(key, self.value(depth)?);
            if self.take(b'}').is_some() {
                return Some(members);
            }
            self.take(b',')?;
        }
    }

    fn text(&mut self) -> Option<String> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let mut escaped = false;
        let inner = self.rest.bytes().skip(1).position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        })?;
        serde_json::from_str(self.skip(inner + 2)?).ok()
    }

    /// A number, or a literal such as `null`.
    fn word(&mut self) -> &'a str {
        let of_word = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        let end = self.rest.find(|c| !of_word(c)).unwrap_or(self.rest.len());
        self.skip(end).unwrap_or_default()
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest.bytes().next()
    }

    /// Steps over the next byte if it is this one.
    fn take(&mut self, byte: u8) -> Option<()> {
        if self.peek()? != byte {
            return None;
        }
        self.skip(1).map(|_| ())
    }

    /// Steps over so many bytes, and returns them.
    fn skip(&mut self, bytes: usize) -> Option<&'a str> {
        let (skipped, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(skipped)
    }
}

fn word(text: &str) -> Option<Value> {
    match text {
        "null" => Some(Value::Null),
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "NaN" => Some(Value::Float(f64::NAN)),
        "Infinity" => Some(Value::Float(f64::INFINITY)),
        "-Infinity" => Some(Value::Float(f64::NEG_INFINITY)),
        _ => number(text),
    }
}

/// A number, whose grammar is left to `serde_json`. A float that is too large becomes infinite, as in
/// Python.
fn number(text: &str) -> Option<Value> {
    serde_json::from_str::<Number>(text).ok()?;
    if text.contains(['.', 'e', 'E']) {
        return text.parse().ok().map(Value::Float);
    }
    text.parse().ok().map(Value::Int)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MAX_INTEGER_DIGITS;

    #[test]
    fn json_is_read_as_python_reads_it() {
        let dict = |members: &[(&str, i32)]| {
            let members = members.iter();
            Value::Dict(
                members
                    .map(|(key, value)| ((*key).to_owned(), (*value).into()))
                    .collect(),
            )
        };
        for (text, want) in [
            (" \t\r\n1 ", Value::from(1)),
            ("-0", 0.into()),
            ("-0.0", Value::Float(-0.0)),
            ("1e400", f64::INFINITY.into()),
            ("-1e400", f64::NEG_INFINITY.into()),
            ("1e-400", 0.0.into()),
            ("1E+2", 100.0.into()),
            ("0.1", 0.1.into()),
            (r#""\u5524\ud83d\ude00\/""#, "唤😀/".into()),
            (r#""唤醒""#, "唤醒".into()),
            (
                r#" [ 1 , [ ] ] "#,
                Value::List(vec![1.into(), Value::List(vec![])]),
            ),
            (r#"{"b": 1, "a": 2}"#, dict(&[("b", 1), ("a", 2)])),
            (r#"{"a": 1, "b": 2, "a": 3}"#, dict(&[("a", 3), ("b", 2)])),
            (
                r#"{" t": 1, " t": 2, "a": 3}"#,
                dict(&[(" t", 2), ("a", 3)]),
            ),
            (r#"{"": 1}"#, dict(&[("", 1)])),
            (
                r#"{"$serde_json::private::Number": 1}"#,
                dict(&[("$serde_json::private::Number", 1)]),
            ),
        ] {
            let read = parse(text);
            assert_eq!(read, Some(want), "{text}");
            if let Some(Value::Float(float)) = read {
                assert_eq!(float.is_sign_negative(), text.starts_with('-'), "{text}");
            }
        }
    }

    #[test]
    fn of_equal_keys_the_last_value_wins_in_the_place_of_the_first() {
        let read = parse(r#"{"b": 1, "a": 2, "b": 3}"#).unwrap();
        let keys: Vec<&String> = read.as_dict().unwrap().keys().collect();
        assert_eq!(keys, ["b", "a"]);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            " ",
            "{",
            "[",
            "]",
            "}",
            "[1",
            "[1,",
            "[1,]",
            "[,]",
            "[1 2]",
            "{]",
            "[}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{1:2}",
            "{,}",
            "'a'",
            "\"",
            "\"\\\"",
            "\"a",
            "\"\t\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "{\"\\ud800\":1}",
            "01",
            "1.",
            ".1",
            "+1",
            "1e",
            "--1",
            "-",
            "-a",
            "nan",
            "-NaN",
            "inf",
            "Infinit",
            "True",
            "nul",
            "nulll",
            "1 2",
            "\u{feff}1",
            "1\u{a0}",
            "\u{b}1",
            "１",
            "1_0",
            "0x1",
            "[1]\0",
            "/**/1",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn nesting_and_digits_end_at_kits_limits() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(parse(&nested(MAX_JSON_DEPTH)).is_some());
            assert_eq!(parse(&nested(MAX_JSON_DEPTH + 1)), None);
            assert_eq!(parse(&nested(100_000)), None);
        }
        let digits = "7".repeat(MAX_INTEGER_DIGITS);
        assert!(parse(&digits).is_some());
        assert_eq!(parse(&format!("{digits}7")), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\[\\]{}:,\"\\\\ t_dib0-9eE.+Na-f\u{5524}-]{0,40}") {
            let _ = parse(&text);
        }

        /// What `serde_json` takes for JSON and what is taken for it here are the same.
        #[test]
        fn json_is_what_serde_json_reads(text in "[\\[\\]{}:,\"0-9eE.+ a-]{0,12}") {
            let theirs = serde_json::from_str::<&serde_json::value::RawValue>(&text);
            prop_assert_eq!(parse(&text).is_some(), theirs.is_ok());
        }
    }
}
