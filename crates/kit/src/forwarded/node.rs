//! Who takes part in a connection, as RFC 7239, section 6, names them. `X-Forwarded-For` does it in the same way.

use std::{fmt, net::IpAddr};

use super::as_text;

/// Somebody on the way of a request, as a proxy names them. Ports are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// An address; IPv4 that is mapped into IPv6 is IPv4.
    Address(IpAddr),
    /// `unknown`: the proxy does not know it, or does not say.
    Unknown,
    /// A name that the proxy made up, such as `_hidden`.
    Obfuscated(String),
    /// Anything else, as it came.
    Unreadable(String),
}

impl Node {
    /// Reads who is named: an address, perhaps in brackets and with a port, `unknown`, or a name with `_` before it.
    pub fn parse(text: &[u8]) -> Self {
        if let Some(address) = address(text) {
            return Self::Address(address);
        }
        let text = as_text(text);
        let (name, port) = text.split_once(':').unwrap_or((&text, "0"));
        if is_port(port) && name.eq_ignore_ascii_case("unknown") {
            return Self::Unknown;
        }
        if is_port(port) && is_obfuscated(name) {
            return Self::Obfuscated(name.to_owned());
        }
        Self::Unreadable(text)
    }

    /// The address, where it is one.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Address(address) => Some(*address),
            Self::Unknown | Self::Obfuscated(_) | Self::Unreadable(_) => None,
        }
    }
}

impl fmt::Display for Node {
    /// As `X-Forwarded-For` has it, without brackets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => write!(out, "{address}"),
            Self::Unknown => out.write_str("unknown"),
            Self::Obfuscated(text) | Self::Unreadable(text) => out.write_str(text),
        }
    }
}

/// The address that an entry names, where it names one.
pub(crate) fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = str::from_utf8(entry).ok()?.trim_ascii();
    let (host, port) = match entry.rsplit_once(':') {
        // An IPv6 address has a port only behind brackets.
        Some((host, port)) if host.ends_with(']') || !host.contains(':') => (host, port),
        _ => (entry, "0"),
    };
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let address = match bare {
        Some(bare) => IpAddr::V6(bare.parse().ok()?),
        None => host.parse().ok()?,
    };
    is_port(port).then(|| address.to_canonical())
}

/// Whether it is a number of a port, or a name made up for one (RFC 7239, section 6.3).
fn is_port(text: &str) -> bool {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok();
    is_number || is_obfuscated(text)
}

/// Whether it is a name that was made up: `_` and a few kinds of characters.
fn is_obfuscated(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.strip_prefix('_')
        .is_some_and(|name| !name.is_empty() && name.bytes().all(is_allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_without_its_port() {
        for (text, want) in [
            ("203.0.113.9", "203.0.113.9"),
            (" \t203.0.113.9 ", "203.0.113.9"),
            ("203.0.113.9:4711", "203.0.113.9"),
            ("203.0.113.9:_http", "203.0.113.9"),
            ("2001:DB8::9", "2001:db8::9"),
            ("::1", "::1"),
            ("[2001:db8::9]", "2001:db8::9"),
            ("[2001:db8::9]:4711", "2001:db8::9"),
            ("[2001:db8::9]:_http", "2001:db8::9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("[::ffff:203.0.113.9]:4711", "203.0.113.9"),
        ] {
            let want = Node::Address(want.parse().unwrap());
            assert_eq!(Node::parse(text.as_bytes()), want, "{text}");
        }
    }

    #[test]
    fn who_is_not_known_or_has_a_name_made_up_is_told_from_garbage() {
        for text in [
            "unknown",
            "UNKNOWN",
            " unknown ",
            "unknown:80",
            "unknown:_a",
        ] {
            assert_eq!(Node::parse(text.as_bytes()), Node::Unknown, "{text}");
        }
        for (text, want) in [
            ("_hidden", "_hidden"),
            ("_a.b-c_d:80", "_a.b-c_d"),
            ("_x:_y", "_x"),
        ] {
            let want = Node::Obfuscated(want.to_owned());
            assert_eq!(Node::parse(text.as_bytes()), want, "{text}");
        }
        for text in [
            "",
            "_",
            "_a b",
            "_唤醒",
            "unknown:",
            "unknown:99999",
            "unknown:+80",
            "203.0.113.999",
            "203.0.113.9:",
            "203.0.113.9:99999",
            "203.0.113.9:+80",
            "203.0.113.9:80:80",
            "203.0.113.9 10.0.0.1",
            "0313.0.113.9",
            "[203.0.113.9]",
            "[2001:db8::9",
            "2001:db8::9]",
            "2001:db8::9:_http",
            "fe80::1%eth0",
            "\"203.0.113.9\"",
            "words.example",
            "<script>",
            "唤醒",
        ] {
            let want = Node::Unreadable(text.to_owned());
            assert_eq!(Node::parse(text.as_bytes()), want, "{text}");
        }
        let latin_1 = Node::parse(b"caf\xe9");
        assert_eq!(latin_1, Node::Unreadable("caf\u{fffd}".to_owned()));
    }
}
