//! Python's `+`, for what JSON can hold.
//!
//! Integers have no bound, an integer and a float make a float, booleans count as 0 and 1, strings
//! and lists are joined. Everything else Python refuses, and so does this (Python language
//! reference, 6.7).

use kit::{
    Error, FieldError, Result, Value,
    formats::{json::MAX_INTEGER_DIGITS, python},
};
use num_bigint::BigInt;
use serde_json::Number;

/// What may stand on either side of `+`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Int(BigInt),
    Float(f64),
    Text(String),
    List(Vec<Value>),
}

/// Takes `a` and `b` out of a body.
///
/// # Errors
/// 422 where the body is no object, or `a` or `b` is missing or cannot be added to anything; the
/// problem names each of them.
pub(crate) fn operands(body: Value) -> Result<[Operand; 2]> {
    let Value::Object(mut body) = body else {
        return Err(Error::unprocessable(
            "not-an-object",
            "the body must be a JSON object with the fields a and b",
        ));
    };
    let mut operand = |field: &str| match body.remove(field) {
        None => Err(FieldError::missing(field)),
        Some(value) => Operand::from_json(value).ok_or_else(|| {
            let detail = "must be a number, a boolean, a string or an array";
            FieldError::new(field, "wrong-type", detail)
        }),
    };
    match (operand("a"), operand("b")) {
        (Ok(a), Ok(b)) => Ok([a, b]),
        (a, b) => {
            let errors = [a.err(), b.err()].into_iter().flatten().collect();
            Err(Error::invalid_fields("a and b cannot be added", errors))
        }
    }
}

/// `a + b`.
///
/// # Errors
/// 422 where Python raises a `TypeError` or an `OverflowError`, and where JSON has no number for the sum.
pub(crate) fn plus(a: Operand, b: Operand) -> Result<Value> {
    use Operand::{Float, Int, List, Text};
    match (a, b) {
        (Int(a), Int(b)) => integer(&(a + b)),
        (Int(a), Float(b)) => float(to_float("a", &a)? + b),
        (Float(a), Int(b)) => float(a + to_float("b", &b)?),
        (Float(a), Float(b)) => float(a + b),
        (Text(a), Text(b)) => Ok(Value::String(a + &b)),
        (List(a), List(b)) => Ok(Value::Array([a, b].concat())),
        (a, b) => {
            let (a, b) = (a.kind(), b.kind());
            let errors = vec![
                FieldError::new("a", "different-types", format!("is {a}; b is {b}")),
                FieldError::new("b", "different-types", format!("is {b}; a is {a}")),
            ];
            let detail = format!("{a} and {b} cannot be added");
            Err(Error::invalid_fields(detail, errors))
        }
    }
}

impl Operand {
    fn from_json(value: Value) -> Option<Self> {
        match value {
            Value::Bool(bool) => Some(Self::Int(bool.into())),
            Value::Number(number) => Self::from_number(&number),
            Value::String(text) => Some(Self::Text(text)),
            Value::Array(items) => Some(Self::List(items)),
            Value::Null | Value::Object(_) => None,
        }
    }

    /// As in Python, what is written like an integer is one: `3`, but not `3.0` or `3e0`.
    fn from_number(number: &Number) -> Option<Self> {
        let text = number.as_str();
        text.parse()
            .map(Self::Int)
            .or_else(|_| text.parse().map(Self::Float))
            .ok()
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
        }
    }
}

fn integer(sum: &BigInt) -> Result<Value> {
    let text = sum.to_string();
    if text.trim_start_matches('-').len() > MAX_INTEGER_DIGITS {
        let detail = format!("the sum has more than {MAX_INTEGER_DIGITS} digits");
        return Err(Error::unprocessable("sum-too-large", detail));
    }
    text.parse().map(Value::Number).map_err(Error::internal)
}

fn float(sum: f64) -> Result<Value> {
    python::float(sum)
        .map(Value::Number)
        .ok_or_else(|| Error::unprocessable("sum-too-large", "the sum is too large for a float"))
}

/// The nearest float. Reading the digits rounds once and correctly, which is what Python does.
fn to_float(field: &str, int: &BigInt) -> Result<f64> {
    let float: f64 = int.to_string().parse().map_err(Error::internal)?;
    if float.is_infinite() {
        return Err(Error::invalid(
            field,
            "too-large",
            "is too large to be added to a float",
        ));
    }
    Ok(float)
}

#[cfg(test)]
mod tests {
    use kit::json;

    use super::*;

    fn operand(text: &str) -> Operand {
        Operand::from_json(value(text)).unwrap()
    }

