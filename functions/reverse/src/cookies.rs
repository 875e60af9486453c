//! Cookies, which an upstream shares with this site: both are one origin to a browser.
//!
//! An upstream never gets this site's session, with which it could act as the visitor. Flask calls every session
//! `session`, and an upstream may be a Flask application. So its cookie of that name has another one on the way to
//! the browser, and its own again on the way back.

use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
};

use crate::{location, path::PREFIX, upstreams::Upstream};

/// The name of this site's session.
const SESSION: &str = "session";

/// What stands before an upstream's cookie that would have that name.
const MARK: &str = "upstream-";

/// Takes this site's session out of a request, and gives the upstream's cookies their names.
pub(crate) fn to_upstream(headers: &mut HeaderMap) {
    let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let pairs: Vec<&[u8]> = lines
        .flat_map(|line| line.split(|byte| *byte == b';'))
        .map(<[u8]>::trim_ascii)
        .filter(|pair| !pair.is_empty())
        .filter_map(|pair| {
            let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
            match is_session(name.trim_ascii()) {
                true => pair.strip_prefix(MARK.as_bytes()),
                false => Some(pair),
            }
        })
        .collect();
    match HeaderValue::from_bytes(&pairs.join(&b"; "[..])) {
        Ok(cookies) if !pairs.is_empty() => {
            headers.insert(COOKIE, cookies);
        }
        _ => {
            headers.remove(COOKIE);
        }
    }
}

/// Has an upstream's cookies come back to it alone: below our prefix, and from this host.
pub(crate) fn from_upstream(headers: &mut HeaderMap, upstream: &Upstream) {
    let lines = headers.get_all(SET_COOKIE).iter();
    let cookies: Vec<HeaderValue> = lines
        .filter_map(|line| cookie(str::from_utf8(line.as_bytes()).ok()?, upstream.base()))
        .filter_map(|line| HeaderValue::try_from(line).ok())
        .collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
}

/// A cookie of an upstream; none where its path is not the upstream's to set.
fn cookie(line: &str, base: &str) -> Option<String> {
    let mut parts = line.split(';');
    let pair = parts.next()?.trim_start();
    let name = pair.split('=').next()?.trim_end();
    let mark = if is_session(name.as_bytes()) {
        MARK
    } else {
        ""
    };
    let mut cookie = format!("{mark}{pair}");
    for part in parts {
        let (attribute, value) = part.split_once('=').unwrap_or((part, ""));
        match attribute.trim().to_ascii_lowercase().as_str() {
            // Without one it is this host's.
            "domain" => {}
            // A browser takes no other path with such a name.
            "path" if name.starts_with("__Host-") => cookie.push_str("; Path=/"),
            "path" if value.trim().starts_with('/') => {
                cookie.push_str(&format!("; Path={}", path(value.trim(), base)?));
            }
            _ => cookie.push_str(&format!(";{part}")),
        }
    }
    Some(cookie)
}

/// A cookie's path, below our prefix.
fn path(path: &str, base: &str) -> Option<String> {
    if location::below(path, PREFIX).is_some() {
        return Some(path.to_owned());
    }
    let covers_base = format!("{base}/").starts_with(&format!("{}/", path.trim_end_matches('/')));
    if covers_base {
        return Some(PREFIX.to_owned());
    }
    location::below(path, base)
}

/// Whether a name is that of the session, with marks before it or without.
fn is_session(mut name: &[u8]) -> bool {
    while let Some(rest) = name.strip_prefix(MARK.as_bytes()) {
        name = rest;
    }
    name == SESSION.as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstreams::Upstreams;

    fn sent(lines: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_static(line));
        }
        to_upstream(&mut headers);
        assert!(headers.get_all(COOKIE).iter().count() <= 1);
        headers
            .get(COOKIE)
            .map(|cookies| cookies.to_str().unwrap().to_owned())
    }

    fn set(upstream: &str, line: &'static str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, HeaderValue::from_static(line));
        let upstreams: Upstreams = upstream.parse().unwrap();
        from_upstream(&mut headers, upstreams.iter().next().unwrap());
        headers
            .get(SET_COOKIE)
            .map(|cookie| cookie.to_str().unwrap().to_owned())
    }

    #[test]
    fn this_sites_session_goes_to_no_upstream() {
        for (lines, want) in [
            (&[][..], None),
            (&["session=ours"], None),
            (&["session = ours"], None),
            (&["session"], None),
            (&["a=1; session=ours; b=2"], Some("a=1; b=2")),
            (&["a=1", "session=ours; b=\"x y\""], Some("a=1; b=\"x y\"")),
            (
                &["upstream-session=theirs; session=ours"],
                Some("session=theirs"),
            ),
            (
                &["upstream-upstream-session=odd"],
                Some("upstream-session=odd"),
            ),
            (
                &["upstream-a=1; my-session=2; Session=3"],
                Some("upstream-a=1; my-session=2; Session=3"),
            ),
            (&["a=1;;; b"], Some("a=1; b")),
        ] {
            assert_eq!(sent(lines).as_deref(), want, "{lines:?}");
        }
    }

    #[test]
    fn an_upstreams_cookie_is_below_our_prefix() {
        for (line, want) in [
            ("a=1", Some("a=1")),
            ("a=1; Path=/", Some("a=1; Path=/proxy/reverse")),
            (
                "a=1; HttpOnly; path=/b/c; Max-Age=3",
                Some("a=1; HttpOnly; Path=/proxy/reverse/b/c; Max-Age=3"),
            ),
            ("a=1; Domain=up.example; Secure", Some("a=1; Secure")),
            ("a=1; Path=b", Some("a=1; Path=b")),
            (
                "a=1; Path=/proxy/reverse/b",
                Some("a=1; Path=/proxy/reverse/b"),
            ),
            (
                "session=x; Path=/; HttpOnly",
                Some("upstream-session=x; Path=/proxy/reverse; HttpOnly"),
            ),
            ("upstream-session=x", Some("upstream-upstream-session=x")),
            (
                "__Host-a=1; Path=/; Secure",
                Some("__Host-a=1; Path=/; Secure"),
            ),
        ] {
            assert_eq!(set("http://a", line).as_deref(), want, "{line}");
        }
    }

    #[test]
    fn a_base_is_taken_from_a_cookies_path() {
        for (line, want) in [
            ("a=1; Path=/", Some("a=1; Path=/proxy/reverse")),
            ("a=1; Path=/app", Some("a=1; Path=/proxy/reverse")),
            ("a=1; Path=/app/", Some("a=1; Path=/proxy/reverse")),
            ("a=1; Path=/app/b", Some("a=1; Path=/proxy/reverse/b")),
            // It would never come back to the upstream, and be one of this site.
            ("a=1; Path=/words", None),
            ("a=1; Path=/apple", None),
        ] {
            assert_eq!(set("http://a/app", line).as_deref(), want, "{line}");
        }
    }

    #[test]
    fn what_goes_out_comes_back_as_it_was() {
        for name in [
            "session",
            "upstream-session",
            "upstream-upstream-session",
            "csrftoken",
        ] {
            let out = cookie(&format!("{name}=x"), "").unwrap();
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, out.parse().unwrap());
            to_upstream(&mut headers);
            assert_eq!(headers[COOKIE], format!("{name}=x"));
            assert_ne!(out, "session=x");
        }
    }
}
