//! What the proxy tells a server about itself and its client: the tutorial's four kinds (§4).

use std::{
    net::{IpAddr, Ipv4Addr},
    str::FromStr,
};

use http::{HeaderMap, HeaderValue, header::VIA};
use kit::{Error, Result, forwarded::X_FORWARDED_FOR, proxy};

/// The name of this proxy in `Via`. No two of them stand behind one another: this one asks servers, no other proxy.
pub(crate) const NAME: &str = "handspun-forward";

/// The kind of proxy: the variable `forward_kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It says that it is there, and for whom.
    Transparent,
    /// It says that it is there, and not for whom.
    Anonymous,
    /// It says that it is there, and for somebody else.
    Distorting,
    /// It says nothing.
    Elite,
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.trim() {
            "transparent" => Ok(Self::Transparent),
            "anonymous" => Ok(Self::Anonymous),
            "distorting" => Ok(Self::Distorting),
            "elite" => Ok(Self::Elite),
            other => Err(format!(
                "it must be transparent, anonymous, distorting or elite, not {other:?}"
            )),
        }
    }
}

/// Networks for documentation (RFC 5737): an address of these is nobody's.
const NOBODYS: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

impl Kind {
    /// Whether the proxy says that it is there.
    pub(crate) fn is_named(self) -> bool {
        self != Self::Elite
    }

    /// Makes a request's headers those that a proxy of this kind sends, for a client with this address.
    ///
    /// Where the client is to stay hidden, what it says of itself is taken away, and what it passes on of others: its
    /// own proxies are part of it.
    ///
    /// # Errors
    /// 500 where the system has no random numbers.
    pub(crate) fn apply(self, client: Option<IpAddr>, headers: &mut HeaderMap) -> Result<()> {
        if self != Self::Transparent {
            proxy::forget_client(headers);
            headers.remove(VIA);
        }
        match self {
            Self::Transparent => {
                if let Some(client) = client {
                    proxy::add_to_list(headers, &X_FORWARDED_FOR, &client.to_string());
                }
            }
            // No component knows its own address, which the tutorial has here.
            Self::Anonymous => {
                headers.insert(X_FORWARDED_FOR, HeaderValue::from_static("unknown"));
            }
            Self::Distorting => {
                let address = nobody(getrandom::u32().map_err(Error::internal)?);
                proxy::add_to_list(headers, &X_FORWARDED_FOR, &address.to_string());
            }
            Self::Elite => return Ok(()),
        }
        proxy::add_via(headers, NAME);
        Ok(())
    }
}

/// An address that is nobody's, by any number.
fn nobody(random: u32) -> Ipv4Addr {
    let [first, second, ..] = random.to_le_bytes();
    let [a, b, c] = NOBODYS[usize::from(first) % NOBODYS.len()];
    Ipv4Addr::new(a, b, c, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a server sees of a client that came through proxies itself.
    fn sent(kind: &str) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("accept", "*/*"),
            ("via", "1.1 first"),
            ("x-forwarded-for", "203.0.113.1"),
            ("x-real-ip", "203.0.113.1"),
            ("forwarded", "for=203.0.113.1"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let kind: Kind = kind.parse().unwrap();
        kind.apply(Some(IpAddr::from([203, 0, 113, 9])), &mut headers)
            .unwrap();
        let mut lines: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        lines.sort();
        lines
    }

    fn lines(lines: &[(&str, &str)]) -> Vec<(String, String)> {
        let lines = lines.iter();
        lines
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    const ACCEPT: (&str, &str) = ("accept", "*/*");
    const VIA_BOTH: (&str, &str) = ("via", "1.1 first, 1.1 handspun-forward");
    const VIA_OWN: (&str, &str) = ("via", "1.1 handspun-forward");

    #[test]
    fn a_kind_is_what_the_server_sees() {
        assert_eq!(
            sent("transparent"),
            lines(&[
                ACCEPT,
                ("forwarded", "for=203.0.113.1"),
                VIA_BOTH,
                ("x-forwarded-for", "203.0.113.1, 203.0.113.9"),
                ("x-real-ip", "203.0.113.1"),
            ])
        );
        assert_eq!(
            sent("anonymous"),
            lines(&[ACCEPT, VIA_OWN, ("x-forwarded-for", "unknown")])
        );
        assert_eq!(sent(" elite "), lines(&[ACCEPT]));
    }

    #[test]
    fn a_distorting_proxy_names_an_address_that_is_nobodys() {
        let sent = sent("distorting");
        assert_eq!(sent[..2], lines(&[ACCEPT, VIA_OWN]));
        let address: Ipv4Addr = sent[2].1.parse().unwrap();
        assert!(address.is_documentation(), "{address}");
        let all: std::collections::BTreeSet<_> = (0..=u32::from(u16::MAX)).map(nobody).collect();
        assert_eq!(all.len(), 3 * 256);
        assert!(all.iter().all(Ipv4Addr::is_documentation));
    }

    #[test]
    fn another_kind_is_named() {
        for text in ["", "Elite", "none"] {
            let error = text.parse::<Kind>().unwrap_err();
            assert!(error.contains(&format!("{text:?}")), "{error}");
        }
    }
}
