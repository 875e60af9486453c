//! Integers of any size, as Python's are.

use std::{fmt, str::FromStr};

use serde_json::Number;

use crate::{
    error::{Error, Result},
    json::MAX_INTEGER_DIGITS,
};

/// An integer of any size, as Python's `int`. It is kept, not calculated with.
///
/// # Limits
/// [`MAX_INTEGER_DIGITS`] digits, as Python has it for integers that are read from text.
///
/// # Example
/// ```
/// use flask_formats::session::Integer;
///
/// let big: Integer = "123456789012345678901234567890".parse().expect("digits");
/// assert_eq!(big.to_i64(), None);
/// assert_eq!(Integer::from(7).to_i64(), Some(7));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Integer {
    /// As Python writes it: no leading zeros, no `+`, no negative zero.
    digits: String,
}

impl Integer {
    /// The integer as one of Rust's; `None` where it is too large.
    pub fn to_i64(&self) -> Option<i64> {
        self.digits.parse().ok()
    }
}

impl FromStr for Integer {
    type Err = Error;

    /// Reads an integer as JSON has it.
    fn from_str(text: &str) -> Result<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_integer = match digits.as_bytes() {
            [] => false,
            [b'0'] => true,
            [b'0', ..] => false,
            digits => digits.iter().all(u8::is_ascii_digit) && digits.len() <= MAX_INTEGER_DIGITS,
        };
        if !is_integer {
            return Err(Error::Integer);
        }
        let text = if digits == "0" { digits } else { text };
        Ok(Self {
            digits: text.to_owned(),
        })
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.digits)
    }
}

macro_rules! from_rust {
    ($($integer:ty),*) => {
        $(impl From<$integer> for Integer {
            fn from(integer: $integer) -> Self {
                Self {
                    digits: integer.to_string(),
                }
            }
        })*
    };
}

from_rust!(
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize
);

impl From<&Integer> for Number {
    fn from(integer: &Integer) -> Self {
        // Digits are always a number of JSON's.
        integer.digits.parse().unwrap_or_else(|_| 0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_written_as_python_writes_it() {
        for (text, want) in [
            ("0", "0"),
            ("-0", "0"),
            ("7", "7"),
            ("-7", "-7"),
            ("9223372036854775808", "9223372036854775808"),
        ] {
            let integer: Integer = text.parse().unwrap();
            assert_eq!(integer.to_string(), want, "{text}");
            assert_eq!(Number::from(&integer).to_string(), want, "{text}");
        }
        assert_eq!(
            Integer::from(u128::MAX).to_string(),
            "340282366920938463463374607431768211455"
        );
        assert_eq!(Integer::from(i64::MIN).to_i64(), Some(i64::MIN));
        assert_eq!(Integer::from(u64::MAX).to_i64(), None);
    }

    #[test]
    fn what_is_no_integer_of_json_is_refused() {
        for text in [
            "", "-", "+1", "01", "-01", "00", "1.0", "1e3", " 1", "1_0", "١", "--1",
        ] {
            assert_eq!(text.parse::<Integer>(), Err(Error::Integer), "{text:?}");
        }
    }

    #[test]
    fn an_integer_has_as_many_digits_as_in_python() {
        let most = "7".repeat(MAX_INTEGER_DIGITS);
        assert!(most.parse::<Integer>().is_ok());
        assert!(format!("-{most}").parse::<Integer>().is_ok());
        assert!(format!("{most}7").parse::<Integer>().is_err());
    }
}
