//! Whether a client uses https, where proxies stand between.
//!
//! A proxy that ends TLS says so in `X-Forwarded-Proto`, or in `Forwarded` (RFC 7239). Like the address, this
//! is believed from trusted proxies alone, and read from the right: the last entry is the word of who connected
//! to us, the one before that of who connected to that proxy, and so on as long as these are trusted.

use std::net::IpAddr;

use http::{
    HeaderMap, HeaderName,
    header::{FORWARDED, VIA},
    uri::Scheme,
};

use crate::{
    forwarded::{Forwarded, Node, X_FORWARDED_FOR, X_FORWARDED_PROTO, address, entries, split},
    request::client_addr::TrustedProxies,
};

/// The headers in which a proxy says anything about its client or itself.
pub(crate) const HEADERS: [HeaderName; 4] = [X_FORWARDED_FOR, X_FORWARDED_PROTO, FORWARDED, VIA];

/// Whether a proxy, or somebody who pretends to be one, says anything about its client or itself.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    HEADERS.iter().any(|name| headers.contains_key(name))
}

impl TrustedProxies {
    /// The scheme that the client uses, where `peer` connected and is a trusted proxy that says it.
    ///
    /// Where there are both headers, `X-Forwarded-Proto` counts: proxies that write that one often let the
    /// other through as their client sent it.
    pub(crate) fn scheme(&self, peer: IpAddr, headers: &HeaderMap) -> Option<Scheme> {
        if headers.contains_key(X_FORWARDED_PROTO) {
            let schemes = entries(headers.get_all(X_FORWARDED_PROTO)).map(scheme);
            let senders = entries(headers.get_all(X_FORWARDED_FOR)).map(address);
            // Who passes on what the proxy before it said adds an address and no scheme.
            let senders = senders.chain(std::iter::repeat(None));
            return self.farthest(peer, schemes.zip(senders));
        }
        // A client may have begun a quotation that swallows what proxies added.
        let lines = headers.get_all(FORWARDED).iter();
        let lines = lines.map(|line| split(line.as_bytes(), b','));
        let lines = lines.collect::<Option<Vec<_>>>()?;
        let hops = lines.into_iter().flatten().rev().map(Forwarded::parse);
        let hops = hops.map(|hop| {
            let proto = hop.proto.and_then(|proto| scheme(proto.as_bytes()));
            (proto, hop.client.as_ref().and_then(Node::address))
        });
        self.farthest(peer, hops)
    }

    /// What the trusted proxy says that is farthest from us, in a row that begins with `peer`. Each hop has
    /// the scheme that was used to connect to the proxy, and who did.
    fn farthest(
        &self,
        peer: IpAddr,
        hops: impl Iterator<Item = (Option<Scheme>, Option<IpAddr>)>,
    ) -> Option<Scheme> {
        let (mut farthest, mut proxy) = (None, Some(peer.to_canonical()));
        for (scheme, sender) in hops {
            if scheme.is_none() || !proxy.is_some_and(|proxy| self.trusts(proxy)) {
                break;
            }
            (farthest, proxy) = (scheme, sender);
        }
        farthest
    }
}

