//! `Via`, by RFC 9110, section 7.6.3.

use std::fmt;

use http::{HeaderMap, header::VIA};

use super::{
    as_text,
    list::{is_token, split_around_comments},
};

/// A proxy, as it names itself in `Via`. Written out, it is an entry of the header.
///
/// # Example
/// ```
/// use kit::forwarded::Via;
///
/// assert_eq!(Via::new("1.1", "handspun").to_string(), "1.1 handspun");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// By which protocol the proxy got the request, such as `1.1` or `HTTP/2`; none where the entry cannot be read.
    pub protocol: Option<String>,
    /// The proxy's host, perhaps with its port, or a name that it goes by; the whole entry where that cannot be read.
    pub received_by: String,
    /// What it says about itself, without the parentheses around it.
    pub comment: Option<String>,
}

impl Via {
    /// A proxy that got a request by this protocol, without a comment. The name must be a host or a token.
    pub fn new(protocol: &str, received_by: &str) -> Self {
        Self {
            protocol: Some(protocol.to_owned()),
            received_by: received_by.to_owned(),
            comment: None,
        }
    }

    /// The entries of all lines of the header, in order: the farthest proxy's first. Empty ones are left out.
    pub fn all(headers: &HeaderMap) -> Vec<Self> {
        let lines = headers.get_all(VIA).iter();
        let entries = lines.flat_map(|line| split_around_comments(line.as_bytes()));
        entries
            .map(as_text)
            .filter(|entry| !entry.is_empty())
            .map(|entry| Self::parse(&entry).unwrap_or_else(|| Self::unreadable(entry)))
            .collect()
    }

    /// Whether the entry is of the proxy with this name. A request that comes back to it goes round in a circle.
    pub fn is_from(&self, name: &str) -> bool {
        self.protocol.is_some() && self.received_by.eq_ignore_ascii_case(name)
    }

    fn parse(entry: &str) -> Option<Self> {
        let (protocol, rest) = entry.split_once([' ', '\t'])?;
        let rest = rest.trim_ascii_start();
        let (received_by, comment) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        let comment = match comment.trim_ascii_start() {
            "" => None,
            comment => Some(comment.strip_prefix('(')?.strip_suffix(')')?.to_owned()),
        };
        let is_read = is_protocol(protocol) && is_received_by(received_by);
        is_read.then(|| Self {
            comment,
            ..Self::new(protocol, received_by)
        })
    }

    fn unreadable(entry: String) -> Self {
        Self {
            protocol: None,
            received_by: entry,
            comment: None,
        }
    }
}

impl fmt::Display for Via {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(protocol) = &self.protocol {
            write!(out, "{protocol} ")?;
        }
        out.write_str(&self.received_by)?;
        match &self.comment {
            Some(comment) => write!(out, " ({comment})"),
            None => Ok(()),
        }
    }
}

/// `1.1`, or with the protocol's name: `HTTP/1.1`.
fn is_protocol(text: &str) -> bool {
    let (name, version) = text.split_once('/').unwrap_or(("HTTP", text));
    is_token(name) && is_token(version)
}

/// A host with a port, or a token.
fn is_received_by(text: &str) -> bool {
    is_token(&text.replace([':', '[', ']'], ""))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn all(lines: &[&str]) -> Vec<Via> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(VIA, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        Via::all(&headers)
    }

    #[test]
    fn an_entry_has_a_protocol_a_name_and_perhaps_a_comment() {
        for (entry, protocol, received_by, comment) in [
            ("1.0 fred", "1.0", "fred", None),
            ("1.1 p.example.net", "1.1", "p.example.net", None),
            ("HTTP/1.1 proxy:3128", "HTTP/1.1", "proxy:3128", None),
            ("2 [2001:db8::9]:80", "2", "[2001:db8::9]:80", None),
            ("1.1\tfred \t (squid/6.1)", "1.1", "fred", Some("squid/6.1")),
            (
                "1.1 fred (a, b (c), \\) d)",
                "1.1",
                "fred",
                Some("a, b (c), \\) d"),
            ),
            ("1.1 fred ()", "1.1", "fred", Some("")),
            ("1.1 fred (唤醒)", "1.1", "fred", Some("唤醒")),
        ] {
            let want = Via {
                comment: comment.map(str::to_owned),
                ..Via::new(protocol, received_by)
            };
            assert_eq!(all(&[entry]), [want], "{entry}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_kept_as_it_came_and_is_nobody() {
        for entry in [
            "fred",
            "1.1",
            "1.1 (comment)",
            "1.1 fred comment",
            "1.1 fred(comment)",
            "1.1 fred (comment",
            "1.1 a/b",
            "a/b/c fred",
            "/1.1 fred",
            "<script> \"x\"",
            "唤醒 a",
        ] {
            let got = all(&[entry]);
            assert_eq!(got.len(), 1, "{entry}");
            assert_eq!(
                (&got[0].protocol, got[0].to_string().as_str()),
                (&None, entry)
            );
            assert!(!got[0].is_from(entry));
        }
    }

    #[test]
    fn a_proxy_is_found_by_its_name_in_all_lines() {
        for (lines, want) in [
            (&[][..], false),
            (&["", ","], false),
            (&["1.0 fred, 1.1 handspun"], true),
            (&["1.0 fred", "1.1 HandSpun (again)"], true),
            (&["1.0 fred (x, 1.1 handspun)"], false),
            (&["1.1 handspun.example"], false),
            // A comment that never ends hides nothing.
            (&["1.0 fred (, 1.1 handspun"], true),
            (&["1.0 fred (\\), 1.1 handspun"], true),
            (&["1.0 fred )(), 1.1 handspun"], true),
        ] {
            let got = all(lines).iter().any(|via| via.is_from("handspun"));
            assert_eq!(got, want, "{lines:?}");
        }
        let written: Vec<String> = all(&["1.0 a (b),, ,1.1 c"])
            .iter()
            .map(Via::to_string)
            .collect();
        assert_eq!(written, ["1.0 a (b)", "1.1 c"]);
    }
}
