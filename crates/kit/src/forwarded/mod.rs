//! What proxies say about a request: `X-Forwarded-For`, `Forwarded` (RFC 7239) and `Via` (RFC 9110, section 7.6.3).
//!
//! This reads and writes the headers and believes nobody: a client can send any of them. Who is believed is a matter of
//! `App::behind_proxies`.
//!
//! # Example
//! ```
//! use http::{HeaderMap, HeaderValue};
//! use kit::forwarded::{self, Node, Via};
//!
//! let mut headers = HeaderMap::new();
//! headers.append("x-forwarded-for", HeaderValue::from_static("203.0.113.9:4711, unknown"));
//! headers.append("via", HeaderValue::from_static("1.1 proxy.example (squid)"));
//!
//! let chain = forwarded::x_forwarded_for(&headers);
//! assert_eq!(chain, [Node::Address("203.0.113.9".parse()?), Node::Unknown]);
//! assert!(Via::all(&headers).iter().any(|via| via.is_from("proxy.example")));
//! # Ok::<(), std::net::AddrParseError>(())
//! ```

mod element;
mod list;
mod node;
mod via;

use http::{HeaderMap, HeaderName};

pub use self::{element::Forwarded, node::Node, via::Via};
pub(crate) use self::{
    list::{entries, split},
    node::address,
};

/// The header in which each proxy adds the address of who connected to it.
pub const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The header in which a proxy says with which scheme its client connected.
pub const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The entries of all lines of `X-Forwarded-For`, in order: the farthest first. Empty ones are left out, as in every
/// list of HTTP's (RFC 9110, section 5.6.1.2).
pub fn x_forwarded_for(headers: &HeaderMap) -> Vec<Node> {
    let lines = headers.get_all(X_FORWARDED_FOR).iter();
    let entries = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    entries
        .map(<[u8]>::trim_ascii)
        .filter(|entry| !entry.is_empty())
        .map(Node::parse)
        .collect()
}

/// What came, for whoever reads it.
fn as_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.trim_ascii()).into_owned()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_chain_is_what_all_lines_say_in_order() {
        let fifty = vec!["203.0.113.9"; 50].join(",");
        for (lines, want) in [
            (&[][..], &[][..]),
            (&["", " , ,"], &[]),
            (&["203.0.113.9"], &["203.0.113.9"]),
            (
                &["203.0.113.9:80 ,[2001:db8::9]:4711", "10.0.0.2"],
                &["203.0.113.9", "2001:db8::9", "10.0.0.2"],
            ),
            (&["a,,b, ,\tc"], &["a", "b", "c"]),
            (&["unknown, _secret"], &["unknown", "_secret"]),
            (&["唤醒, \"a\""], &["唤醒", "\"a\""]),
            (&[&fifty], &["203.0.113.9"; 50]),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
                headers.append(X_FORWARDED_FOR, line);
            }
            let got: Vec<String> = x_forwarded_for(&headers)
                .iter()
                .map(Node::to_string)
                .collect();
            assert_eq!(got, want, "{lines:?}");
        }
    }
}
