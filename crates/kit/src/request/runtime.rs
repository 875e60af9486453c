//! What the runtime tells about a request, in headers that begin with `spin-`.
//!
//! Spin puts its own behind those that a client forged, so only the last value of a name is true.
//! Some runtimes set none; then nothing is known, and nothing may be decided by it.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName, Uri};

pub(crate) const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");
pub(crate) const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");

/// Whether a header is the runtime's, or pretends to be.
pub(crate) fn owns(name: &HeaderName) -> bool {
    name.as_str().starts_with("spin-")
}

/// The address of who connected, without the port.
pub(crate) fn client_addr(headers: &HeaderMap) -> Option<IpAddr> {
    let text = last(headers, CLIENT_ADDR)?;
    let address = text
        .parse()
        .map(|address: SocketAddr| address.ip())
        .or_else(|_| text.parse())
        .ok()?;
    Some(address.to_canonical())
}

/// The URL as the client sent it.
pub(crate) fn full_url(headers: &HeaderMap) -> Option<Uri> {
    last(headers, FULL_URL)?.parse().ok()
}

fn last(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get_all(name).iter().next_back()?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn the_address_is_the_last_one_without_its_port() {
        for (values, want) in [
            (&[][..], None),
            (&["127.0.0.1:4711"], Some("127.0.0.1")),
            (&["10.0.0.1:1", "192.0.2.7:2"], Some("192.0.2.7")),
            (&["[2001:db8::1]:80"], Some("2001:db8::1")),
            (&["[::ffff:192.0.2.7]:80"], Some("192.0.2.7")),
            (&["192.0.2.7"], Some("192.0.2.7")),
            (&["10.0.0.1:1", "unknown"], None),
        ] {
            let want = want.map(|text| text.parse().unwrap());
            assert_eq!(
                client_addr(&headers(CLIENT_ADDR, values)),
                want,
                "{values:?}"
            );
        }
    }

    #[test]
    fn a_forged_url_is_not_believed() {
        let headers = headers(
            FULL_URL,
            &["https://evil.example/", "http://words.example/add"],
        );
        assert_eq!(
            full_url(&headers),
            Some(Uri::from_static("http://words.example/add"))
        );
    }
}
