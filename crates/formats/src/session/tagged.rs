//! Flask's tagged JSON: what says of a list that it was a tuple (Flask's `json/tag.py`).
//!
//! A tag is an object of one member, whose key begins with a space. A dict that would look like one is
//! wrapped in a tag of its own.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{DateTime, Dict, Value};
use crate::{
    error::{Error, Result},
    json::MAX_JSON_DEPTH,
    python,
};

const DICT: &str = " di";
const TUPLE: &str = " t";
const BYTES: &str = " b";
const MARKUP: &str = " m";
const UUID: &str = " u";
const DATETIME: &str = " d";

const TAGS: [&str; 6] = [DICT, TUPLE, BYTES, MARKUP, UUID, DATETIME];

/// What stands behind the key of a dict that is wrapped.
const WRAPPED: &str = "__";

/// Writes a session as Flask does, byte for byte: keys sorted, everything but ASCII escaped.
///
/// # Errors
/// [`Error::SessionTooDeep`] where values are nested deeper than [`MAX_JSON_DEPTH`], tags counted.
pub(super) fn dump(values: &Dict) -> Result<String> {
    let mut out = String::new();
    write_dict(&mut out, values, 0)?;
    Ok(out)
}

fn write(out: &mut String, value: &Value, depth: usize) -> Result<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(integer) => out.push_str(&integer.to_string()),
        Value::Float(float) => write_float(out, *float),
        Value::Str(text) => write_text(out, text),
        Value::List(items) => write_list(out, items, depth)?,
        Value::Dict(members) => write_dict(out, members, depth)?,
        Value::Tuple(items) => {
            return write_tag(out, TUPLE, depth, |out| write_list(out, items, depth + 1));
        }
        Value::Bytes(bytes) => write_text_tag(out, BYTES, &STANDARD.encode(bytes), depth)?,
        Value::Markup(html) => write_text_tag(out, MARKUP, html, depth)?,
        Value::DateTime(moment) => write_text_tag(out, DATETIME, &moment.to_string(), depth)?,
        Value::Uuid(uuid) => write_text_tag(out, UUID, &format!("{uuid:032x}"), depth)?,
    }
    Ok(())
}

fn write_dict(out: &mut String, members: &Dict, depth: usize) -> Result<()> {
    if let Some((key, value)) = members.first()
        && members.len() == 1
        && TAGS.contains(&key.as_str())
    {
        return write_tag(out, DICT, depth, |out| {
            let key = format!("{key}{WRAPPED}");
            write_tag(out, &key, depth + 1, |out| write(out, value, depth + 2))
        });
    }
    within(depth)?;
    // Python compares texts by their characters, which is how their UTF-8 compares.
    let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
    sorted.sort_by_key(|(key, _)| *key);
    out.push('{');
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(out, key);
        out.push(':');
        write(out, value, depth + 1)?;
    }
    out.push('}');
    Ok(())
}

fn write_list(out: &mut String, items: &[Value], depth: usize) -> Result<()> {
    within(depth)?;
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item, depth + 1)?;
    }
    out.push(']');
    Ok(())
}

/// An object of one member.
fn write_tag(
    out: &mut String,
    key: &str,
    depth: usize,
    write_value: impl FnOnce(&mut String) -> Result<()>,
) -> Result<()> {
    within(depth)?;
    out.push('{');
    write_text(out, key);
    out.push(':');
    write_value(out)?;
    out.push('}');
    Ok(())
}

fn write_text_tag(out: &mut String, key: &str, text: &str, depth: usize) -> Result<()> {
    write_tag(out, key, depth, |out| {
        write_text(out, text);
        Ok(())
    })
}

/// Whether one more bracket may be opened: what is not read must not be written.
fn within(depth: usize) -> Result<()> {
    if depth == MAX_JSON_DEPTH {
        return Err(Error::SessionTooDeep);
    }
    Ok(())
}

/// A float as Python writes it, even where JSON has no such float.
fn write_float(out: &mut String, float: f64) {
    match python::float(float) {
        Some(number) => out.push_str(&number.to_string()),
        None if float.is_nan() => out.push_str("NaN"),
        None if float > 0.0 => out.push_str("Infinity"),
        None => out.push_str("-Infinity"),
    }
}

/// A text with everything escaped that is not ASCII (Python's `ensure_ascii`).
fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

