//! Where a component may send requests: the entries of its `allowed_outbound_hosts`.

use std::ops::Range;

use ip_network::IpNetwork;
use url::Host;

use super::destination::{COMPONENTS, Destination, SELF, usual_port};

/// What Spin takes besides, and this runtime has nothing for.
const SCHEMES_OF_SPIN: [&str; 6] = ["mqtt", "mysql", "postgres", "redis", "tcp", "udp"];

/// Where a component may send requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct AllowedHosts(Vec<AllowedHost>);

/// One entry: `SCHEME://HOST[:PORT]`, as Spin reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AllowedHost {
    scheme: AllowedScheme,
    host: HostPattern,
    ports: Ports,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum AllowedScheme {
    Any,
    Http,
    Https,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// What the name ends with, the dot before it included.
    Below(String),
    Exact(Host),
    Network(IpNetwork),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Ports {
    Any,
    One(u16),
    /// Without its end, as under Spin.
    Within(Range<u16>),
}

impl AllowedHosts {
    /// Those that these entries allow, once their templates are filled in.
    ///
    /// As under Spin, an entry that has become empty, or has no more than a scheme, allows nothing: the
    /// variable in it was not set.
    ///
    /// # Errors
    ///
    /// The entries that are not valid, each with the reason.
    pub(crate) fn new(entries: impl IntoIterator<Item = String>) -> Result<Self, Vec<String>> {
        let mut allowed = Vec::new();
        let mut problems = Vec::new();
        for entry in entries {
            if matches!(entry.as_str(), "" | "http://" | "https://") {
                continue;
            }
            match AllowedHost::parse(&entry) {
                Ok(host) => allowed.push(host),
                Err(why) => problems.push(format!("{entry:?}: {why}")),
            }
        }
        if problems.is_empty() {
            Ok(Self(allowed))
        } else {
            Err(problems)
        }
    }

    /// Whether a request may go there.
    pub(crate) fn allow(&self, destination: &Destination) -> bool {
        self.0.iter().any(|host| host.allows(destination))
    }
}

impl AllowedHost {
    /// Reads one entry.
    ///
    /// # Errors
    ///
    /// Why it is not valid, or that only Spin has something for it.
    pub(crate) fn parse(entry: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = entry.trim().split_once("://") else {
            return Err(
                "must be SCHEME://HOST or SCHEME://HOST:PORT, such as \"https://example.org\" or \
                 \"http://localhost:5000\"; each part may be *"
                    .to_owned(),
            );
        };
        let scheme = scheme_of(scheme)?;
        let (host, port) = split_port(rest)?;
        Ok(Self {
            host: HostPattern::parse(host)?,
            ports: Ports::parse(port, &scheme)?,
            scheme,
        })
    }

    fn allows(&self, destination: &Destination) -> bool {
        let scheme = match self.scheme {
            AllowedScheme::Any => true,
            AllowedScheme::Http => !destination.is_tls,
            AllowedScheme::Https => destination.is_tls,
        };
        scheme && self.ports.allow(destination.port) && self.host.allows(&destination.host)
    }
}

fn scheme_of(scheme: &str) -> Result<AllowedScheme, String> {
    match scheme {
        "*" => Ok(AllowedScheme::Any),
        "http" => Ok(AllowedScheme::Http),
        "https" => Ok(AllowedScheme::Https),
        _ if SCHEMES_OF_SPIN.contains(&scheme) => Err(format!(
            "this runtime does not support connections by {scheme} (Spin does); only http, https and * \
             are supported"
        )),
        _ => Err(format!(
            "the scheme must be http, https or *, is {scheme:?}"
        )),
    }
}

/// The host and the port of an entry; the port is empty where there is none.
fn split_port(rest: &str) -> Result<(&str, &str), String> {
    match rest.rsplit_once(':') {
        // The last colon may be one of an IPv6 address.
        Some((host, port)) if port.is_empty() || HostPattern::parse(rest).is_err() => {
            match port.split_once('/') {
                Some((_, path)) if !path.is_empty() => Err(NO_PATH.to_owned()),
                Some((port, _)) => Ok((host, port)),
                None => Ok((host, port)),
            }
        }
        _ => Ok((rest, "")),
    }
}

const NO_PATH: &str = "must not have a path";

impl HostPattern {
    fn parse(host: &str) -> Result<Self, String> {
        let host = host.trim();
        if host == "*" {
            return Ok(Self::Any);
        }
        if SELF.contains(&host) {
            return Err(
                "this runtime does not support requests of an application to itself (Spin does)"
                    .to_owned(),
            );
        }
        if let Ok(network) = IpNetwork::from_str_truncate(host) {
            return Ok(Self::Network(network));
        }
        let host = host.strip_suffix('/').unwrap_or(host);
        if host.contains('/') {
            return Err(NO_PATH.to_owned());
        }
        let (is_below, name) = match host.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, host),
        };
        if name.contains('*') {
            return Err(format!(
                "the host must be *, *.NAME, a name, an address or a network such as 10.0.0.0/8, is \
                 {host:?}"
            ));
        }
        let parsed = Host::parse(name).map_err(|why| format!("{host:?} is no host: {why}"))?;
        if matches!(&parsed, Host::Domain(name) if format!(".{name}").ends_with(COMPONENTS)) {
            return Err(
                "this runtime does not support requests from component to component (Spin does)"
                    .to_owned(),
            );
        }
        match (is_below, parsed) {
            (false, host) => Ok(Self::Exact(host)),
            (true, Host::Domain(name)) => Ok(Self::Below(format!(".{name}"))),
            (true, _) => Err(format!("behind *. there must be a name, is {name:?}")),
        }
    }

    fn allows(&self, host: &Host) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Below(end), Host::Domain(name)) => name.ends_with(end),
            (Self::Exact(exact), host) => exact == host,
            (Self::Network(network), Host::Ipv4(address)) => network.contains(*address),
            (Self::Network(network), Host::Ipv6(address)) => network.contains(*address),
            (Self::Below(_), _) | (Self::Network(_), Host::Domain(_)) => false,
        }
    }
}

