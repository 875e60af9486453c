//! The way of a request as stations, from the client to the server, for the picture.

use kit::forwarded::Node;

use crate::{
    seen::Seen,
    verdict::{Kind, Verdict},
};

/// How many stations before the server are drawn one by one. Of more, the first and the last are, as these say most;
/// one station stands for all between.
const MAX_STATIONS: usize = 8;
const FIRST_STATIONS: usize = 3;

/// Somebody who passed the request on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Station {
    pub(crate) role: Role,
    /// The address, or what stands in its place; none where nobody says.
    pub(crate) name: Option<String>,
    /// What the proxy calls itself in `Via`.
    pub(crate) via: Option<String>,
    pub(crate) source: Source,
    /// Whether this is whom the server takes for its client.
    pub(crate) counts_as_client: bool,
}

/// What a station is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Client,
    /// Nothing tells which of the two.
    ClientOrProxy,
    /// Counted from the client.
    Proxy(usize),
    /// As many proxies as these.
    Between(usize),
}

/// How it is known that a station is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// It connected.
    Connection,
    /// A proxy in `trusted_proxies` says so.
    Trusted,
    /// A header says so, which anybody may have written.
    Claimed,
    /// It must be there, and nothing says who it is.
    Hidden,
}

/// The stations before the server, the client first.
pub(crate) fn stations(seen: &Seen, verdict: &Verdict) -> Vec<Station> {
    let (claimed, believed) = seen.claimed_and_believed();
    let in_forwarded = seen.claimed_in_forwarded();
    let named: Vec<&Node> = match claimed {
        [] => in_forwarded.clone(),
        _ => claimed.iter().collect(),
    };
    // Proxies that are not trusted. Each list says at most that many, as a proxy may leave any of them as it is.
    let proxies = match verdict.kind {
        Kind::None => 0,
        Kind::Elite => 1,
        _ => named
            .len()
            .max(in_forwarded.len())
            .max(seen.vias_of_others()),
    };
    let mut stations: Vec<Station> = (0..proxies)
        .map(|index| {
            // The last entry is of who connected to the last of them.
            let from_right = proxies - index;
            let node = named.len().checked_sub(from_right).map(|at| named[at]);
            Station::claimed(node)
        })
        .collect();
    let last = if believed.is_empty() {
        Source::Connection
    } else {
        Source::Trusted
    };
    stations.push(Station {
        counts_as_client: true,
        ..Station::shown(seen.client_addr.map(Node::Address).as_ref(), last)
    });
    if let Some((_, trusted)) = believed.split_first() {
        let trusted = trusted.iter().map(Some);
        stations.extend(trusted.map(|node| Station::shown(node, Source::Trusted)));
        let peer = seen.remote_addr.map(Node::Address);
        stations.push(Station::shown(peer.as_ref(), Source::Connection));
    }
    // Otherwise nobody knows which entry is whose.
    if seen.via.len() + 1 == stations.len() {
        for (proxy, via) in stations.iter_mut().skip(1).zip(&seen.via) {
            proxy.via = Some(via.received_by.clone());
        }
    }
    for (index, station) in stations.iter_mut().enumerate() {
        station.role = match index {
            0 if verdict.candidates.contains(&Kind::Elite) && proxies == 0 => Role::ClientOrProxy,
            0 => Role::Client,
            _ => Role::Proxy(index),
        };
    }
    folded(stations)
}

/// The same with one station for those in the middle, where they are many.
fn folded(mut stations: Vec<Station>) -> Vec<Station> {
    let Some(more) = stations
        .len()
        .checked_sub(MAX_STATIONS)
        .filter(|more| *more > 0)
    else {
        return stations;
    };
    // One more goes, for the one that stands for them.
    let many = more + 1;
    let between = Station {
        role: Role::Between(many),
        ..Station::claimed(None)
    };
    stations.splice(FIRST_STATIONS..FIRST_STATIONS + many, [between]);
    stations
}

impl Station {
    fn claimed(node: Option<&Node>) -> Self {
        Self::shown(node, Source::Claimed)
    }

