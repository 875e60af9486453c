//! Requests that another site made a browser send.
//!
//! A browser says where a request comes from in `Sec-Fetch-Site` (W3C Fetch Metadata), an older one
//! in `Origin` (RFC 6454), and no page can forge either. With a GET over plain HTTP it sends neither; then there
//! is still `Referer` (RFC 9110, section 10.1.3). No page can forge that either, but a page can leave it out, and
//! from a page on https a browser sends none to plain HTTP. Nor does it where somebody types the address or takes
//! a bookmark. So a request without any of the three passes. Over https today's browsers always send
//! `Sec-Fetch-Site`.

use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ORIGIN, REFERER},
};

use crate::request::Request;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Request {
    /// Whether a browser says that another site made the request.
    pub fn is_cross_site(&self) -> bool {
        let said = self.named(&[SEC_FETCH_SITE, ORIGIN, REFERER]);
        // Most programs say nothing, and then no more needs to be looked at.
        !said.is_empty() && is_cross_site(&said, self.host())
    }
}

/// Whether a browser marks the request as another site's. `host` is the request's own, as in `Host`.
fn is_cross_site(headers: &HeaderMap, host: Option<&str>) -> bool {
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter().peekable();
    if sites.peek().is_some() {
        return sites.any(|site| site != "same-origin" && site != "none");
    }
    let host = host.map(str::to_ascii_lowercase);
    let is_other = |named: &HeaderValue, read: fn(&str) -> Option<String>| {
        let named = named.to_str().ok().and_then(read);
        named.is_none() || named != host
    };
    if headers.contains_key(ORIGIN) {
        let mut origins = headers.get_all(ORIGIN).iter();
        return origins.any(|origin| is_other(origin, origin_host));
    }
    let mut referers = headers.get_all(REFERER).iter();
    referers.any(|referer| referer != NO_REFERER && is_other(referer, referer_host))
}

/// What stands for no page at all (RFC 9110, section 10.1.3).
const NO_REFERER: &str = "about:blank";

/// The host of the page that a request comes from, as [`origin_host`] has it.
fn referer_host(referer: &str) -> Option<String> {
    let (scheme, rest) = referer.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    origin_host(&format!("{scheme}://{}", rest.get(..end)?))
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
    fn a_client_that_sends_no_header_passes() {
        assert!(!crosses(&[], Some("words.example")));
        assert!(!crosses(&[], None));
    }

    #[test]
    fn the_page_decides_where_nothing_else_does() {
        const HOST: &str = "words.example:3000";
        for (lines, want) in [
            (
                &[("referer", "http://words.example:3000/?q=a#b")][..],
                false,
            ),
            (&[("referer", "https://words.example:3000/")], false),
            (&[("referer", "http://WORDS.example:3000")], false),
            (
                &[(
                    "referer",
                    "http://words.example:3000?a=http://evil.example/",
                )],
                false,
            ),
            (&[("referer", "about:blank")], false),
            (&[("referer", "http://evil.example/")], true),
            (&[("referer", "http://evil.example")], true),
            (&[("referer", "http://words.example/")], true),
            (&[("referer", "http://words.example:3001/")], true),
            (
                &[("referer", "http://words.example:3000.evil.example/")],
                true,
            ),
            (
                &[("referer", "http://evil.example/words.example:3000")],
                true,
            ),
            (
                &[("referer", "http://evil.example?://words.example:3000")],
                true,
            ),
            (
                &[("referer", "http://words.example:3000@evil.example/")],
                true,
            ),
            (
                &[("referer", "http://evil.example\\@words.example:3000/")],
                true,
            ),
            (&[("referer", "http://a@words.example:3000/")], true),
            (&[("referer", "")], true),
            (&[("referer", "null")], true),
            (&[("referer", "/words")], true),
            (&[("referer", "//words.example:3000/")], true),
            (&[("referer", "words.example:3000")], true),
            (
                &[
                    ("referer", "http://words.example:3000/"),
                    ("referer", "http://evil.example/"),
                ],
                true,
            ),
            // What a browser says more exactly counts.
            (
                &[
                    ("referer", "http://evil.example/"),
                    ("sec-fetch-site", "same-origin"),
                ],
                false,
            ),
            (
                &[
                    ("referer", "http://evil.example/"),
                    ("origin", "http://words.example:3000"),
                ],
                false,
            ),
            (
                &[
                    ("referer", "http://words.example:3000/"),
                    ("origin", "null"),
                ],
                true,
            ),
            (
                &[
                    ("referer", "http://words.example:3000/"),
                    ("sec-fetch-site", "cross-site"),
                ],
                true,
            ),
        ] {
            assert_eq!(crosses(lines, Some(HOST)), want, "{lines:?}");
        }
        assert!(crosses(&[("referer", "http://words.example/")], None));
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
