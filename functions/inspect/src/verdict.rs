//! Which of the tutorial's four kinds a proxy is.
//!
//! It is a matter of REMOTE_ADDR, HTTP_VIA and HTTP_X_FORWARDED_FOR. With any proxy, REMOTE_ADDR is the proxy's address.
//! Then:
//!
//! | kind | Via | X-Forwarded-For |
//! |---|---|---|
//! | transparent | names the proxy | the client's address |
//! | anonymous | names the proxy | no address but the proxy's own |
//! | distorting | names the proxy | an address that is not the client's |
//! | elite | none | none |
//!
//! A proxy in `trusted_proxies` stands on the server's side. It is not judged: who connected to it counts as REMOTE_ADDR
//! does without it, and what it added is left out. Each of them should add an entry to `Via` (RFC 9110, section 7.6.3), but
//! not all do: as many entries as there are such proxies may be theirs, and tell nothing by themselves.

use std::net::IpAddr;

use kit::forwarded::Node;
use serde::Serialize;

use crate::seen::Seen;

/// What stands between a client and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// No proxy.
    None,
    /// One that tells whose request it is.
    Transparent,
    /// One that names a wrong address.
    Distorting,
    /// One that says that it is there, and not for whom.
    Anonymous,
    /// One that does not even say that it is there.
    Elite,
    /// What was seen does not tell.
    Unknown,
}

/// What speaks for a kind. Each has a text in the page's languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// No header speaks of a proxy.
    NoSign,
    /// A header names an address, and it is not known whose that is.
    Named(IpAddr),
    /// The headers speak of a proxy, and name nobody.
    NobodyNamed,
    /// The only ones that `Via` names may be those that are trusted.
    PerhapsTrusted,
    /// The real address connected, and no header speaks of a proxy.
    OwnConnection(IpAddr),
    /// The real address connected, whatever the headers say.
    OwnConnectionAndClaims(IpAddr),
    /// A header names the real address.
    RealNamed(IpAddr),
    /// A header names this address, and not the real one.
    OtherNamed(IpAddr),
    /// Another address connected, and no header speaks of a proxy.
    OtherConnected(IpAddr),
    /// The runtime does not say who connected, and no header speaks of a proxy.
    NobodySeen,
}

/// A kind, with what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    /// The kinds that it can be: one, or those between which the headers do not decide.
    pub(crate) candidates: Vec<Kind>,
    pub(crate) why: Why,
}

impl Verdict {
    /// Judges what was seen. `real_ip` is the address that the client says is its own.
    pub(crate) fn new(seen: &Seen, real_ip: Option<IpAddr>) -> Self {
        let (claimed, _) = seen.claimed_and_believed();
        let in_forwarded = seen.claimed_in_forwarded();
        let has_sign = !claimed.is_empty() || !in_forwarded.is_empty() || seen.vias_of_others() > 0;
        let all_named = claimed.iter().chain(in_forwarded).filter_map(Node::address);
        let mut shown = seen.believed_addresses();
        shown.extend(seen.remote_addr);
        let named: Vec<IpAddr> = all_named
            .filter(|address| !shown.contains(address))
            .collect();
        match (real_ip, named.first()) {
            (Some(real), _)
                if seen.client_addr == Some(real) && (has_sign || !seen.via.is_empty()) =>
            {
                Self::sure(Kind::None, Why::OwnConnectionAndClaims(real))
            }
            (Some(real), _) if seen.client_addr == Some(real) => {
                Self::sure(Kind::None, Why::OwnConnection(real))
            }
            (Some(real), Some(_)) if named.contains(&real) => {
                Self::sure(Kind::Transparent, Why::RealNamed(real))
            }
            (Some(_), Some(other)) => Self::sure(Kind::Distorting, Why::OtherNamed(*other)),
            (None, Some(named)) => Self {
                kind: Kind::Unknown,
                candidates: vec![Kind::Transparent, Kind::Distorting],
                why: Why::Named(*named),
            },
            (_, None) if has_sign => Self::sure(Kind::Anonymous, Why::NobodyNamed),
            (real, None) => Self::without_sign(seen, real),
        }
    }

