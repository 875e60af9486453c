//! What a session holds: the types that Flask's session cookie keeps apart.

use std::time::SystemTime;

use base64::{Engine, engine::general_purpose::STANDARD};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{DateTime, Integer};
use crate::python;

/// A value in a session, with its Python type (Flask's `TaggedJSONSerializer`).
///
/// Rust's own values convert into it, and so does JSON. Comparing one with a text needs no conversion.
///
/// # Example
/// ```
/// use flask_formats::session::Value;
///
/// let value = Value::Tuple(vec!["wake".into(), 7.into(), Value::Null]);
/// assert_eq!(value.as_list().map(<[Value]>::len), Some(3));
/// assert_eq!(Value::from("唤醒"), *"唤醒");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `None`.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int`, of any size.
    Int(Integer),
    /// `float`, infinities, NaN and negative zero among them.
    Float(f64),
    /// `str`.
    Str(String),
    /// `list`.
    List(Vec<Value>),
    /// `tuple`.
    Tuple(Vec<Value>),
    /// `dict`. Its keys are texts: others became texts when Python wrote the cookie.
    Dict(Dict),
    /// `bytes`.
    Bytes(Vec<u8>),
    /// `markupsafe.Markup`: HTML that needs no escaping.
    Markup(String),
    /// `datetime.datetime`.
    DateTime(DateTime),
    /// `uuid.UUID`, as its integer.
    Uuid(u128),
}

/// Python's `dict`: a key that is set again keeps its place, and of two equal keys the last value wins.
/// The cookie does not keep the order: Flask sorts the keys when it writes one.
pub type Dict = IndexMap<String, Value>;

impl Value {
    /// The text, where it is one. Markup counts, as it does in Python.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) | Self::Markup(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, where it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(integer) => integer.to_i64(),
            _ => None,
        }
    }

    /// The float, where it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Float(float) => Some(*float),
            _ => None,
        }
    }

    /// The truth value, where it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The items, where it is a list or a tuple.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The members, where it is a dict.
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(members) => Some(members),
            _ => None,
        }
    }

    /// The bytes, where it is bytes.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// What Python's `bool()` says of it.
    pub(super) fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(truth) => *truth,
            Self::Int(integer) => integer.to_i64() != Some(0),
            Self::Float(float) => *float != 0.0,
            Self::Str(text) | Self::Markup(text) => !text.is_empty(),
            Self::List(items) | Self::Tuple(items) => !items.is_empty(),
            Self::Dict(members) => !members.is_empty(),
            Self::Bytes(bytes) => !bytes.is_empty(),
            Self::DateTime(_) | Self::Uuid(_) => true,
        }
    }

    /// What Flask's `jsonify` makes of it: tuples are arrays, moments and UUIDs texts.
    ///
    /// Two things that Flask cannot answer, or only with what is not JSON, have an answer here: bytes are text
    /// in base64, and a float that JSON lacks (NaN, infinities) is `null`.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(truth) => Json::Bool(*truth),
            Self::Int(integer) => Json::Number(integer.into()),
            Self::Float(float) => python::float(*float).map_or(Json::Null, Json::Number),
            Self::Str(text) | Self::Markup(text) => Json::String(text.clone()),
            Self::List(items) | Self::Tuple(items) => items.iter().map(Self::to_json).collect(),
            Self::Dict(members) => dict_to_json(members),
            Self::Bytes(bytes) => Json::String(STANDARD.encode(bytes)),
            Self::DateTime(moment) => Json::String(moment.to_string()),
            Self::Uuid(uuid) => Json::String(hyphenated(*uuid)),
        }
    }
}

pub(super) fn dict_to_json(members: &Dict) -> Json {
    let members = members.iter();
    let members: Map<String, Json> = members
        .map(|(key, value)| (key.clone(), value.to_json()))
        .collect();
    Json::Object(members)
}

/// RFC 9562, section 4.
fn hyphenated(uuid: u128) -> String {
    let hex = format!("{uuid:032x}");
    let fields = [0..8, 8..12, 12..16, 16..20, 20..32].map(|field| hex.get(field));
    fields.map(Option::unwrap_or_default).join("-")
}

