//! Who sent a request that came through proxies.

use std::{net::IpAddr, str::FromStr};

use http::HeaderValue;
use ipnet::{IpNet, Ipv4Net};

use crate::forwarded::{address, entries};

/// The proxies that are believed what they say about their clients, as networks (the variable
/// `trusted_proxies`): the address, in `X-Forwarded-For`, and whether it uses https, in `X-Forwarded-Proto` or
/// `Forwarded`. An app gets them by `App::behind_proxies`.
///
/// Each proxy adds who connected to it at the right end. So the list is walked from the right, from one
/// trusted proxy to the next: the first address that is not trusted is the client's. What is further
/// left the client may have made up, and nobody looks at it.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    /// Reads networks in CIDR notation and single addresses, separated by commas. Empty trusts nobody.
    ///
    /// # Errors
    /// The entry that is neither.
    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(network)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TrustedProxies {
    /// The client, where `peer` connected and sent these lines of `X-Forwarded-For`, and how many entries at the right
    /// end led there: those that trusted proxies added.
    ///
    /// Where a trusted proxy names no address (`unknown`, say), the trail ends at that proxy.
    pub(crate) fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded_for: impl IntoIterator<Item = &'a HeaderValue, IntoIter: DoubleEndedIterator>,
    ) -> (IpAddr, usize) {
        let (mut client, mut believed) = (peer.to_canonical(), 0);
        for entry in entries(forwarded_for) {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = address(entry) else { break };
            (client, believed) = (address, believed + 1);
        }
        (client, believed)
    }

    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

fn network(entry: &str) -> Result<IpNet, String> {
    let network = entry
        .parse()
        .or_else(|_| entry.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("{entry:?} is neither a network such as 10.0.0.0/8 nor an address"))?;
    Ok(canonical(network))
}

/// A network of IPv4-mapped addresses as one of IPv4, which is what addresses are turned into too.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else {
        return network;
    };
    v6.addr()
        .to_ipv4_mapped()
        .zip(v6.prefix_len().checked_sub(96))
        .and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok())
        .map_or(network, IpNet::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &str, peer: &str, lines: &[&str]) -> String {
        let lines: Vec<HeaderValue> = lines
            .iter()
            .map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap())
            .collect();
        let proxies: TrustedProxies = trusted.parse().unwrap();
        proxies.client(peer.parse().unwrap(), &lines).0.to_string()
    }

    #[test]
    fn without_a_trusted_proxy_who_connected_is_the_client() {
        for (trusted, peer, lines) in [
            ("", "192.0.2.7", &[][..]),
            ("", "192.0.2.7", &["203.0.113.9"]),
            ("10.0.0.0/8", "192.0.2.7", &["203.0.113.9", "10.0.0.1"]),
            ("0.0.0.0/0", "2001:db8::1", &["203.0.113.9"]),
            ("::/0", "192.0.2.7", &["203.0.113.9"]),
        ] {
            assert_eq!(client(trusted, peer, lines), peer, "{trusted} {lines:?}");
        }
    }

    #[test]
    fn the_client_is_the_first_from_the_right_that_is_not_trusted() {
        for (lines, want) in [
            (&[][..], "10.0.0.1"),
            (&["203.0.113.9"], "203.0.113.9"),
            (&["203.0.113.9, 10.0.0.3, 10.0.0.2"], "203.0.113.9"),
            (&["203.0.113.9", "10.0.0.3,10.0.0.2"], "203.0.113.9"),
            (&["203.0.113.9", "10.0.0.3", "10.0.0.2"], "203.0.113.9"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&["2001:db8::9, 2001:db8:1::1"], "2001:db8::9"),
        ] {
            let trusted = "10.0.0.0/8, 2001:db8:1::/48";
            assert_eq!(client(trusted, "10.0.0.1", lines), want, "{lines:?}");
        }
    }

    #[test]
    fn what_trusted_proxies_added_is_counted() {
        for (trusted, line, want) in [
            ("", "203.0.113.9", 0),
            ("10.0.0.0/8", "203.0.113.9", 1),
            ("10.0.0.0/8", "198.51.100.1, 203.0.113.9, 10.0.0.2", 2),
            ("10.0.0.0/8", "10.0.0.3, 10.0.0.2", 2),
            ("10.0.0.0/8", "203.0.113.9, , 10.0.0.2", 1),
            ("10.0.0.0/8", "203.0.113.9, unknown", 0),
        ] {
            let proxies: TrustedProxies = trusted.parse().unwrap();
            let lines = [HeaderValue::from_static(line)];
            let peer = "10.0.0.1".parse().unwrap();
            assert_eq!(proxies.client(peer, &lines).1, want, "{trusted} {line}");
        }
    }

    #[test]
    fn what_a_client_made_up_is_not_looked_at() {
        for forged in [
            "10.0.0.9",
            "127.0.0.1",
            "garbage",
            "",
            "198.51.100.1, 10.0.0.2",
        ] {
            let line = format!("{forged}, 203.0.113.9, 10.0.0.2");
            assert_eq!(
                client("10.0.0.0/8", "10.0.0.1", &[&line]),
                "203.0.113.9",
                "{line}"
            );
            let lines = [forged, "203.0.113.9"];
            assert_eq!(
                client("10.0.0.0/8", "10.0.0.1", &lines),
                "203.0.113.9",
                "{lines:?}"
            );
        }
    }

    /// Nobody behind such an entry is looked at: a proxy that adds nothing readable would otherwise
    /// pass on what its client made up.
    #[test]
    fn at_what_is_no_address_the_trail_ends() {
        for entry in [
            "unknown",
            "",
            " ",
            "_hidden",
            "203.0.113.9:",
            "words.example",
            "唤醒",
        ] {
            let line = format!("198.51.100.1, {entry}, 10.0.0.2");
            assert_eq!(
                client("10.0.0.0/8", "10.0.0.1", &[&line]),
                "10.0.0.2",
                "{line}"
            );
        }
    }

    #[test]
    fn a_mapped_address_is_the_one_it_maps() {
        for trusted in ["10.0.0.0/8", "::ffff:10.0.0.0/104", "::ffff:10.0.0.1"] {
            let got = client(trusted, "::ffff:10.0.0.1", &["203.0.113.9"]);
            assert_eq!(got, "203.0.113.9", "{trusted}");
        }
    }

    #[test]
    fn proxies_are_networks_and_addresses() {
        for text in ["", " , ,", "10.0.0.1/8", "::1", "fe80::/10,127.0.0.1 "] {
            assert!(text.parse::<TrustedProxies>().is_ok(), "{text}");
        }
        for text in [
            "10.0.0.0/33",
            "10.0.0",
            "localhost",
            "10.0.0.1:80",
            "[::1]",
            "*",
        ] {
            let error = text.parse::<TrustedProxies>().unwrap_err();
            assert!(error.contains(text), "{error}");
        }
    }
}
