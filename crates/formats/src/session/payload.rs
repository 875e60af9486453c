//! Between JSON and the part of the cookie that carries it (itsdangerous' `URLSafeSerializerMixin`): zlib
//! where that is shorter, behind a dot, and URL-safe base64 without its `=`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use miniz_oxide::{deflate, inflate};

/// How much JSON a session may be. A cookie of 4 KiB can be a thousand times as much once it is
/// decompressed.
pub(super) const MAX_JSON_BYTES: usize = 256 * 1024;

/// What stands in front of compressed data.
const COMPRESSED: char = '.';

/// zlib's own default, and so Python's.
const LEVEL: u8 = 6;

pub(super) fn encode(json: &str) -> String {
    let compressed = deflate::compress_to_vec_zlib(json.as_bytes(), LEVEL);
    if compressed.len() + 1 < json.len() {
        return format!("{COMPRESSED}{}", URL_SAFE_NO_PAD.encode(compressed));
    }
    URL_SAFE_NO_PAD.encode(json)
}

/// The JSON, at most [`MAX_JSON_BYTES`] of it; `None` where there is none, or it is longer.
pub(super) fn decode(payload: &str) -> Option<String> {
    let (text, compressed) = match payload.strip_prefix(COMPRESSED) {
        Some(text) => (text, true),
        None => (payload, false),
    };
    let mut json = URL_SAFE_NO_PAD.decode(text).ok()?;
    if compressed {
        json = inflate::decompress_to_vec_zlib_with_limit(&json, MAX_JSON_BYTES).ok()?;
    }
    if json.len() > MAX_JSON_BYTES {
        return None;
    }
    String::from_utf8(json).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each payload was written by itsdangerous 2.2.0 with Python's zlib.
    #[test]
    fn payloads_of_itsdangerous_are_read() {
        for (payload, json) in [
            ("e30", "{}".to_owned()),
            ("eyJhIjoxfQ", r#"{"a":1}"#.to_owned()),
            (
                ".eJztwTERAAAIBKAuH8M25vDsbg0HYNKpNAAA8F72AJKPcxA",
                format!(r#"{{"a":"{}"}}"#, "a".repeat(3000)),
            ),
        ] {
            assert_eq!(decode(payload), Some(json));
        }
    }

    #[test]
    fn it_is_compressed_only_where_that_is_shorter() {
        assert_eq!(encode("{}"), "e30");
        assert!(encode(&format!(r#"{{"a":"{}"}}"#, "a".repeat(100))).starts_with('.'));
        assert!(!encode(r#"{"a":"b4k2x9qw7z"}"#).starts_with('.'));
    }

    #[test]
    fn what_is_not_such_a_payload_is_refused() {
        for payload in [
            "e30=", "e3 0", "e30\n", "e31", "e", "+/", "..", ".", ".e30", "\u{e9}", "_w",
        ] {
            assert_eq!(decode(payload), None, "{payload:?}");
        }
        let whole = encode(&"a".repeat(1000));
        for end in 2..whole.len() {
            assert_eq!(decode(&whole[..end]), None, "{end}");
        }
    }

    #[test]
    fn a_zlib_bomb_ends_at_the_limit() {
        let of = |bytes: usize| {
            let data = deflate::compress_to_vec_zlib(&vec![b' '; bytes], 9);
            format!(".{}", URL_SAFE_NO_PAD.encode(data))
        };
        assert_eq!(
            decode(&of(MAX_JSON_BYTES)).map(|json| json.len()),
            Some(MAX_JSON_BYTES)
        );
        assert_eq!(decode(&of(MAX_JSON_BYTES + 1)), None);
        assert_eq!(decode(&of(64 * 1024 * 1024)), None);
        let plain = URL_SAFE_NO_PAD.encode(vec![b' '; MAX_JSON_BYTES + 1]);
        assert_eq!(decode(&plain), None);
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(json in "\\PC{0,300}") {
            prop_assert_eq!(decode(&encode(&json)), Some(json));
        }

        #[test]
        fn any_payload_is_read_or_refused(payload in "\\.?[A-Za-z0-9_-]{0,100}") {
            decode(&payload);
        }
    }
}