    /// The verdict where no header speaks of a proxy that is not trusted.
    fn without_sign(seen: &Seen, real_ip: Option<IpAddr>) -> Self {
        let other = real_ip.and(seen.client_addr);
        let is_perhaps_trusted = !seen.via.is_empty();
        let why = match (real_ip, other) {
            _ if is_perhaps_trusted => Why::PerhapsTrusted,
            (_, Some(other)) => Why::OtherConnected(other),
            (Some(_), None) => Why::NobodySeen,
            (None, None) => Why::NoSign,
        };
        let candidates: Vec<Kind> = [
            Some(Kind::Elite),
            is_perhaps_trusted.then_some(Kind::Anonymous),
            other.is_none().then_some(Kind::None),
        ]
        .into_iter()
        .flatten()
        .collect();
        match candidates.as_slice() {
            [kind] => Self::sure(*kind, why),
            _ => Self {
                kind: Kind::Unknown,
                candidates,
                why,
            },
        }
    }

    fn sure(kind: Kind, why: Why) -> Self {
        Self {
            kind,
            candidates: vec![kind],
            why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::tests::{PROXY, seen};

    const REAL: &str = "203.0.113.9";
    const XFF: &str = "x-forwarded-for";
    const VIA: (&str, &str) = ("via", "1.1 proxy.example (squid)");

    fn verdict(seen: &Seen, real_ip: Option<&str>) -> Verdict {
        Verdict::new(seen, real_ip.map(|text| text.parse().unwrap()))
    }

    /// The kind without a real address, with another one than any that is named, and with `REAL`.
    #[test]
    fn a_kind_is_what_the_headers_and_the_real_address_say() {
        use Kind::{Anonymous, Distorting, Elite, Transparent};
        let fifty = format!("{REAL}{}", ", 192.0.2.1".repeat(49));
        let told = [
            &[Transparent, Distorting][..],
            &[Distorting],
            &[Transparent],
        ];
        let lied = [&[Transparent, Distorting][..], &[Distorting], &[Distorting]];
        let hidden = [&[Anonymous][..], &[Anonymous], &[Anonymous]];
        let silent = [&[Elite, Kind::None][..], &[Elite], &[Elite]];
        for (lines, want) in [
            (&[][..], silent),
            (&[(XFF, "")], silent),
            (&[(XFF, " , ,"), ("via", ","), ("forwarded", "")], silent),
            (&[("x-real-ip", REAL)], silent),
            // The tutorial's own three.
            (&[VIA, (XFF, REAL)], told),
            (&[VIA, (XFF, PROXY)], hidden),
            (&[VIA, (XFF, "192.0.2.1")], lied),
            // Either header alone is a sign.
            (&[(XFF, REAL)], told),
            (&[VIA], hidden),
            // The real address may be anywhere.
            (&[(XFF, "203.0.113.9, 192.0.2.1, 192.0.2.2")], told),
            (&[(XFF, "10.0.0.9, 203.0.113.9")], told),
            (&[(XFF, "10.0.0.9"), (XFF, "203.0.113.9")], told),
            (&[(XFF, "unknown,, 203.0.113.9:4711,")], told),
            (&[(XFF, &fifty)], told),
            (&[(XFF, "[::ffff:203.0.113.9]:80")], told),
            (&[(XFF, "192.0.2.1, 198.51.100.7")], lied),
            // Names that are no addresses.
            (&[(XFF, "unknown")], hidden),
            (&[(XFF, "_hidden, unknown:80")], hidden),
            (&[(XFF, "<script>, 203.0.113.999")], hidden),
            (&[(XFF, "203.0.113.9 192.0.2.1")], hidden),
            (&[("via", "garbage")], hidden),
            // The standard header says the same.
            (&[("forwarded", "for=203.0.113.9;proto=http")], told),
            (&[("forwarded", "for=\"203.0.113.9:4711\"")], told),
            (&[("forwarded", "for=_hidden;by=203.0.113.9")], hidden),
            (&[("forwarded", "proto=http")], hidden),
            (&[("forwarded", "for=198.51.100.7")], hidden),
            (&[("forwarded", "for=\"203.0.113.9")], hidden),
            (&[("forwarded", "for=192.0.2.1"), VIA], lied),
            (&[("forwarded", "for=203.0.113.9"), (XFF, "unknown")], told),
        ] {
            let seen = seen(lines);
            let real = [None, Some("203.0.113.77"), Some(REAL)];
            let got = real.map(|real| verdict(&seen, real).candidates);
            assert_eq!(got.each_ref().map(Vec::as_slice), want, "{lines:?}");
        }
    }

    #[test]
    fn where_there_are_two_the_kind_is_unknown() {
        for lines in [&[][..], &[VIA], &[VIA, (XFF, REAL)]] {
            let verdict = verdict(&seen(lines), None);
            match verdict.candidates.as_slice() {
                [kind] => assert_eq!(verdict.kind, *kind),
                _ => assert_eq!(verdict.kind, Kind::Unknown),
            }
        }
    }

    #[test]
    fn whoever_connects_directly_has_no_proxy_whatever_the_headers_say() {
        for lines in [
            &[][..],
            &[VIA],
            &[VIA, (XFF, "192.0.2.1, 192.0.2.2")],
            &[(XFF, PROXY)],
        ] {
            assert_eq!(
                verdict(&seen(lines), Some(PROXY)).kind,
                Kind::None,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn an_ipv6_address_is_the_same_in_every_spelling() {
        for entry in ["2001:db8::9", "[2001:DB8:0::9]:80", "[2001:db8::0009]"] {
            let verdict = verdict(&seen(&[(XFF, entry)]), Some("2001:db8:0:0::9"));
            assert_eq!(verdict.kind, Kind::Transparent, "{entry}");
        }
    }

    #[test]
    fn proxies_that_are_trusted_are_not_judged() {
        for (line, believed, without, with_real) in [
            (REAL, 1, Kind::Unknown, Kind::None),
            ("10.0.0.9, 203.0.113.9", 1, Kind::Unknown, Kind::None),
            ("203.0.113.9, 10.0.0.2", 2, Kind::Unknown, Kind::None),
            ("192.0.2.1, 10.0.0.2", 2, Kind::Unknown, Kind::Elite),
            (
                "203.0.113.9, 192.0.2.1",
                1,
                Kind::Unknown,
                Kind::Transparent,
            ),
            ("10.0.0.9, 192.0.2.1", 1, Kind::Unknown, Kind::Distorting),
            ("unknown, 192.0.2.1", 1, Kind::Anonymous, Kind::Anonymous),
            ("192.0.2.1, 192.0.2.1", 1, Kind::Anonymous, Kind::Anonymous),
        ] {
            let mut seen = seen(&[(XFF, line)]);
            seen.believed = believed;
            seen.client_addr = seen.claimed_and_believed().1[0].address();
            assert_eq!(verdict(&seen, None).kind, without, "{line}");
            assert_eq!(verdict(&seen, Some(REAL)).kind, with_real, "{line}");
        }
    }

    #[test]
    fn a_via_may_be_that_of_a_trusted_proxy() {
        use Kind::{Anonymous, Elite};
        let two = ("via", "1.1 a, 1.1 b");
        for (via, real_ip, want) in [
            (VIA, None, &[Elite, Anonymous, Kind::None][..]),
            (VIA, Some("203.0.113.77"), &[Elite, Anonymous]),
            (VIA, Some(REAL), &[Kind::None]),
            (two, None, &[Anonymous]),
            (two, Some("203.0.113.77"), &[Anonymous]),
            (two, Some(REAL), &[Kind::None]),
        ] {
            let seen = Seen {
                believed: 1,
                client_addr: Some(REAL.parse().unwrap()),
                ..seen(&[(XFF, REAL), via])
            };
            assert_eq!(
                verdict(&seen, real_ip).candidates,
                want,
                "{via:?} {real_ip:?}"
            );
        }
    }

    #[test]
    fn a_trusted_proxy_that_names_nobody_may_have_added_a_via() {
        let seen = Seen {
            is_peer_trusted: true,
            ..seen(&[VIA])
        };
        assert_eq!(
            verdict(&seen, None).candidates,
            [Kind::Elite, Kind::Anonymous, Kind::None]
        );
    }

    #[test]
    fn where_the_runtime_does_not_say_who_connected_that_decides_nothing() {
        let nobody = |lines: &[_]| Seen {
            remote_addr: None,
            client_addr: None,
            ..seen(lines)
        };
        let verdict_of = |lines: &[_], real| verdict(&nobody(lines), real).candidates;
        let both = [Kind::Elite, Kind::None];
        assert_eq!(verdict_of(&[], None), both);
        assert_eq!(verdict_of(&[], Some(REAL)), both);
        assert_eq!(verdict_of(&[VIA], Some(REAL)), [Kind::Anonymous]);
        let told = verdict_of(&[(XFF, REAL)], Some(REAL));
        assert_eq!(told, [Kind::Transparent]);
    }
}
