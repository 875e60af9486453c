//! Cookies, read and written as Werkzeug 3.1 does (`parse_cookie`, `dump_cookie`).
//!
//! Werkzeug puts in quotes, with octal escapes, what RFC 6265 has no place for. Browsers keep such a
//! value as it is, so both sides see the text that was set; crates that percent-encode do not.

use std::{fmt, time::SystemTime};

use crate::{
    date::http_date,
    error::{Error, Result},
    multi_dict::MultiDict,
};

/// A cookie to be set, as Flask's `response.set_cookie`: its [`fmt::Display`] is the value of `Set-Cookie`.
///
/// It is HttpOnly, SameSite=Lax and for the whole site.
///
/// # Limits
/// Browsers drop a cookie of more than 4,096 bytes without a word; it is not checked here.
///
/// # Example
/// ```
/// use flask_formats::cookie::Cookie;
///
/// let cookie = Cookie::new("name", "唤醒")?.secure(true);
/// assert_eq!(
///     cookie.to_string(),
///     r#"name="\345\224\244\351\206\222"; Secure; HttpOnly; Path=/; SameSite=Lax"#
/// );
/// # Ok::<_, flask_formats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a cookie is not set until it is in a response"]
pub struct Cookie {
    name: String,
    value: String,
    expires: Option<SystemTime>,
    secure: bool,
}

impl Cookie {
    /// A cookie that lasts until the browser is closed.
    ///
    /// # Errors
    /// [`Error::CookieName`] where the name is no token (RFC 6265, section 4.1.1).
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Result<Self> {
        let (name, value) = (name.into(), value.into());
        if !is_token(&name) {
            return Err(Error::CookieName(name));
        }
        Ok(Self {
            name,
            value,
            expires: None,
            secure: false,
        })
    }

    /// Ends the cookie at a moment, by the client's clock. One that has passed makes it forget the cookie.
    pub fn expires(mut self, moment: SystemTime) -> Self {
        self.expires = Some(moment);
        self
    }

    /// Whether the cookie is for https alone. It should be wherever the site is on https.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }
}

impl fmt::Display for Cookie {
    /// The attributes are in Werkzeug's order.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}={}", self.name, quote(&self.value))?;
        if let Some(moment) = self.expires {
            write!(out, "; Expires={}", http_date(moment))?;
        }
        if self.secure {
            out.write_str("; Secure")?;
        }
        out.write_str("; HttpOnly; Path=/; SameSite=Lax")
    }
}

/// Reads all cookies of a request, from its `Cookie` headers. A client should send one; several count as one.
///
/// Nothing is malformed: a cookie that cannot be read is left out, up to the next `;`.
///
/// # Example
/// ```
/// use flask_formats::cookie;
///
/// let cookies = cookie::parse([br#"a=1; b="\345\224\244"; c d; a=2"#]);
/// assert_eq!(cookies.getlist("a"), ["1", "2"]);
/// assert_eq!(cookies.get("b"), Some("唤"));
/// ```
pub fn parse<H: AsRef<[u8]>>(headers: impl IntoIterator<Item = H>) -> MultiDict {
    let mut joined = Vec::new();
    for header in headers {
        joined.extend_from_slice(header.as_ref());
        joined.push(b';');
    }
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

/// A value as it may stand in a header: in quotes and with octal escapes, where it needs them. Werkzeug leaves 0x1a to
/// 0x1f as they are; HTTP allows none of them.
pub fn quote(value: &str) -> String {
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
    use proptest::prelude::*;

    use super::*;

    fn read(lines: &[&[u8]]) -> MultiDict {
        parse(lines)
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
            assert_eq!(quote(value), want, "{value:?}");
        }
    }

    #[test]
    fn a_cookie_has_the_attributes_that_keep_it_safe() {
        let cookie = |value| Cookie::new("name", value).unwrap();
        assert_eq!(
            cookie("duke").to_string(),
            "name=duke; HttpOnly; Path=/; SameSite=Lax"
        );
        assert_eq!(
            cookie("")
                .expires(SystemTime::UNIX_EPOCH)
                .secure(true)
                .to_string(),
            "name=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; Path=/; SameSite=Lax"
        );
    }

    #[test]
    fn a_name_that_is_no_token_is_refused() {
        for name in ["", "a b", "a=b", "a;b", "唤醒", "a\r\nb"] {
            assert_eq!(
                Cookie::new(name, ""),
                Err(Error::CookieName(name.to_owned()))
            );
        }
    }

    proptest! {
        #[test]
        fn what_was_written_reads_back(value in any::<String>()) {
            let cookies = read(&[format!("a={}; b=2", quote(&value)).as_bytes()]);
            prop_assert_eq!(cookies.items().collect::<Vec<_>>(), [("a", value.as_str()), ("b", "2")]);
        }

        #[test]
        fn any_header_is_read(line in "[ -~é]{0,60}") {
            read(&[line.as_bytes()]);
        }
    }
}
