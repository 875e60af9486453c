//! JSON as Python's `json.loads` reads it, as far as it is JSON.
//!
//! Integers may have any size and stay distinct from floats; of duplicate keys the last wins; a
//! body may be UTF-8, UTF-16 or UTF-32 (RFC 4627, section 3). Unlike Python, `NaN`, `Infinity`, a
//! float too large for one and half a surrogate pair are refused: none of them can be written
//! back as JSON.

use serde_json::{Map, Number, Value, value::RawValue};

use crate::error::{Error, Result};

/// How deep arrays and objects may be nested in a JSON body; one level more is 400. Each level takes
/// stack, of which a component has 1 MiB.
pub const MAX_JSON_DEPTH: usize = 100;

/// How many digits an integer may have, as in Python (`sys.int_info.default_max_str_digits`); one
/// more is 400. Reading a number takes time that is quadratic in its digits.
pub const MAX_INTEGER_DIGITS: usize = 4300;

/// A float as Python writes it: `3.0`, `1e+16`, `1e-05`. None for infinities and NaN, which JSON lacks.
///
/// # Example
/// ```
/// assert_eq!(kit::python_float(1e16).map(|number| number.to_string()).as_deref(), Some("1e+16"));
/// assert_eq!(kit::python_float(f64::NAN), None);
/// ```
pub fn python_float(float: f64) -> Option<Number> {
    if !float.is_finite() {
        return None;
    }
    let scientific = format!("{float:e}");
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    // Where Python changes to an exponent (`float_repr_style` 'short').
    let text = if (-4..16).contains(&exponent) {
        format!("{float:?}")
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    };
    text.parse().ok()
}

/// Whether a content type is JSON's: `application/json`, or `application/*+json` (as Werkzeug has it).
pub(crate) fn is_json(content_type: &str) -> bool {
    let essence = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence
        .strip_prefix("application/")
        .is_some_and(|kind| kind == "json" || kind.ends_with("+json"))
}

/// Reads a JSON body.
///
/// # Errors
/// 400 where it is not JSON, or more than [`MAX_JSON_DEPTH`] or [`MAX_INTEGER_DIGITS`] allow.
pub(crate) fn parse(body: &[u8]) -> Result<Value> {
    let text = decode(body).ok_or_else(|| malformed("it is not UTF-8, UTF-16 or UTF-32"))?;
    if text.trim_ascii().is_empty() {
        return Err(malformed("it is empty"));
    }
    let raw: &RawValue = serde_json::from_str(&text).map_err(malformed)?;
    Reader { rest: raw.get() }.value(0)
}

/// Takes apart what `serde_json` has found to be JSON, so nothing is checked again. Reading values with
/// `serde_json` alone would hide a number's digits in an object with a key of its own, which a client
/// could forge.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<Value> {
        match self.peek() {
            b'[' | b'{' if depth == MAX_JSON_DEPTH => Err(malformed(format!(
                "it is nested deeper than {MAX_JSON_DEPTH} levels"
            ))),
            b'[' => self.array(depth + 1).map(Value::Array),
            b'{' => self.object(depth + 1).map(Value::Object),
            b'"' => self.string().map(Value::String),
            b'-' | b'0'..=b'9' => number(self.word()).map(Value::Number),
            _ => serde_json::from_str(self.word()).map_err(malformed),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        while self.next_but(b']') {
            items.push(self.value(depth)?);
        }
        Ok(items)
    }

    fn object(&mut self, depth: usize) -> Result<Map<String, Value>> {
        let mut members = Map::new();
        while self.next_but(b'}') {
            let key = self.string()?;
            self.step();
            members.insert(key, self.value(depth)?);
        }
        Ok(members)
    }

    /// Steps over the opening bracket, or the comma, and says whether an item follows; else over the
    /// closing bracket.
    fn next_but(&mut self, close: u8) -> bool {
        if self.peek() != close {
            self.step();
        }
        let more = self.peek() != close;
        if !more {
            self.step();
        }
        more
    }

    /// Steps over a bracket, a comma or a colon.
    fn step(&mut self) {
        self.peek();
        self.skip(1);
    }

    fn string(&mut self) -> Result<String> {
        let mut escaped = false;
        let inner = self.rest.bytes().skip(1).position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        let text = self.skip(inner.map_or(self.rest.len(), |inner| inner + 2));
        serde_json::from_str(text).map_err(broken_text)
    }

    /// A number, or a literal such as `null`.
    fn word(&mut self) -> &'a str {
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
        self.skip(end.unwrap_or(self.rest.len()))
    }

    /// The next byte that is not white space; 0 at the end.
    fn peek(&mut self) -> u8 {
        self.rest = self.rest.trim_ascii_start();
        self.rest.bytes().next().unwrap_or_default()
    }

    /// Steps over so many bytes, and returns them.
    fn skip(&mut self, bytes: usize) -> &'a str {
        let (skipped, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        skipped
    }
}

