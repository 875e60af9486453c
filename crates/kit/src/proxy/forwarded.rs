//! `X-Forwarded-*` and `Forwarded` (RFC 7239): whom a request is from.

use http::{HeaderMap, HeaderName, HeaderValue, header::FORWARDED};

use crate::{
    forwarded::{Forwarded, Node, X_FORWARDED_FOR, X_FORWARDED_PROTO, split},
    request::Request,
};

const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// Whether a header says whom a request is from. `X_Forwarded_For` is one as well: to CGI and WSGI both are
/// `HTTP_X_FORWARDED_FOR`.
fn tells_client(name: &HeaderName) -> bool {
    let name = name.as_str().replace('_', "-");
    name.starts_with("x-forwarded-")
        || [
            "forwarded",
            "x-real-ip",
            "client-ip",
            "x-client-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "fastly-client-ip",
            "x-cluster-client-ip",
            "x-original-forwarded-for",
            "x-originating-ip",
        ]
        .contains(&name.as_str())
}

/// Takes away all that says whom a request is from.
pub fn forget_client(headers: &mut HeaderMap) {
    let names: Vec<HeaderName> = headers
        .keys()
        .filter(|name| tells_client(name))
        .cloned()
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// Tells the next server whom a request is from, and where it went: `X-Forwarded-For`, `-Proto`, `-Host` and
/// `-Prefix`, and `Forwarded`. `prefix` is the path here below which the next server's paths are.
///
/// What the request says of that itself is thrown away: a client may have made it up. Where it comes from a trusted
/// proxy (`App::behind_proxies`), one list is kept and added to: `X-Forwarded-For`, or `Forwarded` where there is no
/// `X-Forwarded-For`. A proxy writes one of the two, and often passes the other on as it came.
pub fn tell_client(request: &Request, headers: &mut HeaderMap, prefix: &str) {
    let (list, lines) = believed(request, headers);
    forget_client(headers);
    for line in lines {
        headers.append(&list, line);
    }
    let peer = request.remote_addr();
    let (scheme, host) = (request.scheme(), request.host());
    let element = Forwarded {
        client: Some(peer.map_or(Node::Unknown, Node::Address)),
        host: host.map(str::to_owned),
        proto: Some(scheme.to_string()),
        by: None,
    };
    add_to_list(headers, &FORWARDED, &element.to_string());
    if let Some(peer) = peer {
        add_to_list(headers, &X_FORWARDED_FOR, &peer.to_string());
    }
    set(headers, X_FORWARDED_PROTO, scheme.as_str());
    if let Some(host) = host {
        set(headers, X_FORWARDED_HOST, host);
    }
    set(headers, X_FORWARDED_PREFIX, prefix);
}

/// The list that a trusted proxy added to, and its lines; without lines where there is no such proxy. A quotation that
/// never ends would swallow what is added.
fn believed(request: &Request, headers: &HeaderMap) -> (HeaderName, Vec<HeaderValue>) {
    let list = match headers.contains_key(X_FORWARDED_FOR) {
        true => X_FORWARDED_FOR,
        false => FORWARDED,
    };
    let lines: Vec<_> = headers.get_all(&list).iter().cloned().collect();
    let is_whole = |line: &HeaderValue| split(line.as_bytes(), b',').is_some();
    let is_believed =
        request.is_from_trusted_proxy() && (list == X_FORWARDED_FOR || lines.iter().all(is_whole));
    let lines = if is_believed { lines } else { Vec::new() };
    (list, lines)
}

/// Adds an element to a list, which is one line then: some servers look at the first one only.
pub fn add_to_list(headers: &mut HeaderMap, name: &HeaderName, element: &str) {
    let lines = headers.get_all(name).iter();
    let lines = lines.map(HeaderValue::as_bytes).chain([element.as_bytes()]);
    let list = lines.collect::<Vec<_>>().join(&b", "[..]);
    if let Ok(list) = HeaderValue::from_bytes(&list) {
        headers.insert(name, list);
    }
}

/// Sets a header to what came in another one, which is a valid value by that.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::Empty;

    use super::*;

    const TRUSTED: &str = "10.0.0.0/8, 2001:db8::/32";

    /// What the next server gets to know, where this address connected and sent these lines.
    fn told(peer: &str, lines: &[(&str, &str)]) -> Vec<String> {
        let mut request = http::Request::get("/proxy/reverse/a")
            .header("host", "words.example:3000")
            .header("spin-client-addr", peer);
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        let mut request = Request::new(request.body(Empty::new()).unwrap());
        request.set_proxies(TRUSTED.parse().unwrap());
        let mut headers = super::super::client_headers(&request);
        tell_client(&request, &mut headers, "/proxy/reverse");
        let mut told: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        told.sort();
        told
    }

    #[test]
    fn what_a_client_made_up_is_thrown_away() {
        let want = [
            "forwarded: for=203.0.113.9;host=\"words.example:3000\";proto=http",
            "x-forwarded-for: 203.0.113.9",
            "x-forwarded-host: words.example:3000",
            "x-forwarded-prefix: /proxy/reverse",
            "x-forwarded-proto: http",
        ];
        assert_eq!(told("203.0.113.9:4711", &[]), want);
        let forged = [
            ("x-forwarded-for", "127.0.0.1"),
            ("x-forwarded-for", "10.0.0.1"),
            ("X_Forwarded_For", "127.0.0.1"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-prefix", "/evil"),
            ("x-forwarded-port", "443"),
            ("x-real-ip", "127.0.0.1"),
            ("forwarded", "for=127.0.0.1;proto=https"),
        ];
        assert_eq!(told("203.0.113.9:4711", &forged), want);
    }

    #[test]
    fn what_a_trusted_proxy_says_is_added_to() {
        let said = [
            ("x-forwarded-for", "203.0.113.9, 10.0.0.3"),
            ("x-forwarded-for", "10.0.0.2"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "shop.example"),
            ("x-forwarded-prefix", "/shop/"),
            ("x-real-ip", "127.0.0.1"),
            ("forwarded", "for=127.0.0.1;proto=https"),
        ];
        assert_eq!(
            told("10.0.0.1:80", &said),
            [
                "forwarded: for=10.0.0.1;host=\"words.example:3000\";proto=https",
                "x-forwarded-for: 203.0.113.9, 10.0.0.3, 10.0.0.2, 10.0.0.1",
                "x-forwarded-host: words.example:3000",
                "x-forwarded-prefix: /proxy/reverse",
                "x-forwarded-proto: https",
            ]
        );
    }

    #[test]
    fn forwarded_is_kept_where_it_is_the_only_list_and_every_quotation_ends() {
        for (lines, before) in [
            (
                &["for=203.0.113.9;proto=https"][..],
                "for=203.0.113.9;proto=https, ",
            ),
            (
                &["for=203.0.113.9", "for=\"_a,b\""],
                "for=203.0.113.9, for=\"_a,b\", ",
            ),
            (&["for=203.0.113.9", "for=\"127.0.0.1"], ""),
        ] {
            let said: Vec<_> = lines.iter().map(|line| ("forwarded", *line)).collect();
            let told = told("10.0.0.1:80", &said);
            let own = "for=10.0.0.1;host=\"words.example:3000\";proto=";
            let start = format!("forwarded: {before}{own}");
            assert!(told[0].starts_with(&start), "{told:?}");
            assert_eq!(told[1], "x-forwarded-for: 10.0.0.1");
        }
    }

    #[test]
    fn an_ipv6_address_is_quoted_where_rfc_7239_asks_for_it() {
        let told = told("[2001:db8:1::9]:4711", &[]);
        assert_eq!(
            told[0],
            "forwarded: for=\"[2001:db8:1::9]\";host=\"words.example:3000\";proto=http"
        );
        assert_eq!(told[1], "x-forwarded-for: 2001:db8:1::9");
    }

    #[test]
    fn an_unknown_client_is_called_that() {
        let told = told("", &[("x-forwarded-for", "127.0.0.1")]);
        assert!(told[0].starts_with("forwarded: for=unknown;"), "{told:?}");
        assert!(
            !told.iter().any(|line| line.starts_with("x-forwarded-for")),
            "{told:?}"
        );
    }
}
