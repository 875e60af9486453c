//! Requests that depend on what is there, by RFC 9110, section 13.
//!
//! Dates are compared only of what has one that means anything. The files of a component have none: a runtime
//! copies them when it starts. Then conditions by date are ignored, which is what 13.1.3 and 13.1.4 ask for.

mod etag;
mod range;
mod send_file;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, Method, StatusCode,
    header::{
        ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE,
    },
};

use self::etag::Tags;
use crate::{
    error::{Error, Result},
    request::Request,
    response::{self, Response},
};

pub use self::{
    etag::ETag,
    send_file::{FileInfo, body_of_file, send_file},
};

/// The headers that make a request conditional, or one for a part.
pub(crate) const HEADERS: [HeaderName; 6] = [
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_RANGE,
    IF_UNMODIFIED_SINCE,
    RANGE,
];

impl Request {
    /// Checks that what a request is to change is what its client has seen: `If-Match`, compared strongly,
    /// and `If-None-Match`, which names what must not be there. Without either all is well.
    ///
    /// `own` is the tag of what is there now. An HTML form cannot send a header: `field` is what its
    /// hidden field says instead, `None` where it has none, and counts besides the header.
    ///
    /// Between this and the change another request may come: let the change itself say in its `WHERE`
    /// what it is to change.
    ///
    /// # Errors
    /// 412 where something else is there.
    ///
    /// # Example
    /// ```
    /// use kit::{ETag, Request, Response, Result, no_content};
    ///
    /// async fn delete(mut request: Request) -> Result<Response> {
    ///     let own = ETag::from_hash(b"version 7");
    ///     let form = request.form().await?;
    ///     request.check_if_match(&own, form.get("if_match"))?;
    ///     Ok(no_content())
    /// }
    /// ```
    pub fn check_if_match(&self, own: &ETag, field: Option<&str>) -> Result<()> {
        is_unchanged(self.method(), &self.named(&HEADERS), own)?;
        let field = field.map(Tags::parse);
        if field.is_some_and(|tags| !tags.any(|tag| own.strong_eq(tag))) {
            return Err(Error::PreconditionFailed);
        }
        Ok(())
    }

    /// The answer to a client that has it already: 304, with the tag; `None` where it is to be sent, and
    /// then with the tag too ([`ETag::header`]). For GET and HEAD.
    ///
    /// A strong tag is of one representation: a page and JSON of the same thing need tags of their own.
    ///
    /// # Errors
    /// 412 where `If-Match` names something else.
    ///
    /// # Example
    /// ```
    /// use kit::{ETag, Request, Response, Result, json, jsonify};
    ///
    /// async fn show(request: Request) -> Result<Response> {
    ///     let tag = ETag::from_hash(b"version 7");
    ///     if let Some(response) = request.not_modified(&tag)? {
    ///         return Ok(response);
    ///     }
    ///     let mut response = jsonify(&json!({ "id": 7 }));
    ///     response.headers_mut().insert("etag", tag.header());
    ///     Ok(response)
    /// }
    /// ```
    pub fn not_modified(&self, own: &ETag) -> Result<Option<Response>> {
        let unchanged = is_unchanged(self.method(), &self.named(&HEADERS), own)?;
        Ok(unchanged.then(|| {
            let mut response = Response::new(response::body(Bytes::new()));
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().insert(ETAG, own.header());
            response
        }))
    }
}

/// Whether the client has it already: 304.
///
/// # Errors
/// 412 where the client wants something else to be there, or nothing.
pub(crate) fn is_unchanged(method: &Method, headers: &HeaderMap, own: &ETag) -> Result<bool> {
    let if_match = Tags::from_headers(headers, IF_MATCH);
    if if_match.is_some_and(|tags| !tags.any(|tag| own.strong_eq(tag))) {
        return Err(Error::PreconditionFailed);
    }
    let if_none_match = Tags::from_headers(headers, IF_NONE_MATCH);
    let unchanged = if_none_match.is_some_and(|tags| tags.any(|tag| own.weak_eq(tag)));
    if unchanged && method != Method::GET && method != Method::HEAD {
        return Err(Error::PreconditionFailed);
    }
    Ok(unchanged)
}

/// The same of what was changed at a known time as well. A condition by date counts only without the one by tag
/// in whose place it is (RFC 9110, section 13.2.2), and where it is a date.
///
/// # Errors
/// 412 where what is there is not what the client wants to be there.
pub(crate) fn is_unchanged_since(
    method: &Method,
    headers: &HeaderMap,
    own: &ETag,
    modified: SystemTime,
) -> Result<bool> {
    let by_tag = is_unchanged(method, headers, own)?;
    let was_there = |name| date(headers, name).map(|date| is_until(modified, date));
    if !headers.contains_key(IF_MATCH) && was_there(IF_UNMODIFIED_SINCE) == Some(false) {
        return Err(Error::PreconditionFailed);
    }
    if headers.contains_key(IF_NONE_MATCH) || (method != Method::GET && method != Method::HEAD) {
        return Ok(by_tag);
    }
    Ok(was_there(IF_MODIFIED_SINCE) == Some(true))
}

/// The date in a header that is there once, in any of the three forms of RFC 9110, section 5.6.7.
fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next().filter(|_| lines.next().is_none())?;
    httpdate::parse_http_date(line.to_str().ok()?).ok()
}

/// Whether a moment was over at a date, which has no part of a second.
fn is_until(moment: SystemTime, date: SystemTime) -> bool {
    moment < date + Duration::from_secs(1)
}

