//! JSON as Python's `json.loads` reads it, as far as it is JSON.
//!
//! Integers may have any size and stay distinct from floats; of duplicate keys the last wins; a
//! body may be UTF-8, UTF-16 or UTF-32 (RFC 4627, section 3). Unlike Python, `NaN`, `Infinity`, a
//! float too large for one and half a surrogate pair are refused: none of them can be written
//! back as JSON.

use serde_json::{Map, Number, Value};

use crate::{
    error::{Error, Result},
    python,
};

mod reader;

pub(crate) use self::reader::{Build, Scalar, read};

pub use crate::limits::{MAX_INTEGER_DIGITS, MAX_JSON_DEPTH};

/// Reads a JSON body.
///
/// # Errors
/// [`Error::Json`] where it is not JSON, or more than [`MAX_JSON_DEPTH`] or [`MAX_INTEGER_DIGITS`] allow.
///
/// # Example
/// ```
/// use flask_formats::json;
///
/// let value = json::parse(br#"{"a": 12345678901234567890123, "b": 1.0}"#)?;
/// assert_eq!(value.to_string(), r#"{"a":12345678901234567890123,"b":1.0}"#);
/// assert_eq!(
///     json::parse(b"{\"a\":\n 1,}").unwrap_err().to_string(),
///     "the JSON cannot be read: a name in double quotes should be at line 2 column 4"
/// );
/// # Ok::<_, flask_formats::Error>(())
/// ```
pub fn parse(body: &[u8]) -> Result<Value> {
    let text =
        decode(body).ok_or_else(|| Error::Json("it is not UTF-8, UTF-16 or UTF-32".to_owned()))?;
    if text.trim_ascii().is_empty() {
        return Err(Error::Json("it is empty".to_owned()));
    }
    read(&text)
}

impl Build for Value {
    type Members = Map<String, Self>;

    fn scalar(scalar: Scalar<'_>) -> Result<Self, &'static str> {
        Ok(match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(truth) => Self::Bool(truth),
            Scalar::Integer(digits) => {
                // Python's integers have no negative zero.
                let digits = if digits == "-0" { "0" } else { digits };
                Self::Number(digits.parse::<Number>().map_err(|_| "a number is wrong")?)
            }
            Scalar::Float(float) => {
                let number = python::float(float);
                Self::Number(
                    number.ok_or("NaN, Infinity and floats that are too large are not JSON")?,
                )
            }
            Scalar::Text(text) => Self::String(text),
        })
    }

    fn list(items: Vec<Self>) -> Self {
        Self::Array(items)
    }

    fn object(members: Self::Members) -> Result<Self, &'static str> {
        Ok(Self::Object(members))
    }
}

/// The body as text, by its byte order mark or else by where its first zero bytes are: JSON begins
/// with at least one ASCII character.
fn decode(body: &[u8]) -> Option<String> {
    type Decoder = fn(&[u8]) -> Option<String>;
    let (decoder, rest): (Decoder, _) = match body {
        [0xef, 0xbb, 0xbf, rest @ ..] => (utf8, rest),
        [0xff, 0xfe, 0, 0, rest @ ..] => (utf32::<false>, rest),
        [0, 0, 0xfe, 0xff, rest @ ..] => (utf32::<true>, rest),
        [0xff, 0xfe, rest @ ..] => (utf16::<false>, rest),
        [0xfe, 0xff, rest @ ..] => (utf16::<true>, rest),
        [0, 0, 0, _, ..] => (utf32::<true>, body),
        [_, 0, 0, 0, ..] => (utf32::<false>, body),
        [0, _, ..] => (utf16::<true>, body),
        [_, 0, ..] => (utf16::<false>, body),
        _ => (utf8, body),
    };
    decoder(rest)
}

