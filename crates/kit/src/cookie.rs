//! Cookies, read and written as Werkzeug 3.1 does (`parse_cookie`, `dump_cookie`).
//!
//! Werkzeug puts in quotes, with octal escapes, what RFC 6265 has no place for. Browsers keep such a
//! value as it is, so both sides see the text that was set; crates that percent-encode do not.

use std::time::SystemTime;

use http::{
    HeaderMap, HeaderValue,
    header::{COOKIE, SET_COOKIE},
    uri::Scheme,
};

use crate::{
    date,
    error::{Error, Result},
    multidict::MultiDict,
    request::Request,
    response::Response,
};

/// A cookie to be set, as Flask's `response.set_cookie`.
///
/// It is HttpOnly, SameSite=Lax, for the whole site, and Secure where the request came by https.
///
/// # Limits
/// Browsers drop a cookie of more than 4,096 bytes without a word; it is not checked here.
///
/// # Example
/// ```
/// use std::time::{Duration, SystemTime};
/// use kit::{Cookie, Request, Response, Result, text};
///
/// async fn remember(request: Request) -> Result<Response> {
///     let mut response = text("add cookies");
///     Cookie::new(&request, "name", "唤醒手腕")
///         .expires(SystemTime::now() + Duration::from_secs(6 * 60))
///         .set_on(&mut response)?;
///     Ok(response)
/// }
/// ```
#[derive(Clone)]
#[must_use = "a cookie is not set until it is on a response"]
pub struct Cookie {
    name: &'static str,
    value: String,
    expires: Option<SystemTime>,
    secure: bool,
}

impl Cookie {
    /// A cookie that lasts until the browser is closed, for the client of `request`.
    pub fn new(request: &Request, name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            value: value.into(),
            expires: None,
            secure: request.scheme() == Scheme::HTTPS,
        }
    }

    /// What makes a browser forget the cookie of that name.
    pub fn expired(request: &Request, name: &'static str) -> Self {
        Self::new(request, name, "").expires(SystemTime::UNIX_EPOCH)
    }

    /// Ends the cookie at a moment, by the client's clock.
    pub fn expires(mut self, moment: SystemTime) -> Self {
        self.expires = Some(moment);
        self
    }

    /// The same cookie with another value.
    #[cfg(feature = "session")]
    pub(crate) fn with_value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// How large the cookie is, with its name and its attributes.
    #[cfg(feature = "session")]
    pub(crate) fn bytes(&self) -> usize {
        self.dump().len()
    }

    /// Puts the cookie on a response, besides those that it has.
    ///
    /// # Errors
    /// 500 where the name is no token (RFC 6265, section 4.1.1).
    pub fn set_on(self, response: &mut Response) -> Result<()> {
        if !is_token(self.name) {
            let cause = format!("{:?} cannot be the name of a cookie", self.name);
            return Err(Error::internal(cause));
        }
        let value = HeaderValue::try_from(self.dump()).map_err(Error::internal)?;
        response.headers_mut().append(SET_COOKIE, value);
        Ok(())
    }

    /// The attributes are in Werkzeug's order.
    fn dump(&self) -> String {
        let mut out = format!("{}={}", self.name, quoted(&self.value));
        if let Some(moment) = self.expires {
            out.push_str("; Expires=");
            out.push_str(&date::http_date(moment));
        }
        if self.secure {
            out.push_str("; Secure");
        }
        out.push_str("; HttpOnly; Path=/; SameSite=Lax");
        out
    }
}

/// Reads all cookies of a request. A client should send one `Cookie`; several count as one.
///
/// Nothing is malformed: a cookie that cannot be read is left out, up to the next `;`.
pub(crate) fn parse(headers: &HeaderMap) -> MultiDict {
    let lines: Vec<&[u8]> = headers
        .get_all(COOKIE)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    let joined = lines.join(&b';');
    let mut rest = joined.as_slice();
    let mut cookies = MultiDict::default();
    loop {
        if let Some((name, value, after)) = pair(rest) {
            cookies.add(name, value);
            rest = after;
        } else if let Some(end) = rest.iter().position(|byte| *byte == b';') {
            rest = &rest[end + 1..];
        } else {
            return cookies;
        }
    }
}