/// Whether `Range` may be looked at: there is no `If-Range`, or it names what is there.
pub(crate) fn allows_range(headers: &HeaderMap, own: &ETag) -> bool {
    let mut lines = headers.get_all(IF_RANGE).iter();
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(line), None) => etag::tag(line.as_bytes())
            .is_some_and(|(tag, rest)| rest.is_empty() && own.strong_eq(&tag)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use http_body_util::Full;

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
        status_of(is_unchanged(
            method,
            &headers(lines),
            &ETag::from_hash(b"a"),
        ))
    }

    fn status_of(unchanged: Result<bool>) -> u16 {
        match unchanged {
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
    fn a_date_counts_where_there_is_no_tag() {
        const BEFORE: &str = "Tue, 15 Feb 2022 14:57:41 GMT";
        const THEN: &str = "Tue, 15 Feb 2022 14:57:42 GMT";
        let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(1_644_937_062_714);
        for (lines, get, put) in [
            (&[][..], 200, 200),
            (&[("if-modified-since", THEN)], 304, 200),
            (&[("if-modified-since", BEFORE)], 200, 200),
            (
                &[("if-modified-since", "Fri, 31 Dec 9999 23:59:59 GMT")],
                304,
                200,
            ),
            // The two forms that are no longer written.
            (
                &[("if-modified-since", "Tuesday, 15-Feb-22 14:57:42 GMT")],
                304,
                200,
            ),
            (
                &[("if-modified-since", "Tue Feb 15 14:57:42 2022")],
                304,
                200,
            ),
            (&[("if-modified-since", "tomorrow")], 200, 200),
            (
                &[("if-modified-since", THEN), ("if-modified-since", THEN)],
                200,
                200,
            ),
            (
                &[("if-modified-since", THEN), ("if-none-match", "\"62\"")],
                200,
                200,
            ),
            (
                &[("if-modified-since", BEFORE), ("if-none-match", "\"61\"")],
                304,
                412,
            ),
            (&[("if-unmodified-since", THEN)], 200, 200),
            (&[("if-unmodified-since", BEFORE)], 412, 412),
            (&[("if-unmodified-since", "yesterday")], 200, 200),
            (
                &[("if-unmodified-since", BEFORE), ("if-match", "\"61\"")],
                200,
                200,
            ),
            (
                &[("if-unmodified-since", THEN), ("if-match", "\"62\"")],
                412,
                412,
            ),
        ] {
            for (method, want) in [(Method::GET, get), (Method::HEAD, get), (Method::PUT, put)] {
                let (headers, own) = (headers(lines), ETag::from_hash(b"a"));
                let got = status_of(is_unchanged_since(&method, &headers, &own, modified));
                assert_eq!(got, want, "{method} {lines:?}");
            }
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
                allows_range(&headers(lines), &ETag::from_hash(b"a")),
                want,
                "{lines:?}"
            );
        }
    }

    fn request(method: &Method, lines: &[(&'static str, &'static str)]) -> Request {
        let body: Full<Bytes> = Full::default();
        let mut request = http::Request::new(body);
        *request.method_mut() = method.clone();
        *request.headers_mut() = headers(lines);
        Request::new(request)
    }

    #[test]
    fn a_change_is_of_what_its_client_has_seen() {
        const SEEN: (&str, &str) = ("if-match", "\"61\"");
        const OTHER: (&str, &str) = ("if-match", "\"62\"");
        for (lines, field, want) in [
            (&[][..], None, true),
            (&[SEEN], None, true),
            (&[OTHER], None, false),
            (&[("if-match", "*")], None, true),
            (&[("if-match", "W/\"61\"")], None, false),
            (&[("if-match", "")], None, false),
            (&[("if-none-match", "*")], None, false),
            (&[("if-none-match", "\"61\"")], None, false),
            (&[("if-none-match", "\"62\"")], None, true),
            (&[], Some("\"61\""), true),
            (&[], Some(" \"62\", \"61\" "), true),
            (&[], Some("*"), true),
            (&[], Some("\"62\""), false),
            (&[], Some("W/\"61\""), false),
            (&[], Some("61"), false),
            (&[], Some(""), false),
            (&[SEEN], Some("\"61\""), true),
            (&[SEEN], Some("\"62\""), false),
            (&[OTHER], Some("\"61\""), false),
        ] {
            for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::POST] {
                let got = request(&method, lines).check_if_match(&ETag::from_hash(b"a"), field);
                match got {
                    Ok(()) => assert!(want, "{method} {lines:?} {field:?}"),
                    Err(error) => assert!(
                        !want && error.status() == 412,
                        "{method} {lines:?} {field:?}"
                    ),
                }
            }
        }
    }

    #[test]
    fn who_has_it_already_is_told_so() {
        for (lines, want) in [
            (&[][..], Some(false)),
            (&[("if-none-match", "\"61\"")], Some(true)),
            (&[("if-none-match", "W/\"61\"")], Some(true)),
            (&[("if-none-match", "\"62\"")], Some(false)),
            (&[("if-match", "\"62\"")], None),
        ] {
            for method in [Method::GET, Method::HEAD] {
                let got = request(&method, lines).not_modified(&ETag::from_hash(b"a"));
                let Ok(response) = got else {
                    assert_eq!(want, None, "{method} {lines:?}");
                    continue;
                };
                assert_eq!(Some(response.is_some()), want, "{method} {lines:?}");
                if let Some(response) = response {
                    assert_eq!(response.status(), 304);
                    assert_eq!(response.headers()["etag"], "\"61\"");
                    assert_eq!(response.headers().len(), 1);
                }
            }
        }
    }
}
