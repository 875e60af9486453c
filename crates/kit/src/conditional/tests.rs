use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use http_body_util::Full;

use super::*;

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
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
        (&[("if-none-match", "\"é\", \"61\"")], 304, 412),
        (&[("if-none-match", "\"a b\", \"61\"")], 200, 200),
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
fn a_moment_before_1970_is_compared() {
    let modified = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
    let lines = [("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT")];
    let (headers, own) = (headers(&lines), ETag::from_hash(b"a"));
    let got = is_unchanged_since(&Method::GET, &headers, &own, modified);
    assert_eq!(status_of(got), 304);
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
