//! The server that a client wants to reach through the proxy.

use std::net::IpAddr;

use http::{
    Uri,
    uri::{PathAndQuery, Scheme},
};
use kit::{Error, Result};
use url::Host;

use crate::{
    addresses,
    hosts::{Allowed, Hosts},
};

/// The port of `http://`.
const HTTP_PORT: u16 = 80;

/// A server, and what is wanted of it.
#[derive(Debug)]
pub(crate) struct Target {
    host: Host,
    /// None where the client named none.
    port: Option<u16>,
    path: PathAndQuery,
}

impl Target {
    /// The target with this `Host` and path. The host is read as browsers read it (WHATWG URL), where
    /// `0x7f.1` and `１２７.0.0.1` are 127.0.0.1; and what was read is what is connected to, not what was written.
    ///
    /// # Errors
    /// 400 where it names no server.
    pub(crate) fn new(host: &str, path: &str) -> Result<Self> {
        let malformed = || Error::Malformed(format!("{host:?} names no server to ask"));
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, Some(port)),
            _ => (host, None),
        };
        let port = match port {
            None | Some("") => None,
            Some(port) => {
                let digits = port.bytes().all(|byte| byte.is_ascii_digit());
                let port = port.parse().ok().filter(|port| digits && *port != 0);
                Some(port.ok_or_else(malformed)?)
            }
        };
        Ok(Self {
            host: Host::parse(name).map_err(|_| malformed())?,
            port,
            path: path.parse().map_err(|_| malformed())?,
        })
    }

    /// Checks that the proxy may go there.
    ///
    /// What is inside, this machine or a private network, has to be named in `forward_hosts`: `*` does not mean it.
    /// A name that leads inside is the runtime's matter, which knows its addresses.
    ///
    /// # Errors
    /// 403 where it may not.
    pub(crate) fn check(&self, hosts: &Hosts) -> Result<()> {
        match hosts.allow(&self.meant(), self.port.unwrap_or(HTTP_PORT)) {
            Allowed::AsNamed => Ok(()),
            Allowed::AsPublic if self.is_public() => Ok(()),
            Allowed::AsPublic => Err(Error::forbidden(
                "target-private",
                "the target is this machine or a private network: name it in the variable forward_hosts if that is \
                 what you want",
            )),
            Allowed::No => Err(Error::forbidden(
                "target-not-allowed",
                "the target is none of those that the variable forward_hosts names",
            )),
        }
    }

    /// The URI to send the request to.
    ///
    /// # Errors
    /// 400 where there is none.
    pub(crate) fn uri(&self) -> Result<Uri> {
        let authority = match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.to_string(),
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = authority.parse().ok();
        parts.path_and_query = Some(self.path.clone());
        Uri::from_parts(parts).map_err(|_| Error::Malformed("there is no such URL".to_owned()))
    }

    /// The host without what does not change where it leads: a dot at the end of a name, and IPv6 around IPv4.
    fn meant(&self) -> Host {
        match &self.host {
            Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
            Host::Ipv6(address) => match addresses::embedded(*address) {
                Some(inner) if !address.is_loopback() && !address.is_unspecified() => {
                    Host::Ipv4(inner)
                }
                _ => Host::Ipv6(*address),
            },
            Host::Ipv4(address) => Host::Ipv4(*address),
        }
    }

    fn is_public(&self) -> bool {
        match self.meant() {
            // RFC 6761, section 6.3: these are this machine whatever a name server says.
            Host::Domain(name) => {
                name != "localhost" && !name.ends_with(".localhost") && !name.is_empty()
            }
            Host::Ipv4(address) => addresses::is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => addresses::is_public(IpAddr::V6(address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code of what the proxy answers, for any target; none where it goes there.
    fn refused(hosts: &str, host: &str) -> Option<&'static str> {
        let hosts: Hosts = hosts.parse().unwrap();
        let target = Target::new(host, "/");
        let checked = target.and_then(|target| target.check(&hosts));
        checked.err().map(|error| error.code())
    }

    /// Ways to write an address that is inside. tests/proxies has the same, to a server that must see no connection.
    const INSIDE: &str = include_str!("../../../tests/proxies/inside.txt");

    #[test]
    fn no_spelling_of_an_inner_address_gets_through() {
        let spellings = INSIDE
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut count = 0;
        for host in spellings {
            for port in ["", ":8081"] {
                let got = refused("*", &format!("{host}{port}"));
                assert!(
                    matches!(got, Some("target-private" | "malformed")),
                    "{host}{port}: {got:?}"
                );
            }
            count += 1;
        }
        assert!(count > 60, "{count}");
    }

    #[test]
    fn a_star_is_the_public_internet() {
        for host in [
            "example.org",
            "EXAMPLE.org.",
            "example.org:8080",
            "8.8.8.8",
            "134744072",
            "[2606:4700::1111]:80",
            "localhost.example.org",
            "notlocalhost",
            "唤醒.example",
            "[::ffff:8.8.8.8]",
        ] {
            assert_eq!(refused("*", host), None, "{host}");
        }
    }

    #[test]
    fn who_is_named_may_be_inside_in_any_spelling() {
        for host in [
            "127.0.0.1:81",
            "127.1:81",
            "0x7f000001:81",
            "[::ffff:127.0.0.1]:81",
            "127.0.0.1.:81",
        ] {
            assert_eq!(refused("127.0.0.0/8:81", host), None, "{host}");
        }
        assert_eq!(
            refused("127.0.0.1:81, *", "127.0.0.1:82"),
            Some("target-private")
        );
        assert_eq!(refused("localhost", "LOCALHOST.:5000"), None);
        assert_eq!(refused("[::1]", "[0:0::1]"), None);
        assert_eq!(
            refused("*.example.org", "example.com"),
            Some("target-not-allowed")
        );
    }

    #[test]
    fn what_names_no_server_is_malformed() {
        for host in [
            "",
            ":80",
            "a b",
            "a:0",
            "a:99999",
            "a:+1",
            "a:x",
            "[::1",
            "[fe80::1%25eth0]",
            "a/b",
            "u@a",
            "%00",
        ] {
            assert_eq!(refused("*", host), Some("malformed"), "{host}");
        }
    }

    #[test]
    fn what_was_read_is_what_is_asked_for() {
        for (host, path, want) in [
            ("example.org", "/", "http://example.org/"),
            (
                "EXAMPLE.org:8080",
                "/a//%2e?b=%20",
                "http://example.org:8080/a//%2e?b=%20",
            ),
            ("0x08.8.8.8", "/", "http://8.8.8.8/"),
            (
                "[2606:4700:0::1111]:80",
                "/",
                "http://[2606:4700::1111]:80/",
            ),
            ("唤醒.example:", "/", "http://xn--dyr491l.example/"),
        ] {
            let uri = Target::new(host, path).unwrap().uri().unwrap();
            assert_eq!(uri.to_string(), want, "{host}");
        }
    }
}