/// A number as Python would write it back.
fn number(text: &str) -> Result<Number> {
    if text.contains(['.', 'e', 'E']) {
        let float = text.parse().map_err(malformed)?;
        return python_float(float).ok_or_else(|| malformed("a number is too large for a float"));
    }
    if text.trim_start_matches('-').len() > MAX_INTEGER_DIGITS {
        return Err(malformed(format!(
            "an integer has more than {MAX_INTEGER_DIGITS} digits"
        )));
    }
    // Python's integers have no negative zero.
    let text = if text == "-0" { "0" } else { text };
    text.parse().map_err(malformed)
}

fn malformed(cause: impl std::fmt::Display) -> Error {
    Error::Malformed(format!("the body is not the JSON we read: {cause}"))
}

/// The text as a whole is JSON by now, so its only flaw can be a `\ud800` without its other half.
fn broken_text(_: serde_json::Error) -> Error {
    malformed("a string has half a surrogate pair (\\ud800 to \\udfff), which is no character")
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
            Err(Error::Malformed(detail)) => detail,
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
        for (input, want) in [
            ("", "empty"),
            (" \n", "empty"),
            ("{", "EOF"),
            ("{\"a\":1,}", "key must be"),
            ("[1] 2", "trailing characters"),
            ("'a'", "expected value"),
            ("01", "invalid number"),
            ("1.", "invalid number"),
            ("+1", "expected value"),
            ("\"\t\"", "control character"),
            ("NaN", "expected value"),
            ("[Infinity]", "expected value"),
            ("-Infinity", "invalid number"),
            ("1e400", "too large"),
            ("[-1e400]", "too large"),
            (r#""\ud800""#, "surrogate"),
            (r#"["\udc00\ud800"]"#, "surrogate"),
            (r#"{"\ud800": 1}"#, "surrogate"),
        ] {
            let got = detail(input.as_bytes());
            assert!(got.contains(want), "{input}: {got}");
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
        assert!(detail("[".repeat(100_000).as_bytes()).contains("EOF"));
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

    #[test]
    fn json_is_told_by_its_content_type() {
        for (input, want) in [
            ("application/json", true),
            ("Application/JSON; charset=latin1", true),
            ("application/ld+json", true),
            (" application/json ", true),
            ("text/json", false),
            ("application/jsonp", false),
            ("application/x-www-form-urlencoded", false),
            ("text/plain; application/json", false),
            ("", false),
        ] {
            assert_eq!(is_json(input), want, "{input:?}");
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

        #[test]
        fn a_float_keeps_its_value_and_stays_a_float(float in any::<f64>().prop_filter("JSON has it", |f| f.is_finite())) {
            let text = python_float(float).unwrap().to_string();
            prop_assert!(text.contains(['.', 'e']), "{}", text);
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), float.to_bits());
            prop_assert_eq!(written(text.as_bytes()).unwrap(), text);
        }
    }
}
