//! The networks to which no component may connect.

use std::net::IpAddr;

use ip_network::IpNetwork;

/// The word for all networks that are not public.
const PRIVATE: &str = "private";

/// The first 96 bits of an address behind a translator from IPv6 to IPv4 (RFC 6052); the rest is the IPv4
/// address.
const TRANSLATED: [u16; 6] = [0x64, 0xff9b, 0, 0, 0, 0];

/// The first 16 bits of an address behind a tunnel (6to4, RFC 3056); the IPv4 address follows.
const TUNNELLED: u16 = 0x2002;

/// The first 48 bits of an address behind a network's own translator (RFC 8215). Where in it the IPv4 address is
/// only that network knows.
const TRANSLATED_LOCALLY: [u16; 3] = [0x64, 0xff9b, 1];

/// `block_networks` of the runtime configuration: networks to which no component may connect, whatever its
/// manifest allows. The default blocks none.
///
/// ```
/// use handspun::BlockedNetworks;
///
/// let blocked = BlockedNetworks::new(["private", "203.0.113.0/24"])?;
/// assert!(blocked.contain([127, 0, 0, 1].into()));
/// assert!(!blocked.contain([198, 41, 0, 4].into()));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockedNetworks {
    private: bool,
    networks: Vec<IpNetwork>,
}

impl BlockedNetworks {
    /// Reads networks such as `10.0.0.0/8`, and `private` for all that are not public.
    ///
    /// # Errors
    ///
    /// The first entry that is none of these.
    pub fn new<S: AsRef<str>>(entries: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let mut blocked = Self::default();
        for entry in entries {
            let entry = entry.as_ref();
            if entry == PRIVATE {
                blocked.private = true;
            } else if let Ok(network) = IpNetwork::from_str_truncate(entry) {
                blocked.networks.push(network);
            } else {
                return Err(format!(
                    "must be networks such as \"10.0.0.0/8\", or {PRIVATE:?}, is {entry:?}"
                ));
            }
        }
        Ok(blocked)
    }

    /// Whether no component may connect to this address. One that stands for an IPv4 address is blocked
    /// with that.
    pub fn contain(&self, address: IpAddr) -> bool {
        let is_private = self.private && !is_public(address);
        is_private
            || self
                .networks
                .iter()
                .any(|network| network.contains(address))
            || ipv4_in(address).is_some_and(|inner| self.contain(inner))
    }
}

/// Whether an address is public to any machine.
fn is_public(address: IpAddr) -> bool {
    let is_protocols = match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => {
            let segments = address.segments();
            // 2001::/23 is for protocols (RFC 2928), such as the tunnel Teredo.
            segments.starts_with(&TRANSLATED_LOCALLY) || matches!(segments, [0x2001, 0..=0x1ff, ..])
        }
    };
    !is_protocols && IpNetwork::from(address).is_global()
}

/// The IPv4 address that an IPv6 address stands for.
fn ipv4_in(address: IpAddr) -> Option<IpAddr> {
    let IpAddr::V6(address) = address else {
        return None;
    };
    let segments = address.segments();
    if segments.starts_with(&TRANSLATED) {
        let [.., a, b, c, d] = address.octets();
        return Some(IpAddr::from([a, b, c, d]));
    }
    if segments.starts_with(&[TUNNELLED]) {
        let [_, _, a, b, c, d, ..] = address.octets();
        return Some(IpAddr::from([a, b, c, d]));
    }
    address.to_ipv4().map(IpAddr::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_blocked_in_every_form() {
        let some = ["123.123.1.2/16", "2001:db8::/32"];
        for (entries, blocked, free) in [
            (&[][..], &[][..], &["127.0.0.1", "::1", "1.1.1.1"][..]),
            (
                &some,
                &[
                    "123.123.255.255",
                    "2001:db8::1",
                    "::ffff:123.123.1.1",
                    "::123.123.1.1",
                    "64:ff9b::123.123.1.1",
                    "2002:7b7b:101::1",
                ],
                &["123.124.0.0", "127.0.0.1", "::1", "2001:db9::1"],
            ),
            (
                &["private"],
                &[
                    "0.0.0.0",
                    "10.0.0.1",
                    "100.64.0.1",
                    "127.0.0.1",
                    "169.254.169.254",
                    "172.16.0.1",
                    "192.0.0.1",
                    "192.168.0.1",
                    "255.255.255.255",
                    "::",
                    "::1",
                    "fc00::1",
                    "fe80::1",
                    "::ffff:10.0.0.1",
                    "::ffff:127.0.0.1",
                    "64:ff9b::127.0.0.1",
                    "64:ff9b::10.0.0.1",
                    "64:ff9b:1::1.1.1.1",
                    "64:ff9b:1:ffff::1",
                    "2001::1",
                    "2001:1ff::1",
                    "2002:7f00:1::1",
                    "2002:a9fe:a9fe::",
                ],
                &[
                    "1.1.1.1",
                    "123.123.123.123",
                    "2001:200::1",
                    "2002:101:101::1",
                    "2600::1",
                    "64:ff9b::1.1.1.1",
                ],
            ),
        ] {
            let networks = BlockedNetworks::new(entries).unwrap();
            for (addresses, want) in [(blocked, true), (free, false)] {
                for address in addresses {
                    let is_blocked = networks.contain(address.parse().unwrap());
                    assert_eq!(is_blocked, want, "{address} in {entries:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for entry in ["", "public", "10.0.0.0/33", "example.org"] {
            let problem = BlockedNetworks::new([entry]).unwrap_err();
            assert!(problem.contains(&format!("{entry:?}")), "{problem}");
        }
    }
}