    fn shown(node: Option<&Node>, source: Source) -> Self {
        let name = node
            .filter(|node| **node != Node::Unknown)
            .map(Node::to_string);
        Self {
            role: Role::Client,
            source: if name.is_some() {
                source
            } else {
                Source::Hidden
            },
            name,
            via: None,
            counts_as_client: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seen::tests::seen;

    const XFF: &str = "x-forwarded-for";
    const VIA: &str = "via";
    const REAL: &str = "203.0.113.9";

    /// Each station in a word: its place in the row, who it is, and how that is known.
    fn drawn(seen: &Seen, real_ip: Option<&str>) -> Vec<String> {
        let verdict = Verdict::new(seen, real_ip.map(|text| text.parse().unwrap()));
        let word = |station: Station| {
            let role = match station.role {
                Role::Client => "client".to_owned(),
                Role::ClientOrProxy => "somebody".to_owned(),
                Role::Proxy(n) => format!("proxy{n}"),
                Role::Between(n) => format!("{n} more"),
            };
            let via = station.via.map(|via| format!("({via})"));
            let source = match station.source {
                Source::Connection => "!",
                Source::Trusted => "+",
                Source::Claimed => "?",
                Source::Hidden => "-",
            };
            let client = if station.counts_as_client { "*" } else { "" };
            let (name, via) = (station.name.unwrap_or_default(), via.unwrap_or_default());
            format!("{role} {name}{via}{source}{client}")
        };
        stations(seen, &verdict).into_iter().map(word).collect()
    }

    #[test]
    fn the_way_is_drawn_as_the_headers_have_it() {
        for (lines, real_ip, want) in [
            (&[][..], None, &["somebody 198.51.100.7!*"][..]),
            (&[], Some("198.51.100.7"), &["client 198.51.100.7!*"]),
            (&[], Some(REAL), &["client -", "proxy1 198.51.100.7!*"]),
            // The tutorial's example: IP0, IP1, IP2, and IP3 connects.
            (
                &[
                    (XFF, "192.0.2.1, 192.0.2.2, 192.0.2.3"),
                    (VIA, "1.1 a, 1.1 b, 1.1 c"),
                ],
                None,
                &[
                    "client 192.0.2.1?",
                    "proxy1 192.0.2.2(a)?",
                    "proxy2 192.0.2.3(b)?",
                    "proxy3 198.51.100.7(c)!*",
                ],
            ),
            (
                &[(VIA, "1.1 a")],
                None,
                &["client -", "proxy1 198.51.100.7(a)!*"],
            ),
            (
                &[(XFF, "unknown, _x, <b>")],
                None,
                &[
                    "client -",
                    "proxy1 _x?",
                    "proxy2 <b>?",
                    "proxy3 198.51.100.7!*",
                ],
            ),
            // Whose entry of Via this is, nobody knows.
            (
                &[(XFF, "192.0.2.1, 192.0.2.2"), (VIA, "1.1 a")],
                None,
                &[
                    "client 192.0.2.1?",
                    "proxy1 192.0.2.2?",
                    "proxy2 198.51.100.7!*",
                ],
            ),
            (
                &[(XFF, "192.0.2.2"), (VIA, "1.1 a, 1.1 b")],
                None,
                &[
                    "client -",
                    "proxy1 192.0.2.2(a)?",
                    "proxy2 198.51.100.7(b)!*",
                ],
            ),
            (
                &[("forwarded", "for=192.0.2.1, for=_x")],
                None,
                &["client 192.0.2.1?", "proxy1 _x?", "proxy2 198.51.100.7!*"],
            ),
            // Made up by who connects.
            (
                &[(XFF, "192.0.2.1")],
                Some("198.51.100.7"),
                &["client 198.51.100.7!*"],
            ),
        ] {
            assert_eq!(drawn(&seen(lines), real_ip), want, "{lines:?}");
        }
    }

    #[test]
    fn trusted_proxies_stand_before_the_server() {
        for (line, believed, real_ip, want) in [
            (
                "10.0.0.9, 203.0.113.9, 10.0.0.2",
                2,
                None,
                &[
                    "client 10.0.0.9?",
                    "proxy1 203.0.113.9+*",
                    "proxy2 10.0.0.2+",
                    "proxy3 198.51.100.7!",
                ][..],
            ),
            (
                "203.0.113.9",
                1,
                Some(REAL),
                &["client 203.0.113.9+*", "proxy1 198.51.100.7!"],
            ),
            (
                "192.0.2.1",
                1,
                Some(REAL),
                &["client -", "proxy1 192.0.2.1+*", "proxy2 198.51.100.7!"],
            ),
            // Forged by the client itself.
            (
                "10.0.0.9, 203.0.113.9",
                1,
                Some(REAL),
                &["client 203.0.113.9+*", "proxy1 198.51.100.7!"],
            ),
        ] {
            let mut seen = seen(&[(XFF, line)]);
            seen.believed = believed;
            seen.client_addr = seen.claimed_and_believed().1[0].address();
            assert_eq!(drawn(&seen, real_ip), want, "{line}");
        }
    }

    #[test]
    fn where_each_proxy_names_itself_each_has_its_name() {
        for (via, want) in [
            (
                "1.1 a",
                &["somebody 203.0.113.9+*", "proxy1 198.51.100.7(a)!"][..],
            ),
            (
                "1.1 a, 1.1 b",
                &[
                    "client -",
                    "proxy1 203.0.113.9(a)+*",
                    "proxy2 198.51.100.7(b)!",
                ],
            ),
        ] {
            let seen = Seen {
                believed: 1,
                client_addr: Some(REAL.parse().unwrap()),
                ..seen(&[(XFF, REAL), (VIA, via)])
            };
            assert_eq!(drawn(&seen, None), want, "{via}");
        }
    }

    #[test]
    fn where_nothing_is_known_somebody_is_there() {
        assert_eq!(drawn(&Seen::default(), None), ["somebody -*"]);
    }

    #[test]
    fn of_many_the_first_and_the_last_are_drawn() {
        let line = |hops: usize| vec!["192.0.2.1"; hops].join(", ");
        let seven = drawn(&seen(&[(XFF, &line(7))]), None);
        assert_eq!(
            (seven.len(), seven[7].as_str()),
            (8, "proxy7 198.51.100.7!*")
        );
        for hops in [8, 50, 1_000] {
            let drawn = drawn(&seen(&[(XFF, &line(hops))]), None);
            assert_eq!(drawn.len(), MAX_STATIONS, "{hops}");
            assert_eq!(drawn[2], "proxy2 192.0.2.1?");
            assert_eq!(drawn[3], format!("{} more -", hops - 6));
            assert_eq!(drawn[4], format!("proxy{} 192.0.2.1?", hops - 3));
            assert_eq!(drawn[7], format!("proxy{hops} 198.51.100.7!*"));
        }
    }
}