impl PartialEq<str> for Value {
    fn eq(&self, text: &str) -> bool {
        self.as_str() == Some(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<f64> for Value {
    fn from(float: f64) -> Self {
        Self::Float(float)
    }
}

impl From<Integer> for Value {
    fn from(integer: Integer) -> Self {
        Self::Int(integer)
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {
        $(impl From<$integer> for Value {
            fn from(integer: $integer) -> Self {
                Self::Int(integer.into())
            }
        })*
    };
}

from_integer!(i32, i64, u32, u64, usize);

impl From<DateTime> for Value {
    fn from(moment: DateTime) -> Self {
        Self::DateTime(moment)
    }
}

impl From<SystemTime> for Value {
    fn from(moment: SystemTime) -> Self {
        Self::DateTime(moment.into())
    }
}

impl From<Dict> for Value {
    fn from(members: Dict) -> Self {
        Self::Dict(members)
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    /// A list. Bytes are [`Value::Bytes`].
    fn from(items: Vec<V>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<Json> for Value {
    /// A number stays what it is: `1` an integer, `1.0` a float.
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(truth),
            Json::Number(number) => {
                let text = number.to_string();
                text.parse()
                    .map_or_else(|_| Self::Float(text.parse().unwrap_or(f64::NAN)), Self::Int)
            }
            Json::String(text) => Self::Str(text),
            Json::Array(items) => items.into(),
            Json::Object(members) => {
                let members = members.into_iter();
                Self::Dict(members.map(|(key, value)| (key, value.into())).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Flask 3.1.3's `jsonify` of each, except the last four rows, which it cannot answer.
    #[test]
    fn values_are_json_as_flask_has_it() {
        let uuid = 0x12345678_1234_5678_1234_567812345678;
        for (value, want) in [
            (Value::Null, "null"),
            (true.into(), "true"),
            (7.into(), "7"),
            (u64::MAX.into(), "18446744073709551615"),
            (3.0.into(), "3.0"),
            ((-0.0).into(), "-0.0"),
            (1e16.into(), "1e+16"),
            ("唤醒".into(), "\"唤醒\""),
            (vec![1, 2].into(), "[1,2]"),
            (Value::Tuple(vec![1.into()]), "[1]"),
            (Value::Markup("<b>".to_owned()), "\"<b>\""),
            (
                SystemTime::UNIX_EPOCH.into(),
                "\"Thu, 01 Jan 1970 00:00:00 GMT\"",
            ),
            (
                Value::Uuid(uuid),
                "\"12345678-1234-5678-1234-567812345678\"",
            ),
            (
                Dict::from([("b".to_owned(), 1.into()), ("a".to_owned(), 2.into())]).into(),
                r#"{"a":2,"b":1}"#,
            ),
            (Value::Bytes(b"\xff\0".to_vec()), "\"/wA=\""),
            (f64::NAN.into(), "null"),
            (f64::INFINITY.into(), "null"),
            (f64::NEG_INFINITY.into(), "null"),
        ] {
            assert_eq!(value.to_json().to_string(), want, "{value:?}");
        }
    }

    #[test]
    fn json_becomes_values_of_the_same_kind() {
        let json = json!({ "a": [null, true, 1, "x"], "b": {} });
        let value = Value::from(json.clone());
        assert_eq!(value.to_json(), json);
        for (text, want) in [
            ("1", Value::from(1)),
            ("1.0", Value::from(1.0)),
            ("1e3", Value::from(1000.0)),
            (
                "18446744073709551616",
                Value::Int("18446744073709551616".parse().unwrap()),
            ),
        ] {
            let json: Json = serde_json::from_str(text).unwrap();
            assert_eq!(Value::from(json), want, "{text}");
        }
    }

    #[test]
    fn truth_is_pythons() {
        for (value, want) in [
            (Value::Null, false),
            (false.into(), false),
            (true.into(), true),
            (0.into(), false),
            (u64::MAX.into(), true),
            ((-0.0).into(), false),
            (f64::NAN.into(), true),
            ("".into(), false),
            ("False".into(), true),
            (Vec::<i32>::new().into(), false),
            (Value::Uuid(0), true),
        ] {
            assert_eq!(value.is_truthy(), want, "{value:?}");
        }
    }

    #[test]
    fn a_value_is_asked_for_by_its_type() {
        assert_eq!(Value::Markup("<b>".to_owned()).as_str(), Some("<b>"));
        assert_eq!(Value::from(7).as_i64(), Some(7));
        assert_eq!(Value::from(7).as_f64(), None);
        assert_eq!(Value::from(7.0).as_i64(), None);
        assert_eq!(Value::from(Some("x")).as_str(), Some("x"));
        assert_eq!(Value::from(None::<i64>), Value::Null);
        assert_eq!(Value::Bytes(vec![1]).as_bytes(), Some(&[1][..]));
        assert_eq!(Value::from(1).as_bool(), None);
    }
}
