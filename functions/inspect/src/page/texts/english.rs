//! The English texts.

use site::Counted;

use super::{Rank, Texts};
use crate::verdict::Kind;

pub(super) static TEXTS: Texts = Texts {
    words: "Words",
    title: "Proxies",
    title_aside: "代理",
    tagline: "How your request reached this server.",

    way_heading: "The way of this request",
    client: "Client",
    client_or_proxy: "You, or a hidden proxy",
    proxy: "Proxy {n}",
    between: Counted {
        one: "1 more proxy",
        many: "{n} more proxies",
    },
    server: "Server",
    from_connection: "The connection shows it.",
    from_trusted: "A trusted proxy says so.",
    claimed: "A header says so. Anybody could have written it.",
    hidden: "Nothing says who it is.",
    listed_below: "They are listed below.",
    this_server: "This page comes from here.",
    counts_as_client: "counts as the client",

    kind_heading: "Kind of proxy",
    either: "{a} or {b}",
    none: "No proxy",
    no_sign: "The request shows no sign of a proxy. There is none, or it hides itself. Enter your own address to find \
        out.",
    named: "The request came through a proxy that names {address}. If that is your own address, the proxy is transparent, \
        otherwise distorting.",
    nobody_named: "The headers show a proxy, but name no address except the proxy's own.",
    perhaps_trusted: "Via names no more proxies than the server trusts. They may be the server's own, so the header \
        does not show whether there is another.",
    own_connection: "The connection comes from {address} itself, and the request shows no sign of a proxy.",
    own_connection_and_claims: "The connection comes from {address} itself. What the headers say of proxies was added \
        on your side, or by the server's own proxies.",
    real_named: "The proxy passes on your address, {address}.",
    other_named: "The proxy names {address} as the client. That is not your address.",
    other_connected: "The connection comes from {address}, which is not your address, and the request shows no sign \
        of a proxy.",
    nobody_seen: "The server is not told who connected, and the request shows no sign of a proxy.",

    real_ip: "Your own address",
    real_ip_hint: "The address that servers see when you use no proxy, such as 203.0.113.9 or 2001:db8::9.",
    real_ip_wrong: "Write an address such as 203.0.113.9 or 2001:db8::9, without a port.",
    check: "Check",

    lines_heading: "What the server got",
    lines_text: "Only REMOTE_ADDR is certain. A header is what somebody wrote. Each proxy adds its entry on the right, so \
        what a client makes up is on the left. The server believes only entries that proxies in trusted_proxies added.",
    not_sent: "not sent",
    not_known: "not known",
    more: Counted {
        one: "1 more before these",
        many: "{n} more before these",
    },

    ranks_heading: "Four kinds of proxies",
    ranks_text: "From the one that hides most to the one that hides nothing: elite > distorting > anonymous > \
        transparent. With each, REMOTE_ADDR is the proxy's address.",
    remote_addr: "the proxy's address",
    ranks: [
        Rank {
            kind: Kind::Elite,
            name: "Elite",
            text: "The server sees a client like any other, and no sign of a proxy.",
            via: "not sent",
            x_forwarded_for: "not sent",
        },
        Rank {
            kind: Kind::Distorting,
            name: "Distorting",
            text: "The server sees that there is a proxy, and a wrong address for its client.",
            via: "the proxy",
            x_forwarded_for: "a made-up address",
        },
        Rank {
            kind: Kind::Anonymous,
            name: "Anonymous",
            text: "The server sees that there is a proxy, but not who uses it.",
            via: "the proxy",
            x_forwarded_for: "the proxy's address, or none",
        },
        Rank {
            kind: Kind::Transparent,
            name: "Transparent",
            text: "The server sees that there is a proxy, and who uses it.",
            via: "the proxy",
            x_forwarded_for: "your address",
        },
    ],
    this_one: "This one",
    perhaps: "Perhaps",
};