/// What an object stands for, by its tag if it has one; `None` where the tag has a value that Flask never
/// gives it.
pub(super) fn untag(members: Dict) -> Option<Value> {
    let tag = match members.first() {
        Some((key, _)) if members.len() == 1 && TAGS.contains(&key.as_str()) => key.clone(),
        _ => return Some(Value::Dict(members)),
    };
    let (_, value) = members.into_iter().next()?;
    match (tag.as_str(), value) {
        (DICT, Value::Dict(wrapped)) => unwrapped(wrapped),
        (TUPLE, Value::List(items)) => Some(Value::Tuple(items)),
        (BYTES, Value::Str(text)) => Some(Value::Bytes(STANDARD.decode(text).ok()?)),
        (MARKUP, Value::Str(html)) => Some(Value::Markup(html)),
        (UUID, Value::Str(hex)) => uuid(&hex),
        (DATETIME, Value::Str(text)) => DateTime::parse(&text).map(Value::DateTime),
        _ => None,
    }
}

fn unwrapped(wrapped: Dict) -> Option<Value> {
    if wrapped.len() != 1 {
        return None;
    }
    let (key, value) = wrapped.into_iter().next()?;
    let key = key.strip_suffix(WRAPPED)?.to_owned();
    Some(Value::Dict(Dict::from([(key, value)])))
}

fn uuid(hex: &str) -> Option<Value> {
    let is_hex = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u128::from_str_radix(hex, 16).ok().map(Value::Uuid))?
}

#[cfg(test)]
mod tests {
    use super::{super::reader, *};

    fn dict(members: &[(&str, Value)]) -> Dict {
        let members = members.iter();
        members
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect()
    }