/// One cookie, and what is behind its `;`.
fn pair(text: &[u8]) -> Option<(String, String, &[u8])> {
    let (name, text) = split_while(text.trim_ascii_start(), |byte| !b" \t=\";".contains(&byte));
    if name.is_empty() {
        return None;
    }
    let (value, text) = match text.trim_ascii_start() {
        [b'=', text @ ..] => value(text.trim_ascii_start())?,
        text => (String::new(), text),
    };
    match text.trim_ascii_start() {
        [] => Some((latin1(name), value, &[])),
        [b';', rest @ ..] => Some((latin1(name), value, rest)),
        _ => None,
    }
}

/// The value that a text begins with, and the rest; `None` where a quote is not closed.
fn value(text: &[u8]) -> Option<(String, &[u8])> {
    if let [b'"', text @ ..] = text {
        return unquoted(text);
    }
    let (value, rest) = split_while(text, |byte| !b" \t\";".contains(&byte));
    Some((latin1(value), rest))
}

/// Reads up to the closing quote: `\351` is a byte, any other `\` stands for what follows it.
fn unquoted(mut text: &[u8]) -> Option<(String, &[u8])> {
    let mut bytes = Vec::new();
    loop {
        match text {
            [b'"', rest @ ..] => {
                return Some((String::from_utf8_lossy(&bytes).into_owned(), rest));
            }
            [
                b'\\',
                a @ b'0'..=b'3',
                b @ b'0'..=b'7',
                c @ b'0'..=b'7',
                rest @ ..,
            ] => {
                bytes.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                text = rest;
            }
            [b'\\'] | [] => return None,
            [b'\\', byte, rest @ ..] | [byte, rest @ ..] => {
                bytes.extend(latin1(&[*byte]).bytes());
                text = rest;
            }
        }
    }
}

/// A value as it may stand in a header. Werkzeug leaves 0x1a to 0x1f as they are; HTTP allows none of them.
fn quoted(value: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || b"_!#$%&'()*+-./:<=>?@[]^`{|}~".contains(&byte);
    if value.bytes().all(plain) {
        return value.to_owned();
    }
    let mut out = String::from('"');
    for byte in value.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            0..=0x1f | b',' | b';' | 0x7f.. => out.push_str(&format!("\\{byte:03o}")),
            _ => out.push(char::from(byte)),
        }
    }
    out.push('"');
    out
}

fn is_token(name: &str) -> bool {
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(of_token)
}

fn split_while(text: &[u8], wanted: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| !wanted(*byte));
    text.split_at(end.unwrap_or(text.len()))
}

