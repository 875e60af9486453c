//! Which targets are allowed: the variable `forward_hosts`.

use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;
use url::Host;

/// What an entry may be, for whoever sets the variable.
const SYNTAX: &str = "each of its hosts must be *, a name such as example.org or *.example.org, an address or a \
    network such as 127.0.0.1 or 10.0.0.0/8, each with :PORT or without";

/// Patterns, of which one has to fit.
#[derive(Debug)]
pub(crate) struct Hosts(Vec<(Pattern, Option<u16>)>);

#[derive(Debug)]
enum Pattern {
    Any,
    /// This name.
    Name(String),
    /// All names that end with this, which begins with a dot.
    Below(String),
    Network(IpNet),
}

/// How a target is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Allowed {
    No,
    /// By `*`, which means the public internet.
    AsPublic,
    /// By name or address: whoever wrote that down meant it, inside or not.
    AsNamed,
}

impl FromStr for Hosts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let patterns =
            entries.map(|entry| pattern(entry).ok_or_else(|| format!("{SYNTAX}, not {entry:?}")));
        Ok(Self(patterns.collect::<Result<_, _>>()?))
    }
}

fn pattern(entry: &str) -> Option<(Pattern, Option<u16>)> {
    let (host, port) = match entry.rsplit_once(':') {
        // A colon within brackets, or one of a bare IPv6 address, begins no port.
        Some((host, port))
            if !port.contains(']') && (!host.contains(':') || host.ends_with(']')) =>
        {
            (host, Some(port.parse().ok()?))
        }
        _ => (entry, None),
    };
    if host == "*" {
        return Some((Pattern::Any, port));
    }
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some((Pattern::Network(address.into()), port));
    }
    if let Ok(network) = bare.parse() {
        return Some((Pattern::Network(network), port));
    }
    let (name, is_below) = match host.strip_prefix("*.") {
        Some(name) => (name, true),
        None => (host, false),
    };
    let Ok(Host::Domain(name)) = Host::parse(name) else {
        return None;
    };
    if name.contains('*') {
        return None;
    }
    let pattern = if is_below {
        Pattern::Below(format!(".{name}"))
    } else {
        Pattern::Name(name)
    };
    Some((pattern, port))
}

impl Hosts {
    /// How a target is allowed, at best. A name comes without a dot at its end, an address as the one that it stands
    /// for.
    pub(crate) fn allow(&self, host: &Host, port: u16) -> Allowed {
        let fitting = self
            .0
            .iter()
            .filter(|(_, own)| own.is_none_or(|own| own == port));
        let allowed = fitting.map(|(pattern, _)| pattern.allow(host));
        allowed.max().unwrap_or(Allowed::No)
    }
}

impl Pattern {
    fn allow(&self, host: &Host) -> Allowed {
        let is_named = match (self, host) {
            (Self::Any, _) => return Allowed::AsPublic,
            (Self::Name(name), Host::Domain(host)) => name == host,
            (Self::Below(suffix), Host::Domain(host)) => host.ends_with(suffix),
            (Self::Network(network), Host::Ipv4(address)) => {
                network.contains(&IpAddr::V4(*address))
            }
            (Self::Network(network), Host::Ipv6(address)) => {
                network.contains(&IpAddr::V6(*address))
            }
            _ => false,
        };
        if is_named {
            Allowed::AsNamed
        } else {
            Allowed::No
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(patterns: &str, host: &str, port: u16) -> Allowed {
        let hosts: Hosts = patterns.parse().unwrap();
        hosts.allow(&Host::parse(host).unwrap(), port)
    }

    #[test]
    fn a_target_is_allowed_by_its_name_its_address_or_a_star() {
        use Allowed::{AsNamed, AsPublic, No};
        for (patterns, host, port, want) in [
            ("*", "example.org", 80, AsPublic),
            ("*", "127.0.0.1", 80, AsPublic),
            ("", "example.org", 80, No),
            ("example.org", "example.org", 8080, AsNamed),
            ("EXAMPLE.org", "example.ORG", 80, AsNamed),
            ("example.org", "www.example.org", 80, No),
            ("example.org", "example.org.evil.example", 80, No),
            ("*.example.org", "www.example.org", 80, AsNamed),
            ("*.example.org", "a.b.example.org", 80, AsNamed),
            ("*.example.org", "example.org", 80, No),
            ("*.example.org", "evilexample.org", 80, No),
            ("唤醒.example", "xn--dyr491l.example", 80, AsNamed),
            ("唤醒.example", "唤醒.example", 80, AsNamed),
            ("example.org:8080", "example.org", 8080, AsNamed),
            ("example.org:8080", "example.org", 80, No),
            ("*:80", "example.org", 80, AsPublic),
            ("*:80", "example.org", 25, No),
            ("127.0.0.1:8081", "127.0.0.1", 8081, AsNamed),
            ("127.0.0.1:8081", "127.0.0.1", 8082, No),
            ("127.0.0.1", "127.0.0.2", 80, No),
            ("127.0.0.0/8, *", "127.9.9.9", 80, AsNamed),
            ("127.0.0.0/8:81", "127.9.9.9", 81, AsNamed),
            ("::1", "[::1]", 80, AsNamed),
            ("[::1]:81", "[::1]", 81, AsNamed),
            ("[::1]:81", "[::1]", 80, No),
            ("fd00::/8", "[fd00::1]", 80, AsNamed),
            ("localhost, *", "localhost", 80, AsNamed),
            ("a, b ,, c", "c", 80, AsNamed),
        ] {
            assert_eq!(
                allowed(patterns, host, port),
                want,
                "{patterns} {host}:{port}"
            );
        }
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        for text in [
            "http://example.org",
            "exa mple",
            "*example.org",
            "a.*.org",
            "*.*",
            "example.org:",
            "example.org:http",
            "example.org:99999",
            "10.0.0.0/33",
            "127.1",
            "0x7f.1",
            "[::1",
            "a/b",
        ] {
            let error = text.parse::<Hosts>().unwrap_err();
            assert!(error.contains(&format!("{text:?}")), "{error}");
        }
    }
}