/// The scheme that an entry names.
fn scheme(entry: &[u8]) -> Option<Scheme> {
    let entry = entry.trim_ascii();
    [("https", Scheme::HTTPS), ("http", Scheme::HTTP)]
        .into_iter()
        .find(|(name, _)| entry.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, scheme)| scheme)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const TRUSTED: &str = "10.0.0.0/8, 2001:db8:1::/48";

    /// What is found out of these lines, where this peer connected.
    fn told(peer: &str, lines: &[(&str, &str)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let proxies: TrustedProxies = TRUSTED.parse().unwrap();
        let scheme = proxies.scheme(peer.parse().unwrap(), &headers);
        scheme.map(|scheme| scheme.to_string())
    }

    const PROTO: &str = "x-forwarded-proto";
    const FOR: &str = "x-forwarded-for";
    const RFC: &str = "forwarded";

    #[test]
    fn nobody_is_believed_but_a_trusted_proxy() {
        for lines in [
            &[(PROTO, "https")][..],
            &[(RFC, "proto=https")],
            &[(PROTO, "https"), (FOR, "10.0.0.2")],
            &[(RFC, "for=10.0.0.2;proto=https")],
        ] {
            assert_eq!(told("192.0.2.7", lines), None, "{lines:?}");
            assert_eq!(
                told("10.0.0.1", lines).as_deref(),
                Some("https"),
                "{lines:?}"
            );
            let mapped = told("::ffff:10.0.0.1", lines);
            assert_eq!(mapped.as_deref(), Some("https"), "{lines:?}");
        }
        assert_eq!(told("10.0.0.1", &[]), None);
        assert_eq!(told("10.0.0.1", &[(FOR, "203.0.113.9")]), None);
    }

    #[test]
    fn what_stands_before_the_proxys_own_word_the_client_may_have_made_up() {
        for (lines, want) in [
            (&[(PROTO, "https, http")][..], Some("http")),
            (&[(PROTO, "http, https")], Some("https")),
            (&[(PROTO, "https"), (PROTO, "http")], Some("http")),
            (
                &[(PROTO, "https, http"), (FOR, "203.0.113.9")],
                Some("http"),
            ),
            // The client of the nearest proxy is a trusted one, whose word counts then.
            (
                &[(PROTO, "https, http"), (FOR, "203.0.113.9, 10.0.0.2")],
                Some("https"),
            ),
            (
                &[(PROTO, "https, http, http"), (FOR, "203.0.113.9, 10.0.0.2")],
                Some("http"),
            ),
            // Passed on from the proxy before.
            (
                &[(PROTO, "https"), (FOR, "203.0.113.9, 10.0.0.2")],
                Some("https"),
            ),
            (&[(PROTO, "https, http"), (FOR, "unknown")], Some("http")),
            (&[(PROTO, "https, ftp")], None),
            (&[(PROTO, "https,")], None),
            (&[(PROTO, "")], None),
            (&[(PROTO, " HTTPS ")], Some("https")),
            (&[(PROTO, "https://")], None),
            (&[(PROTO, "https; a")], None),
            (&[(PROTO, "http"), (RFC, "proto=https")], Some("http")),
            (&[(PROTO, "x"), (RFC, "proto=https")], None),
        ] {
            assert_eq!(told("10.0.0.1", lines).as_deref(), want, "{lines:?}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_has_it() {
        for (lines, want) in [
            (
                &["for=192.0.2.60;proto=https;by=203.0.113.43"][..],
                Some("https"),
            ),
            (
                &["For=\"[2001:db8::9]:4711\"; Proto=\"HTTPS\""],
                Some("https"),
            ),
            (&["proto=https, proto=http"], Some("http")),
            (&["proto=https", "proto=http"], Some("http")),
            (
                &["for=203.0.113.9;proto=https, for=10.0.0.2;proto=http"],
                Some("https"),
            ),
            (
                &["for=203.0.113.9;proto=https", "for=10.0.0.2;proto=http"],
                Some("https"),
            ),
            (
                &["proto=https, for=\"[2001:db8:1::2]:80\";proto=http"],
                Some("https"),
            ),
            (&["proto=https, for=203.0.113.9;proto=http"], Some("http")),
            (&["proto=https, for=_hidden;proto=http"], Some("http")),
            (&["for=10.0.0.2"], None),
            (&["proto=https, for=10.0.0.2"], None),
            (&[""], None),
            (&["proto"], None),
            (&["proto="], None),
            (&["=https"], None),
            (&["xproto=https"], None),
            (&["for=\"a, proto=https\""], None),
            (&["for=\"a\\\", proto=https\""], None),
            (&["for=\"a\\\\\";proto=https"], Some("https")),
            // A quotation that never ends could have swallowed the proxy's word.
            (&["proto=https;for=\", for=203.0.113.9;proto=http"], None),
            (&["for=\"", "proto=https"], None),
        ] {
            let named: Vec<_> = lines.iter().map(|line| (RFC, *line)).collect();
            assert_eq!(told("10.0.0.1", &named).as_deref(), want, "{lines:?}");
        }
    }

    #[test]
    fn each_of_the_headers_is_a_proxys() {
        for (name, want) in [
            (PROTO, true),
            (FOR, true),
            (RFC, true),
            ("via", true),
            ("x-real-ip", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static("x"));
            assert_eq!(is_forwarded(&headers), want, "{name}");
        }
    }
}
