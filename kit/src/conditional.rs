//! Requests that depend on what is there, by RFC 9110, section 13.
//!
//! Only entity tags are compared. Files have no time of change that means anything: a runtime copies
//! them when it starts. So conditions by date are ignored, which is what 13.1.3 and 13.1.4 ask for.

use http::{
    HeaderMap, Method,
    header::{IF_MATCH, IF_NONE_MATCH, IF_RANGE},
};

use crate::{
    error::{Error, Result},
    etag::{self, ETag, Tags},
};

/// Whether the client has it already: 304.
///
/// # Errors
/// 412 where the client wants something else to be there, or nothing.
pub(crate) fn is_unchanged(method: &Method, headers: &HeaderMap, own: &ETag) -> Result<bool> {
    let if_match = Tags::of(headers, IF_MATCH);
    if if_match.is_some_and(|tags| !tags.any(|tag| own.is_strongly(tag))) {
        return Err(Error::PreconditionFailed);
    }
    let if_none_match = Tags::of(headers, IF_NONE_MATCH);
    let unchanged = if_none_match.is_some_and(|tags| tags.any(|tag| own.is_weakly(tag)));
    if unchanged && method != Method::GET && method != Method::HEAD {
        return Err(Error::PreconditionFailed);
    }
    Ok(unchanged)
}

/// Whether `Range` may be looked at: there is no `If-Range`, or it names what is there.
pub(crate) fn allows_range(headers: &HeaderMap, own: &ETag) -> bool {
    let mut lines = headers.get_all(IF_RANGE).iter();
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(line), None) => etag::tag(line.as_bytes())
            .is_some_and(|(tag, rest)| rest.is_empty() && own.is_strongly(&tag)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    /// 200, 304 or 412, where `"61"` is there.
    fn status(method: &Method, lines: &[(&'static str, &'static str)]) -> u16 {
        match is_unchanged(method, &headers(lines), &ETag::of_hash(b"a")) {
            Ok(false) => 200,
            Ok(true) => 304,
            Err(error) => error.status().as_u16(),
        }
    }

    #[test]
    fn conditions_are_checked_in_their_order() {
        for (lines, get, put) in [
            (&[][..], 200, 200),
            (&[("if-none-match", "\"61\"")], 304, 412),
            (&[("if-none-match", "W/\"61\"")], 304, 412),
            (&[("if-none-match", "\"62\", \"61\"")], 304, 412),
            (
                &[("if-none-match", "\"62\""), ("if-none-match", "\"61\"")],
                304,
                412,
            ),
            (&[("if-none-match", "*")], 304, 412),
            (&[("if-none-match", "\"62\"")], 200, 200),
            (&[("if-none-match", "61")], 200, 200),
            (&[("if-none-match", "")], 200, 200),
            (&[("if-match", "\"61\"")], 200, 200),
            (&[("if-match", "*")], 200, 200),
            (&[("if-match", "\"62\", \"61\"")], 200, 200),
            (&[("if-match", "W/\"61\"")], 412, 412),
            (&[("if-match", "\"62\"")], 412, 412),
            (&[("if-match", "61")], 412, 412),
            (
                &[("if-match", "\"62\""), ("if-none-match", "\"61\"")],
                412,
                412,
            ),
            (
                &[("if-match", "\"61\""), ("if-none-match", "\"61\"")],
                304,
                412,
            ),
            (
                &[("if-modified-since", "Fri, 31 Dec 9999 23:59:59 GMT")],
                200,
                200,
            ),
            (
                &[("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT")],
                200,
                200,
            ),
        ] {
            assert_eq!(status(&Method::GET, lines), get, "{lines:?}");
            assert_eq!(status(&Method::HEAD, lines), get, "{lines:?}");
            assert_eq!(status(&Method::PUT, lines), put, "{lines:?}");
        }
    }

    #[test]
    fn a_range_is_for_who_has_the_rest_of_it() {
        for (lines, want) in [
            (&[][..], true),
            (&[("if-range", "\"61\"")], true),
            (&[("if-range", "W/\"61\"")], false),
            (&[("if-range", "\"62\"")], false),
            (&[("if-range", "\"61\", \"62\"")], false),
            (&[("if-range", "Thu, 01 Jan 1970 00:00:00 GMT")], false),
            (&[("if-range", "")], false),
            (&[("if-range", "\"61\""), ("if-range", "\"61\"")], false),
        ] {
            assert_eq!(
                allows_range(&headers(lines), &ETag::of_hash(b"a")),
                want,
                "{lines:?}"
            );
        }
    }
}
