//! Requests that another site made a browser send.
//!
//! A browser says where a request comes from in `Sec-Fetch-Site` (W3C Fetch Metadata), an older one
//! in `Origin` (RFC 6454), and no page can forge either. A client that sends neither is no browser,
//! so it holds nobody's cookies.

use http::{HeaderMap, HeaderName, header::ORIGIN};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a browser marks the request as another site's. `host` is the request's own, as in `Host`.
pub(crate) fn is_cross_site(headers: &HeaderMap, host: Option<&str>) -> bool {
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter().peekable();
    if sites.peek().is_some() {
        return sites.any(|site| site != "same-origin" && site != "none");
    }
    headers.get_all(ORIGIN).iter().any(|origin| {
        let origin = origin.to_str().ok().and_then(origin_host);
        origin.is_none() || origin != host.map(str::to_ascii_lowercase)
    })
}

/// The host of an origin, in the form that `Host` has: no scheme, the port where there is one.
/// `null` has none, so it is never one's own.
fn origin_host(origin: &str) -> Option<String> {
    let (_, host) = origin.split_once("://")?;
    (!host.is_empty() && !host.contains(['/', '@'])).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn crosses(lines: &[(&'static str, &'static str)], host: Option<&str>) -> bool {
        let headers = lines
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .fold(HeaderMap::new(), |mut map, (name, value)| {
                map.append(name, value);
                map
            });
        is_cross_site(&headers, host)
    }

    #[test]
    fn a_client_that_sends_neither_header_passes() {
        assert!(!crosses(&[], Some("words.example")));
        assert!(!crosses(
            &[("referer", "https://evil.example/")],
            Some("words.example")
        ));
    }

    #[test]
    fn sec_fetch_site_decides_where_it_is_sent() {
        for (lines, want) in [
            (&[("sec-fetch-site", "same-origin")][..], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "SAME-ORIGIN")], true),
            (&[("sec-fetch-site", "")], true),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://evil.example"),
                ],
                false,
            ),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://words.example"),
                ],
                true,
            ),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-site", "cross-site"),
                ],
                true,
            ),
        ] {
            assert_eq!(crosses(lines, Some("words.example")), want, "{lines:?}");
        }
    }

    #[test]
    fn an_origin_must_be_of_the_host() {
        for (origin, host, want) in [
            ("https://words.example", "words.example", false),
            ("http://words.example", "words.example", false),
            ("https://WORDS.example", "words.EXAMPLE", false),
            ("http://127.0.0.1:3000", "127.0.0.1:3000", false),
            ("http://[::1]:3000", "[::1]:3000", false),
            ("http://127.0.0.1:3001", "127.0.0.1:3000", true),
            ("https://words.example:444", "words.example", true),
            ("https://words.example", "words.example:444", true),
            ("https://evil.example", "words.example", true),
            ("https://words.example.evil.example", "words.example", true),
            (
                "https://words.example@evil.example",
                "words.example@evil.example",
                true,
            ),
            ("https://words.example/", "words.example", true),
            ("null", "null", true),
            ("", "words.example", true),
            ("://", "", true),
            ("words.example", "words.example", true),
        ] {
            assert_eq!(
                crosses(&[("origin", origin)], Some(host)),
                want,
                "{origin} on {host}"
            );
        }
    }

    #[test]
    fn every_origin_counts_and_an_unknown_host_is_nobodys() {
        let twice = [("origin", "https://words.example"), ("origin", "null")];
        assert!(crosses(&twice, Some("words.example")));
        assert!(crosses(&[("origin", "https://words.example")], None));
    }
}