    /// Numbers by their text, as kit reads them from a body.
    fn value(text: &str) -> Value {
        text.parse()
            .map_or_else(|_| text.parse::<Value>().unwrap(), Value::Number)
    }

    fn sum(a: &str, b: &str) -> Result<String> {
        plus(operand(a), operand(b)).map(|sum| sum.to_string())
    }

    #[test]
    fn sums_are_those_of_python() {
        for (a, b, want) in [
            ("1", "2", "3"),
            ("1", "2.0", "3.0"),
            ("1.0", "2.0", "3.0"),
            ("0.1", "0.2", "0.30000000000000004"),
            ("true", "true", "2"),
            ("true", "1.5", "2.5"),
            ("false", "false", "0"),
            ("-1", "1", "0"),
            ("-0.0", "-0.0", "-0.0"),
            ("-0.0", "0", "0.0"),
            ("1e16", "0", "1e+16"),
            ("1e15", "0", "1000000000000000.0"),
            ("5e-324", "0", "5e-324"),
            ("99999999999999999999", "1", "100000000000000000000"),
            ("-9223372036854775808", "-1", "-9223372036854775809"),
            // Halfway between two floats: to even. Above it, by however little: up.
            ("9007199254740993", "0.0", "9007199254740992.0"),
            ("9007199254740995", "0.0", "9007199254740996.0"),
            (
                "9007199254740992000000000001",
                "0.0",
                "9.007199254740992e+27",
            ),
            ("36893488147419107329", "0.0", "3.689348814741911e+19"),
            ("36893488147419107328", "0.0", "3.6893488147419103e+19"),
            ("\"a\"", "\"b\"", "\"ab\""),
            ("\"唤醒\"", "\"\"", "\"唤醒\""),
            ("[1]", "[2.0, {\"a\": null}]", "[1,2.0,{\"a\":null}]"),
            ("[]", "[]", "[]"),
        ] {
            assert_eq!(sum(a, b).unwrap(), want, "{a} + {b}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused_with_both_fields() {
        for (a, b) in [
            ("1", "\"1\""),
            ("\"1\"", "1.5"),
            ("[]", "\"\""),
            ("true", "[]"),
            ("[1]", "1"),
        ] {
            let error = sum(a, b).unwrap_err();
            assert_eq!(error.status().as_u16(), 422, "{a} + {b}");
            assert_eq!(names(&error), ["a", "b"], "{a} + {b}");
        }
    }

    #[test]
    fn a_sum_that_json_cannot_hold_is_refused() {
        for (a, b) in [
            ("1.7976931348623157e308", "1.7976931348623157e308"),
            ("-1.7976931348623157e308", "-1e308"),
        ] {
            let error = sum(a, b).unwrap_err();
            assert!(
                error.to_string().contains("too large for a float"),
                "{a} + {b}: {error}"
            );
        }
    }

    #[test]
    fn an_integer_that_no_float_can_hold_is_refused_by_name() {
        let (large, small) = (format!("1{}", "0".repeat(309)), "1.0");
        for (a, b, field) in [(large.as_str(), small, "a"), (small, large.as_str(), "b")] {
            assert_eq!(names(&sum(a, b).unwrap_err()), [field]);
        }
    }

    #[test]
    fn a_sum_has_at_most_the_digits_that_python_prints() {
        let nines = "9".repeat(MAX_INTEGER_DIGITS);
        assert_eq!(sum(&nines, "0").unwrap(), nines);
        for (a, b) in [(nines.clone(), "1"), (format!("-{nines}"), "-1")] {
            assert!(
                sum(&a, b).unwrap_err().to_string().contains("digits"),
                "{b}"
            );
        }
    }

    #[test]
    fn each_field_that_is_wrong_is_named() {
        for (body, want) in [
            (json!({}), vec!["a", "b"]),
            (json!({ "a": 1 }), vec!["b"]),
            (json!({ "b": 1 }), vec!["a"]),
            (json!({ "a": null, "b": {} }), vec!["a", "b"]),
            (json!({ "a": {}, "b": [] }), vec!["a"]),
            (json!([1, 2]), vec![]),
            (json!("ab"), vec![]),
            (json!(null), vec![]),
        ] {
            let error = operands(body.clone()).unwrap_err();
            assert_eq!(error.status().as_u16(), 422, "{body}");
            assert_eq!(names(&error), want, "{body}");
        }
    }

    fn names(error: &Error) -> Vec<String> {
        error
            .fields()
            .into_iter()
            .map(|error| error.field)
            .collect()
    }
}
