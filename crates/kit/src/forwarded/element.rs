//! `Forwarded`, by RFC 7239.

use std::fmt;

use http::{HeaderMap, header::FORWARDED};

use super::{Node, as_text, list::is_token, split};

/// What one proxy says in `Forwarded`. Written out, it is an element of the header:
///
/// ```
/// use kit::forwarded::{Forwarded, Node};
///
/// let element = Forwarded {
///     client: Some(Node::Address("2001:db8::9".parse()?)),
///     proto: Some("https".to_owned()),
///     ..Forwarded::default()
/// };
/// assert_eq!(element.to_string(), r#"for="[2001:db8::9]";proto=https"#);
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forwarded {
    /// `for`: who connected to the proxy.
    pub client: Option<Node>,
    /// `by`: where the proxy was connected to.
    pub by: Option<Node>,
    /// `host`: the header `Host` that the proxy got.
    pub host: Option<String>,
    /// `proto`: the scheme by which the proxy was connected to.
    pub proto: Option<String>,
}

impl Forwarded {
    /// The elements of all lines of the header, in order: the farthest proxy's first. Empty ones are left out.
    ///
    /// One that cannot be read has its text in `client`, as [`Node::Unreadable`], and nothing else. A line with a
    /// quotation that never ends is one such element: what is in it was perhaps added by others.
    pub fn all(headers: &HeaderMap) -> Vec<Self> {
        let lines = headers.get_all(FORWARDED).iter();
        let elements = lines.flat_map(|line| match split(line.as_bytes(), b',') {
            Some(elements) => elements
                .into_iter()
                .filter(|element| !element.trim_ascii().is_empty())
                .map(Self::parse)
                .collect(),
            None => vec![Self::unreadable(line.as_bytes())],
        });
        elements.collect()
    }

    /// Reads one element, of which every quotation ends. Of a parameter that is there twice the first counts.
    pub(crate) fn parse(element: &[u8]) -> Self {
        let parameters = split(element, b';').unwrap_or_default();
        let parameters: Vec<_> = parameters.into_iter().filter_map(parameter).collect();
        if parameters.is_empty() {
            return Self::unreadable(element);
        }
        let value = |name: &str| {
            let mut parameters = parameters.iter();
            let found = parameters.find(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()));
            found.map(|(_, value)| value.as_slice())
        };
        Self {
            client: value("for").map(Node::parse),
            by: value("by").map(Node::parse),
            host: value("host").map(as_text),
            proto: value("proto").map(as_text),
        }
    }

    fn unreadable(text: &[u8]) -> Self {
        Self {
            client: Some(Node::Unreadable(as_text(text))),
            ..Self::default()
        }
    }
}

impl fmt::Display for Forwarded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let node = |node: &Option<Node>| node.as_ref().map(bracketed);
        let parameters = [
            ("for", node(&self.client)),
            ("by", node(&self.by)),
            ("host", self.host.clone()),
            ("proto", self.proto.clone()),
        ];
        let there = parameters.into_iter();
        let there = there.filter_map(|(name, value)| Some((name, value?)));
        for (index, (name, value)) in there.enumerate() {
            let separator = if index == 0 { "" } else { ";" };
            if is_token(&value) {
                write!(out, "{separator}{name}={value}")?;
            } else {
                let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
                write!(out, "{separator}{name}=\"{escaped}\"")?;
            }
        }
        Ok(())
    }
}

/// A node as this header has it: an IPv6 address is in brackets.
fn bracketed(node: &Node) -> String {
    match node.address() {
        Some(address) if address.is_ipv6() => format!("[{address}]"),
        _ => node.to_string(),
    }
}

/// A name and its value, without quotes and escapes.
fn parameter(text: &[u8]) -> Option<(&[u8], Vec<u8>)> {
    let at = text.iter().position(|byte| *byte == b'=')?;
    let (name, value) = text.split_at_checked(at)?;
    Some((name.trim_ascii(), unquoted(value.get(1..)?.trim_ascii())))
}

fn unquoted(text: &[u8]) -> Vec<u8> {
    let inner = text
        .strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""));
    let Some(inner) = inner else {
        return text.to_vec();
    };
    let mut is_escape = false;
    let plain = inner.iter().filter(|byte| {
        is_escape = !is_escape && **byte == b'\\';
        !is_escape
    });
    plain.copied().collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The elements, each written out.
    fn all(lines: &[&str]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(FORWARDED, line);
        }
        let elements = Forwarded::all(&headers);
        elements.iter().map(Forwarded::to_string).collect()
    }

    #[test]
    fn elements_are_read_and_written_as_rfc_7239_has_them() {
        for (lines, want) in [
            (&[][..], &[][..]),
            (&["", ", ,"], &[]),
            // The RFC's own examples.
            (
                &["for=\"_gazonk\"", "For=\"[2001:db8:cafe::17]:4711\""],
                &["for=_gazonk", "for=\"[2001:db8:cafe::17]\""],
            ),
            (
                &["for=192.0.2.60;proto=http;by=203.0.113.43"],
                &["for=192.0.2.60;by=203.0.113.43;proto=http"],
            ),
            (
                &["for=192.0.2.43, for=198.51.100.17"],
                &["for=192.0.2.43", "for=198.51.100.17"],
            ),
            (
                &["for=_hidden, for=_SEVKISEK,,for=unknown"],
                &["for=_hidden", "for=_SEVKISEK", "for=unknown"],
            ),
            // Quotes hide separators and escapes.
            (
                &[r#"host="a, b;proto=c";by="_x""#],
                &[r#"by=_x;host="a, b;proto=c""#],
            ),
            (&[r#"host="a\"\\b\c""#], &[r#"host="a\"\\bc""#]),
            (
                &[" For = 192.0.2.1 ; PROTO = Https "],
                &["for=192.0.2.1;proto=Https"],
            ),
            (
                &["host=words.example:3000"],
                &["host=\"words.example:3000\""],
            ),
            // The first of two counts, and what is not known is left out.
            (
                &["for=192.0.2.1;for=192.0.2.2;secret=x"],
                &["for=192.0.2.1"],
            ),
            (&["secret=x"], &[""]),
            (&["for="], &["for=\"\""]),
            // What cannot be read is shown as it came.
            (&["garbage"], &["for=garbage"]),
            (&["a b, for=192.0.2.1"], &["for=\"a b\"", "for=192.0.2.1"]),
            (
                &["for=\", for=192.0.2.1", "for=192.0.2.2"],
                &["for=\"for=\\\", for=192.0.2.1\"", "for=192.0.2.2"],
            ),
        ] {
            assert_eq!(all(lines), want, "{lines:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let element = Forwarded {
            client: Some(Node::Address("2001:db8::9".parse().unwrap())),
            by: Some(Node::Obfuscated("_handspun".to_owned())),
            host: Some("a\\\"b, c;d".to_owned()),
            proto: Some("https".to_owned()),
        };
        assert_eq!(Forwarded::parse(element.to_string().as_bytes()), element);
    }
}