fn utf8(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

fn utf16<const BIG_ENDIAN: bool>(bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<2>();
    let read = if BIG_ENDIAN {
        u16::from_be_bytes
    } else {
        u16::from_le_bytes
    };
    let text = char::decode_utf16(units.iter().map(|unit| read(*unit)))
        .collect::<Result<String, _>>()
        .ok()?;
    rest.is_empty().then_some(text)
}

fn utf32<const BIG_ENDIAN: bool>(bytes: &[u8]) -> Option<String> {
    let (units, rest) = bytes.as_chunks::<4>();
    let read = if BIG_ENDIAN {
        u32::from_be_bytes
    } else {
        u32::from_le_bytes
    };
    let text = units
        .iter()
        .map(|unit| char::from_u32(read(*unit)))
        .collect::<Option<String>>()?;
    rest.is_empty().then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(body: &[u8]) -> Result<String> {
        parse(body).map(|value| value.to_string())
    }

    fn detail(body: &[u8]) -> String {
        match parse(body) {
            Err(Error::Json(detail)) => detail,
            other => panic!("{:?}: {other:?}", String::from_utf8_lossy(body)),
        }
    }

    #[test]
    fn values_are_written_back_as_python_writes_them() {
        for (input, want) in [
            ("1", "1"),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("0.0", "0.0"),
            ("3.0", "3.0"),
            ("1E2", "100.0"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("123456789012345680.0", "1.2345678901234568e+17"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1e-400", "0.0"),
            ("-1e-400", "-0.0"),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("0.1", "0.1"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("9007199254740993", "9007199254740993"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
            ("[true, false, null]", "[true,false,null]"),
            (r#" {"b": 1, "a": {"c": []}} "#, r#"{"a":{"c":[]},"b":1}"#),
            (
                " [ 1 , [ ] , { } ,\t{ \"a\" :\r\n[ null ] , \"b\" : false } ] ",
                r#"[1,[],{},{"a":[null],"b":false}]"#,
            ),
            (
                r#"["]", "}", ",", "\"]", "\\", ""]"#,
                r#"["]","}",",","\"]","\\",""]"#,
            ),
            (r#"{"a\"}": "{\\", "": [{}]}"#, r#"{"":[{}],"a\"}":"{\\"}"#),
            (r#"{"a": 1, "a": 2}"#, r#"{"a":2}"#),
            (r#""\u5524\ud83d\ude00\/""#, "\"唤😀/\""),
            (
                r#"{"$serde_json::private::Number": "1"}"#,
                r#"{"$serde_json::private::Number":"1"}"#,
            ),
        ] {
            assert_eq!(written(input.as_bytes()).unwrap(), want, "{input}");
        }
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_reason() {
        const TEXT: &str =
            "a text has a control character, an unknown escape or half a surrogate pair";
        const FLOAT: &str = "NaN, Infinity and floats that are too large are not JSON";
        for (input, want) in [
            ("", "it is empty"),
            (" \n", "it is empty"),
            ("{", "a name in double quotes should be at line 1 column 2"),
            (
                "{\"a\":1,}",
                "a name in double quotes should be at line 1 column 8",
            ),
            ("{\"a\" 1}", "a colon should be at line 1 column 6"),
            ("{\"a\":1 2}", "a comma or } should be at line 1 column 8"),
            ("[1 2]", "a comma or ] should be at line 1 column 4"),
            ("[1", "a comma or ] should be at line 1 column 3"),
            ("[唤", "a value should be at line 1 column 2"),
            ("[\"唤\",\r\n 'a']", "a value should be at line 2 column 2"),
            ("[1] 2", "the end should be at line 1 column 5"),
            ("01", "a value should be at line 1 column 1"),
            ("1.", "a value should be at line 1 column 1"),
            ("+1", "a value should be at line 1 column 1"),
            (
                "\"a",
                "the text is not closed that begins at line 1 column 1",
            ),
            ("\"\t\"", TEXT),
            ("NaN", FLOAT),
            ("[Infinity]", FLOAT),
            ("-Infinity", FLOAT),
            ("1e400", FLOAT),
            ("[-1e400]", FLOAT),
            (r#""\ud800""#, TEXT),
            (r#"["\udc00\ud800"]"#, TEXT),
            (r#"{"\ud800": 1}"#, TEXT),
        ] {
            let got = detail(input.as_bytes());
            assert!(got.starts_with(want), "{input}: {got}");
        }
    }

    #[test]
    fn an_integer_has_at_most_4300_digits() {
        let digits = "7".repeat(MAX_INTEGER_DIGITS);
        for input in [digits.clone(), format!("-{digits}")] {
            assert_eq!(written(input.as_bytes()).unwrap(), input);
        }
        for input in [
            format!("{digits}7"),
            format!("-{digits}7"),
            format!("[{digits}7]"),
        ] {
            assert!(detail(input.as_bytes()).contains("digits"), "{input}");
        }
    }

    #[test]
    fn nesting_ends_at_its_limit() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(written(nested(MAX_JSON_DEPTH).as_bytes()).is_ok());
            for depth in [MAX_JSON_DEPTH + 1, 10_000, 100_000] {
                assert!(
                    detail(nested(depth).as_bytes()).contains("nested"),
                    "{open} {depth}"
                );
            }
        }
    }

    #[test]
    fn any_unicode_encoding_is_read() {
        let text = r#"["唤醒😀"]"#;
        let want = text;
        for marked in [false, true] {
            let text = if marked {
                format!("\u{feff}{text}")
            } else {
                text.to_owned()
            };
            let units16: Vec<u16> = text.encode_utf16().collect();
            let units32: Vec<u32> = text.chars().map(u32::from).collect();
            for (name, body) in [
                ("utf-8", text.clone().into_bytes()),
                (
                    "utf-16-le",
                    units16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
                ),
                (
                    "utf-16-be",
                    units16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
                ),
                (
                    "utf-32-le",
                    units32.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
                ),
                (
                    "utf-32-be",
                    units32.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
                ),
            ] {
                assert_eq!(
                    written(&body).unwrap(),
                    want,
                    "{name}, byte order mark: {marked}"
                );
            }
        }
    }

    #[test]
    fn bytes_of_no_encoding_are_refused() {
        for body in [
            &b"\"\xff\""[..],
            b"\"\xed\xa0\x80\"",
            b"\xff\xfe[",
            b"\xff\xfe\x00\xd8",
            b"\x00\x00\x00[\x00",
            b"\x00\x00\x00[\x00\x11\x00\x00",
            b"[\x00]\x00\x00",
        ] {
            assert!(detail(body).contains("UTF"), "{body:?}");
        }
    }

    /// Arrays and objects of whatever is read back as it was written.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 50, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in any::<Vec<u8>>()) {
            let _ = parse(&body);
        }

        #[test]
        fn what_was_written_reads_back(value in any_value()) {
            prop_assert_eq!(&parse(value.to_string().as_bytes()).unwrap(), &value);
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(&parse(pretty.as_bytes()).unwrap(), &value);
        }
    }
}