/// What WSGI makes of bytes.
fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Full;
    use proptest::prelude::*;

    use super::*;
    use crate::text;

    fn read(lines: &[&[u8]]) -> MultiDict {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        parse(&headers)
    }

    fn request(url: &str) -> Request {
        let request = http::Request::get("/").header("spin-full-url", url);
        Request::new(request.body(Full::new(Bytes::new())).unwrap())
    }

    fn line(cookie: Cookie) -> String {
        let mut response = text("");
        cookie.set_on(&mut response).unwrap();
        response.headers()[SET_COOKIE].to_str().unwrap().to_owned()
    }

    /// Each row was read by Werkzeug 3.1.9.
    #[test]
    fn cookies_are_read_as_werkzeug_reads_them() {
        for (input, want) in [
            ("", &[][..]),
            (";; ;", &[]),
            ("a=1", &[("a", "1")]),
            ("a=1; b=2;c=3", &[("a", "1"), ("b", "2"), ("c", "3")]),
            ("a=1; b=2; a=3", &[("a", "1"), ("a", "3"), ("b", "2")]),
            (" a = 1 ;\tb\t=\t2", &[("a", "1"), ("b", "2")]),
            ("a=; b", &[("a", ""), ("b", "")]),
            ("=1; a=1", &[("a", "1")]),
            ("a=b=c", &[("a", "b=c")]),
            ("a=1,b=2", &[("a", "1,b=2")]),
            ("a=1 2; b=3", &[("b", "3")]),
            ("a b=1; c=2", &[("c", "2")]),
            ("a=x\"y; b=2", &[("b", "2")]),
            ("\"a\"=1; b=2", &[("b", "2")]),
            ("a=\"1; b=2\"; c=3", &[("a", "1; b=2"), ("c", "3")]),
            ("a=\"1; b=2", &[("b", "2")]),
            ("a=\"1\"2; b=3", &[("b", "3")]),
            ("a=\"\"", &[("a", "")]),
            ("a=\"", &[]),
            ("a=\"\\", &[]),
            ("a=\"\\\"", &[]),
            (r#"a="\"\\\x""#, &[("a", r#""\x"#)]),
            (r#"a="\345\224\244\351\206\222""#, &[("a", "唤醒")]),
            (r#"a="\054\073\012""#, &[("a", ",;\n")]),
            (r#"a="\377\345\224b""#, &[("a", "\u{fffd}\u{fffd}b")]),
            (r#"a="\400\48\1""#, &[("a", "400481")]),
            (r#"a="\\101""#, &[("a", r"\101")]),
            (r"a=\101", &[("a", r"\101")]),
            ("a=%E5%94%A4", &[("a", "%E5%94%A4")]),
            ("$a=1; a[]={}", &[("$a", "1"), ("a[]", "{}")]),
        ] {
            let cookies = read(&[input.as_bytes()]);
            assert_eq!(cookies.items().collect::<Vec<_>>(), want, "{input}");
        }
    }

    #[test]
    fn raw_bytes_are_read_as_latin_1() {
        for (input, want) in [
            (&b"\xe9=\xe5\x94"[..], &[("é", "å\u{94}")][..]),
            (b"a=\"\xe9\\351\"", &[("a", "é\u{fffd}")]),
            (b"a=\"\\\xe9\"", &[("a", "é")]),
        ] {
            assert_eq!(read(&[input]).items().collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn several_lines_count_as_one() {
        let cookies = read(&[b"a=1", b"b=\"2", b"c=3\"; a=4"]);
        assert_eq!(
            cookies.items().collect::<Vec<_>>(),
            [("a", "1"), ("a", "4"), ("b", "2;c=3")]
        );
    }

    /// Each row but the last was written by Werkzeug 3.1.9.
    #[test]
    fn values_are_quoted_as_werkzeug_quotes_them() {
        for (value, want) in [
            ("", ""),
            ("duke", "duke"),
            (
                "!#$%&'()*+-./:<=>?@[]^_`{|}~",
                "!#$%&'()*+-./:<=>?@[]^_`{|}~",
            ),
            ("a b", "\"a b\""),
            ("a,b;c", r#""a\054b\073c""#),
            (r#"a"b\c"#, r#""a\"b\\c""#),
            ("\t\r\n\0\u{7f}", r#""\011\015\012\000\177""#),
            (
                "唤醒手腕",
                r#""\345\224\244\351\206\222\346\211\213\350\205\225""#,
            ),
            ("\u{1a}\u{1f}", r#""\032\037""#),
        ] {
            assert_eq!(quoted(value), want, "{value:?}");
        }
    }

    #[test]
    fn a_cookie_has_the_attributes_that_keep_it_safe() {
        let (http, https) = (
            request("http://words.example/"),
            request("https://words.example/"),
        );
        assert_eq!(
            line(Cookie::new(&http, "name", "duke")),
            "name=duke; HttpOnly; Path=/; SameSite=Lax"
        );
        assert_eq!(
            line(Cookie::expired(&https, "name")),
            "name=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; Path=/; SameSite=Lax"
        );
    }

    #[test]
    fn a_name_that_is_no_token_is_our_fault() {
        for name in ["", "a b", "a=b", "a;b", "唤醒", "a\r\nb"] {
            let set = Cookie::new(&request("/"), name, "").set_on(&mut text(""));
            assert!(matches!(set, Err(Error::Internal(_))), "{name:?}");
        }
    }

    #[test]
    fn a_cookie_leaves_the_others_alone() {
        let mut response = text("");
        for name in ["a", "b"] {
            Cookie::new(&request("/"), name, "1")
                .set_on(&mut response)
                .unwrap();
        }
        assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 2);
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(value in any::<String>()) {
            let cookies = read(&[format!("a={}; b=2", quoted(&value)).as_bytes()]);
            prop_assert_eq!(cookies.items().collect::<Vec<_>>(), [("a", value.as_str()), ("b", "2")]);
        }

        #[test]
        fn any_header_is_read(line in "[ -~é]{0,60}") {
            read(&[line.as_bytes()]);
        }
    }
}
