//! Queries and urlencoded forms, read as Werkzeug reads them.
//!
//! Werkzeug calls `urllib.parse.parse_qsl` and keeps escaped what is not UTF-8. The usual crates put
//! U+FFFD there instead, and then nobody can tell what was sent.

use percent_encoding::percent_decode_str;

use crate::{
    error::{Error, Result},
    multi_dict::MultiDict,
};

pub use crate::limits::MAX_FIELDS;

/// Reads a query string, or a form body that is known to be UTF-8.
///
/// Only `&` separates pairs and nothing is malformed: `%zz` stands for itself, a key without `=` has
/// an empty value, and an escape that is not UTF-8 stays an escape, in upper case.
///
/// # Errors
/// [`Error::TooManyFields`].
///
/// # Example
/// ```
/// let query = flask_formats::urlencoded::parse("a=1&b=2&a=3")?;
/// assert_eq!(query.getlist("a"), ["1", "3"]);
/// # Ok::<_, flask_formats::Error>(())
/// ```
pub fn parse(text: &str) -> Result<MultiDict> {
    let pairs = || text.split('&').filter(|pair| !pair.is_empty());
    if pairs().nth(MAX_FIELDS).is_some() {
        return Err(Error::TooManyFields);
    }
    let fields = pairs().map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    });
    Ok(fields.collect())
}

/// Reads a form body.
///
/// # Errors
/// [`Error::FormNotUtf8`] where a raw byte is not UTF-8; Werkzeug would drop the whole form without a word.
/// [`Error::TooManyFields`].
pub fn parse_body(body: &[u8]) -> Result<MultiDict> {
    let text = std::str::from_utf8(body).map_err(|error| Error::FormNotUtf8 {
        byte: error.valid_up_to(),
    })?;
    parse(text)
}

fn decode(part: &str) -> String {
    let spaced = part.replace('+', " ");
    let bytes: Vec<u8> = percent_decode_str(&spaced).collect();
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pairs_are_split_as_werkzeug_splits_them() {
        for (input, want) in [
            ("", &[][..]),
            ("&&", &[]),
            ("a", &[("a", "")]),
            ("=", &[("", "")]),
            ("=1", &[("", "1")]),
            ("a=1&b=2&a=3", &[("a", "1"), ("a", "3"), ("b", "2")]),
            ("a=1;b=2", &[("a", "1;b=2")]),
            ("a=b=c", &[("a", "b=c")]),
            ("&a=1&", &[("a", "1")]),
            ("a%26b%3D=1%2B1", &[("a&b=", "1+1")]),
            ("a+b=c+d", &[("a b", "c d")]),
            ("?a=1", &[("?a", "1")]),
        ] {
            let got = parse(input).unwrap();
            assert_eq!(got.items().collect::<Vec<_>>(), want, "{input:?}");
        }
    }

    #[test]
    fn an_escape_that_is_not_utf8_stays_an_escape() {
        for (input, want) in [
            ("%E5%94%A4%e9%86%92", "唤醒"),
            ("唤醒", "唤醒"),
            ("%ff", "%FF"),
            ("%E5%94", "%E5%94"),
            ("%e5%94x", "%E5%94x"),
            ("%e5é", "%E5é"),
            ("%C3%28", "%C3("),
            ("%ed%a0%80", "%ED%A0%80"),
            ("%f4%90%80%80", "%F4%90%80%80"),
            ("%C0%80", "%C0%80"),
            ("%zz", "%zz"),
            ("%", "%"),
            ("%4", "%4"),
            ("%%34", "%4"),
            ("%2541", "%41"),
            ("%00", "\0"),
        ] {
            assert_eq!(decode(input), want, "{input:?}");
        }
    }

    #[test]
    fn a_raw_byte_that_is_not_utf8_is_refused() {
        for body in [&b"a=\xff"[..], b"a=1&\xe5\x94=2"] {
            assert!(
                matches!(parse_body(body), Err(Error::FormNotUtf8 { .. })),
                "{body:?}"
            );
        }
    }

    #[test]
    fn as_many_fields_as_the_limit_are_read_and_one_more_is_not() {
        for field in ["a&", "a=1&&", "&a%26"] {
            let most = field.repeat(MAX_FIELDS);
            let got = parse_body(most.as_bytes()).unwrap();
            assert_eq!(got.items().count(), MAX_FIELDS, "{field:?}");
            let error = parse_body(format!("{most}&b").as_bytes()).unwrap_err();
            assert_eq!(error, Error::TooManyFields, "{field:?}");
        }
        // What separates no fields is no field.
        assert!(parse(&"&".repeat(1 << 20)).is_ok());
    }

    proptest! {
        #[test]
        fn what_was_encoded_reads_back(pairs in prop::collection::vec(any::<(String, String)>(), 0..8)) {
            let encoded: Vec<String> = pairs
                .iter()
                .map(|(key, value)| {
                    let escaped = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
                    format!("{}={}", escaped(key), escaped(value))
                })
                .collect();
            let got = parse(&encoded.join("&")).unwrap();
            prop_assert_eq!(got, pairs.into_iter().collect::<MultiDict>());
        }

        #[test]
        fn any_bytes_are_read_or_refused(body in any::<Vec<u8>>()) {
            let _ = parse_body(&body);
        }
    }
}
