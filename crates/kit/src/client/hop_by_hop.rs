//! Headers that concern one connection, by RFC 9110, section 7.6.1.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONNECTION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE},
};

/// Those that always do. `Proxy-Authenticate` and `Proxy-Authorization` concern the next proxy alone, and no
/// component may send them.
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static("keep-alive"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    HeaderName::from_static("proxy-connection"),
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Takes them away, and those that `Connection` names.
///
/// That the sender takes trailers (`TE: trailers`) holds for the next connection as well, as trailers are passed
/// on.
pub(super) fn remove(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = members(headers, &CONNECTION)
        .filter_map(|name| name.parse().ok())
        .collect();
    let trailers = members(headers, &TE).any(|coding| coding.eq_ignore_ascii_case("trailers"));
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
    if trailers {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
}

/// The members of a list, over all lines of a header.
fn members<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).into_iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_concerns_the_connection_is_taken_away_and_all_else_stays() {
        for (lines, want) in [
            (
                &[("accept", "*/*"), ("x-a", "1"), ("x-a", "2")][..],
                &["accept: */*", "x-a: 1", "x-a: 2"][..],
            ),
            (
                &[
                    ("connection", "close"),
                    ("keep-alive", "timeout=5"),
                    ("proxy-authenticate", "Basic"),
                    ("proxy-authorization", "Basic OnRva2Vu"),
                    ("proxy-connection", "keep-alive"),
                    ("transfer-encoding", "chunked"),
                    ("upgrade", "h2c"),
                    ("http2-settings", "AAMAAABk"),
                    ("trailer", "x-sum"),
                ],
                &["trailer: x-sum"],
            ),
            (
                &[
                    ("connection", "close, X-Drop ,, x y"),
                    ("connection", "x-drop-too"),
                    ("x-drop", "1"),
                    ("x-drop", "2"),
                    ("x-drop-too", "3"),
                    ("x-keep", "4"),
                ],
                &["x-keep: 4"],
            ),
            (&[("te", "gzip, Trailers")], &["te: trailers"]),
            (&[("te", "gzip;q=0.5")], &[]),
            (
                &[("connection", "te"), ("te", "trailers")],
                &["te: trailers"],
            ),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in lines {
                headers.append(*name, HeaderValue::from_static(value));
            }
            remove(&mut headers);
            let mut left: Vec<String> = headers
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            left.sort();
            assert_eq!(left, want, "{lines:?}");
        }
    }
}
