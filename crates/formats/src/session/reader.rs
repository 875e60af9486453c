//! Tagged JSON, read.

use super::{Dict, Value, tagged};
use crate::json::{self, Build, Scalar};

/// Reads a whole text as Python's `json.loads` does, with Flask's tags understood on the way; `None` where it is not
/// JSON, is more of it than [`json`] reads, holds half a surrogate pair (which Python can keep and Rust cannot), or
/// a tag with a value that Flask never gives it.
pub(super) fn parse(text: &str) -> Option<Value> {
    json::read(text).ok()
}

impl Build for Value {
    type Members = Dict;

    fn scalar(scalar: Scalar<'_>) -> Result<Self, &'static str> {
        Ok(match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(truth) => Self::Bool(truth),
            Scalar::Integer(digits) => {
                Self::Int(digits.parse().map_err(|_| "an integer is wrong")?)
            }
            Scalar::Float(float) => Self::Float(float),
            Scalar::Text(text) => Self::Str(text),
        })
    }

    fn list(items: Vec<Self>) -> Self {
        Self::List(items)
    }

    fn object(members: Dict) -> Result<Self, &'static str> {
        tagged::untag(members).ok_or("a tag has a value that Flask never gives it")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::{MAX_INTEGER_DIGITS, MAX_JSON_DEPTH};

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
    fn nesting_and_digits_end_at_their_limits() {
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
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            prop_assert_eq!(parse(&text).is_some(), theirs.is_ok());
        }
    }
}