    /// Each text was written by Flask 3.1.3's `TaggedJSONSerializer().dumps(...)` in an application.
    fn vectors() -> Vec<(&'static str, Dict)> {
        let moment = DateTime::from_unix(1_644_937_062).unwrap();
        let wrapped = |key| Value::Dict(dict(&[(key, 1.into())]));
        vec![
            ("{}", dict(&[])),
            (
                r#"{"login_user":"\u5524\u9192\u624b\u8155"}"#,
                dict(&[("login_user", "唤醒手腕".into())]),
            ),
            (
                r#"{"a":1,"b":true,"c":null,"\u5524":-0.0}"#,
                dict(&[
                    ("唤", (-0.0).into()),
                    ("c", Value::Null),
                    ("b", true.into()),
                    ("a", 1.into()),
                ]),
            ),
            (
                r#"{"l":[1,2.0,"x"],"t":{" t":[1,{" t":[]}]}}"#,
                dict(&[
                    ("t", Value::Tuple(vec![1.into(), Value::Tuple(vec![])])),
                    ("l", Value::List(vec![1.into(), 2.0.into(), "x".into()])),
                ]),
            ),
            (
                r#"{"b":{" b":"/wD+"},"d":{" d":"Tue, 15 Feb 2022 14:57:42 GMT"},"m":{" m":"<b>\u5524</b>"},"u":{" u":"12345678123456781234567812345678"}}"#,
                dict(&[
                    ("b", Value::Bytes(b"\xff\0\xfe".to_vec())),
                    ("m", Value::Markup("<b>唤</b>".to_owned())),
                    ("u", Value::Uuid(0x12345678123456781234567812345678)),
                    ("d", moment.into()),
                ]),
            ),
            (
                r#"{"x":{" di":{" t__":1}},"y":{" di":{" di__":{" di":{" b__":1}}}},"z":{" t":1,"a":1}}"#,
                dict(&[
                    ("x", wrapped(" t")),
                    ("y", Value::Dict(dict(&[(" di", wrapped(" b"))]))),
                    ("z", Value::Dict(dict(&[(" t", 1.into()), ("a", 1.into())]))),
                ]),
            ),
            (r#"{" di":{" u__":"me"}}"#, dict(&[(" u", "me".into())])),
            (
                r#"{"x":{" t__":1},"y":{" od":1}}"#,
                dict(&[("x", wrapped(" t__")), ("y", wrapped(" od"))]),
            ),
            (
                r#"{"x":"\"\\/\b\f\n\r\t\u0000\u001f\u007f\u00e9\ud83d\ude00<>&'"}"#,
                dict(&[("x", "\"\\/\u{8}\u{c}\n\r\t\0\u{1f}\u{7f}é😀<>&'".into())]),
            ),
            (
                r#"{"a":1e+16,"b":1e-05,"c":123456789012345678901234567890,"d":-7,"e":5e-324}"#,
                dict(&[
                    ("a", 1e16.into()),
                    ("b", 1e-5.into()),
                    (
                        "c",
                        123_456_789_012_345_678_901_234_567_890_u128
                            .to_string()
                            .parse::<super::super::Integer>()
                            .unwrap()
                            .into(),
                    ),
                    ("d", (-7).into()),
                    ("e", 5e-324.into()),
                ]),
            ),
        ]
    }

    #[test]
    fn sessions_are_written_as_flask_writes_them_and_read_back() {
        for (text, values) in vectors() {
            assert_eq!(dump(&values).unwrap(), text);
            assert_eq!(reader::parse(text), Some(Value::Dict(values)), "{text}");
        }
    }

    #[test]
    fn floats_that_json_lacks_are_written_as_python_writes_them() {
        let values = dict(&[
            ("a", f64::NAN.into()),
            ("b", f64::INFINITY.into()),
            ("c", f64::NEG_INFINITY.into()),
        ]);
        let text = r#"{"a":NaN,"b":Infinity,"c":-Infinity}"#;
        assert_eq!(dump(&values).unwrap(), text);
        let read = reader::parse(text).unwrap();
        let floats: Vec<Option<f64>> = read
            .as_dict()
            .unwrap()
            .values()
            .map(Value::as_f64)
            .collect();
        assert!(floats[0].unwrap().is_nan());
        assert_eq!(floats[1..], [Some(f64::INFINITY), Some(f64::NEG_INFINITY)]);
    }

    #[test]
    fn a_tag_with_a_value_that_flask_never_gives_it_is_refused() {
        for text in [
            r#"{" t":1}"#,
            r#"{" t":"ab"}"#,
            r#"{" t":{" t":[]}}"#,
            r#"{" b":1}"#,
            r#"{" b":"_w=="}"#,
            r#"{" b":"/w"}"#,
            r#"{" b":"/x=="}"#,
            r#"{" m":1}"#,
            r#"{" u":1}"#,
            r#"{" u":""}"#,
            r#"{" u":"12345678-1234-5678-1234-567812345678"}"#,
            r#"{" u":"+2345678123456781234567812345678"}"#,
            r#"{" d":1}"#,
            r#"{" d":"soon"}"#,
            r#"{" di":1}"#,
            r#"{" di":{}}"#,
            r#"{" di":{"a":1}}"#,
            r#"{" di":{" t__":1," b__":1}}"#,
        ] {
            assert_eq!(reader::parse(text), None, "{text}");
            let nested = format!("[{{\"a\":{text}}}]");
            assert_eq!(reader::parse(&nested), None, "{nested}");
        }
    }

    #[test]
    fn what_would_be_too_deep_to_read_is_not_written() {
        let nest = |depth: usize, wrap: fn(Value) -> Value| {
            let value = (0..depth).fold(Value::from(1), |inner, _| wrap(inner));
            dict(&[("x", value)])
        };
        // How many levels of JSON each takes.
        for (levels, wrap) in [
            (1, (|inner| Value::List(vec![inner])) as fn(Value) -> Value),
            (1, |inner| Value::Dict(dict(&[("a", inner)]))),
            (2, |inner| Value::Tuple(vec![inner])),
            (2, |inner| Value::Dict(dict(&[(" t", inner)]))),
        ] {
            let most = (MAX_JSON_DEPTH - 1) / levels;
            let text = dump(&nest(most, wrap)).unwrap();
            assert!(reader::parse(&text).is_some(), "{levels}");
            assert_eq!(
                dump(&nest(most + 1, wrap)),
                Err(Error::SessionTooDeep),
                "{levels}"
            );
        }
        let markup = nest(MAX_JSON_DEPTH - 1, |inner| Value::List(vec![inner]));
        assert!(dump(&markup).is_ok());
        let leaf = (1..MAX_JSON_DEPTH).fold(Value::Uuid(1), |inner, _| Value::List(vec![inner]));
        assert_eq!(dump(&dict(&[("x", leaf)])), Err(Error::SessionTooDeep));
    }
}