impl Ports {
    fn parse(port: &str, scheme: &AllowedScheme) -> Result<Self, String> {
        let number = |text: &str| {
            text.parse().map_err(|_| {
                format!("the port must be a number, a range such as 8000..9000 or *, is {port:?}")
            })
        };
        match (port, scheme) {
            ("", AllowedScheme::Http) => Ok(Self::One(usual_port(false))),
            ("", AllowedScheme::Https) => Ok(Self::One(usual_port(true))),
            ("", AllowedScheme::Any) => Err("a port is missing, as the scheme is *".to_owned()),
            ("*", _) => Ok(Self::Any),
            _ => match port.split_once("..") {
                Some((from, to)) => Ok(Self::Within(number(from)?..number(to)?)),
                None => Ok(Self::One(number(port)?)),
            },
        }
    }

    fn allow(&self, port: u16) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => *one == port,
            Self::Within(range) => range.contains(&port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_allows_what_it_says_and_nothing_else() {
        for (entry, allowed, denied) in [
            (
                "http://example.org",
                &["http://example.org", "http://EXAMPLE.org:80/a?b"][..],
                &[
                    "https://example.org",
                    "http://example.org:81",
                    "http://a.example.org",
                    "http://example.org.example.net",
                ][..],
            ),
            ("http://example.org/", &["http://example.org"], &[]),
            ("https://example.org:", &["https://example.org"], &[]),
            (
                " https://example.org:8443/ ",
                &["https://example.org:8443"],
                &["https://example.org", "http://example.org:8443"],
            ),
            (
                "http://a:8000..8002",
                &["http://a:8000", "http://a:8001"],
                &["http://a:7999", "http://a:8002", "http://a"],
            ),
            (
                "*://*:*",
                &["http://a", "https://1.2.3.4:5", "http://[::1]:6"],
                &[],
            ),
            (
                "http://*:8080",
                &["http://a:8080", "http://[::1]:8080"],
                &["http://a", "https://a:8080"],
            ),
            (
                "https://*.example.org",
                &["https://a.example.org", "https://a.B.example.org"],
                &[
                    "https://example.org",
                    "https://notexample.org",
                    "https://1.2.3.4",
                ],
            ),
            (
                "http://127.0.0.1:*",
                // Spellings of the same address.
                &["http://127.0.0.1:1", "http://127.1:1", "http://2130706433"],
                &["http://127.0.0.2:1", "http://[::ffff:127.0.0.1]"],
            ),
            (
                "*://10.1.2.3/8:80",
                &[
                    "http://10.0.0.0",
                    "http://10.255.255.255",
                    "https://10.1.1.1:80",
                ],
                &[
                    "http://11.0.0.0",
                    "http://ten.example.org",
                    "https://10.0.0.0",
                ],
            ),
            (
                "http://[::1]",
                &["http://[::1]", "http://[0:0::1]:80"],
                &["http://[::1]:81", "http://[::2]"],
            ),
            ("http://[::1]:81", &["http://[::1]:81"], &["http://[::1]"]),
            (
                "*://ff00::/8:80",
                &["http://[ff02::1]"],
                &["http://[fe80::1]"],
            ),
            (
                "http://bücher.example",
                &["http://xn--bcher-kva.example"],
                &[],
            ),
        ] {
            let hosts = AllowedHosts::new([entry.to_owned()]).unwrap();
            for (uris, want) in [(allowed, true), (denied, false)] {
                for uri in uris {
                    let destination = Destination::from_uri(&uri.parse().unwrap()).unwrap();
                    assert_eq!(hosts.allow(&destination), want, "{entry:?} and {uri:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        for (entry, why) in [
            ("", "must be SCHEME://HOST"),
            ("*", "must be SCHEME://HOST"),
            ("example.org:80", "must be SCHEME://HOST"),
            ("insecure:allow-all", "must be SCHEME://HOST"),
            ("self", "must be SCHEME://HOST"),
            ("ftp://a", "the scheme must be"),
            ("HTTP://a", "the scheme must be"),
            ("{http,https}://a", "the scheme must be"),
            (
                "postgres://a",
                "this runtime does not support connections by postgres",
            ),
            (
                "http://self",
                "this runtime does not support requests of an application to itself",
            ),
            (
                "http://self.alt:80",
                "this runtime does not support requests of an application to itself",
            ),
            (
                "http://a.spin.internal",
                "this runtime does not support requests from component",
            ),
            (
                "http://*.spin.internal",
                "this runtime does not support requests from component",
            ),
            ("http://a/b", "must not have a path"),
            ("http://a:1/b", "must not have a path"),
            ("http://*.a/b", "must not have a path"),
            ("http://a.*.b", "the host must be"),
            ("http://*.*.b", "the host must be"),
            ("http://*a", "the host must be"),
            ("http://*.1.2.3.4", "there must be a name"),
            ("http://", "is no host"),
            ("http://a b", "is no host"),
            ("http://10.0.0.0/33", "must not have a path"),
            ("*://a", "a port is missing"),
            ("*://10.0.0.0/8", "a port is missing"),
            ("http://a:b", "the port must be"),
            ("http://a:70000", "the port must be"),
            ("http://a:1..", "the port must be"),
            ("http://a:{1,2}", "the port must be"),
        ] {
            let problem = AllowedHost::parse(entry).unwrap_err();
            assert!(problem.contains(why), "{entry:?}: {problem}");
        }
    }

    #[test]
    fn an_entry_whose_variable_is_empty_allows_nothing() {
        let entries = ["", "http://", "https://"].map(str::to_owned);
        assert!(AllowedHosts::new(entries).unwrap().0.is_empty());
        let problems = AllowedHosts::new(["http://:80".to_owned(), "a".to_owned()]).unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
