//! What a server sees of the way that a request came.

use std::{collections::HashSet, net::IpAddr};

use kit::{
    Request,
    forwarded::{self, Forwarded, Node, Via},
};

/// The tutorial's three variables, with what stands in them, and `Forwarded`, which is the standard for the third.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// REMOTE_ADDR: who connected; `None` where the runtime does not say.
    pub(crate) remote_addr: Option<IpAddr>,
    /// HTTP_X_FORWARDED_FOR, the farthest first.
    pub(crate) x_forwarded_for: Vec<Node>,
    /// How many of its last entries proxies in `trusted_proxies` added.
    pub(crate) believed: usize,
    /// Whether who connected is one of these proxies. It may have added no entry.
    pub(crate) is_peer_trusted: bool,
    /// HTTP_VIA, the farthest first.
    pub(crate) via: Vec<Via>,
    pub(crate) forwarded: Vec<Forwarded>,
    /// Who connected to the farthest proxy in `trusted_proxies`; without one the same as `remote_addr`.
    pub(crate) client_addr: Option<IpAddr>,
}

impl Seen {
    pub(crate) fn from_request(request: &Request) -> Self {
        let headers = request.headers();
        Self {
            remote_addr: request.remote_addr(),
            x_forwarded_for: forwarded::x_forwarded_for(headers),
            believed: request.believed_hops(),
            is_peer_trusted: request.is_from_trusted_proxy(),
            via: Via::all(headers),
            forwarded: Forwarded::all(headers),
            client_addr: request.client_addr(),
        }
    }

    /// The entries of `X-Forwarded-For` that anybody may have written, and those that trusted proxies added.
    pub(crate) fn claimed_and_believed(&self) -> (&[Node], &[Node]) {
        let claimed = self.x_forwarded_for.len().saturating_sub(self.believed);
        self.x_forwarded_for.split_at(claimed)
    }

    /// What `Forwarded` says of others than those whom trusted proxies name in `X-Forwarded-For` as well.
    pub(crate) fn claimed_in_forwarded(&self) -> Vec<&Node> {
        let believed = self.believed_addresses();
        let clients = self.forwarded.iter().map(|element| &element.client);
        clients
            .map(|client| client.as_ref().unwrap_or(&Node::Unknown))
            .filter(|client| {
                client
                    .address()
                    .is_none_or(|address| !believed.contains(&address))
            })
            .collect()
    }

    /// How many entries of `Via` are certainly not of trusted proxies: each of those adds one at most.
    pub(crate) fn vias_of_others(&self) -> usize {
        let trusted = self.believed.max(usize::from(self.is_peer_trusted));
        self.via.len().saturating_sub(trusted)
    }

    /// The addresses that trusted proxies name: of who connected to each of them.
    pub(crate) fn believed_addresses(&self) -> HashSet<IpAddr> {
        let (_, believed) = self.claimed_and_believed();
        believed.iter().filter_map(Node::address).collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use bytes::Bytes;
    use http_body_util::Full;

    use super::*;

    /// Who connects in the tests.
    pub(crate) const PROXY: &str = "198.51.100.7";

    /// What is seen of a request that [`PROXY`] sent with these lines, of which nobody is trusted.
    pub(crate) fn seen(lines: &[(&str, &str)]) -> Seen {
        let request = http::Request::get("/proxy/inspect");
        let request = lines
            .iter()
            .fold(request, |request, (name, value)| {
                request.header(*name, value.as_bytes())
            })
            .header("spin-client-addr", format!("{PROXY}:4711"));
        Seen::from_request(&Request::new(
            request.body(Full::new(Bytes::new())).unwrap(),
        ))
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        let seen = seen(&[
            ("x-forwarded-for", "203.0.113.9, 198.51.100.1"),
            ("forwarded", "for=203.0.113.9, for=198.51.100.7, proto=http"),
            ("spin-client-addr", "203.0.113.9:80"),
        ]);
        assert_eq!(seen.remote_addr, Some(PROXY.parse().unwrap()));
        assert_eq!(seen.client_addr, seen.remote_addr);
        assert_eq!(seen.claimed_and_believed().0.len(), 2);
        let claimed: Vec<String> = seen
            .claimed_in_forwarded()
            .iter()
            .map(|node| node.to_string())
            .collect();
        assert_eq!(claimed, ["203.0.113.9", PROXY, "unknown"]);
    }

    #[test]
    fn what_trusted_proxies_added_is_shown_and_no_claim() {
        let seen = Seen {
            believed: 2,
            ..seen(&[
                ("x-forwarded-for", "10.0.0.9, 203.0.113.9, 10.0.0.2"),
                ("forwarded", "for=203.0.113.9, for=10.0.0.9, for=10.0.0.2"),
            ])
        };
        let (claimed, believed) = seen.claimed_and_believed();
        assert_eq!((claimed.len(), believed.len()), (1, 2));
        let addresses = ["203.0.113.9", "10.0.0.2"].map(|address| address.parse().unwrap());
        assert_eq!(seen.believed_addresses(), HashSet::from(addresses));
        assert_eq!(seen.claimed_in_forwarded().len(), 1);
    }
}
