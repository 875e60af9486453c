use http_body_util::Full;

use super::*;

fn get(lines: &[(&str, &str)]) -> Request {
    let request = http::Request::get("http://uri.example:81/a%20b?x=1&x=2");
    let request = lines.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    Request::new(request.body(Full::new(Bytes::new())).unwrap())
}

#[test]
fn the_query_is_read_apart_from_the_path() {
    let request = get(&[]);
    assert_eq!(request.args().getlist("x"), ["1", "2"]);
    assert_eq!(request.path(), "/a%20b");
}

#[test]
fn headers_are_listed_without_those_of_the_runtime() {
    let request = get(&[
        ("x-a", "1"),
        ("spin-client-addr", "10.0.0.1:1"),
        ("x-a", "2"),
        ("x-utf-8", "\u{e9}"),
        ("x-3d_m.odel", ""),
    ]);
    let want = [
        ("Host", "uri.example:81"),
        ("X-A", "1"),
        ("X-A", "2"),
        ("X-Utf-8", "Ã©"),
        ("X-3D_M.Odel", ""),
    ];
    assert_eq!(
        request.header_items(),
        want.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
}

#[test]
fn the_client_is_who_connected_unless_a_proxy_did() {
    let peer = ("spin-client-addr", "10.0.0.1:4711");
    let forwarded_for = ("x-forwarded-for", "203.0.113.9");
    for (lines, trusted, want) in [
        (&[forwarded_for][..], "0.0.0.0/0", None),
        (&[peer, forwarded_for], "", Some("10.0.0.1")),
        (&[peer, forwarded_for], "10.0.0.0/8", Some("203.0.113.9")),
        (&[peer], "10.0.0.0/8", Some("10.0.0.1")),
    ] {
        let want = want.map(|address| address.parse().unwrap());
        let mut request = get(lines);
        request.set_proxies(trusted.parse().unwrap());
        assert_eq!(request.client_addr(), want, "{lines:?} {trusted}");
    }
}

#[test]
fn the_host_is_the_header_or_else_the_uris() {
    for (lines, want) in [
        (&[][..], Some("uri.example:81")),
        (&[("host", "words.example")], Some("words.example")),
        (&[("host", "a.example"), ("host", "b.example")], None),
    ] {
        assert_eq!(get(lines).host(), want, "{lines:?}");
    }
}

#[test]
fn the_scheme_is_the_one_that_the_client_sees() {
    assert_eq!(get(&[]).scheme(), Scheme::HTTP);
    assert_eq!(
        get(&[("spin-full-url", "https://words.example/")]).scheme(),
        Scheme::HTTPS
    );
    let peer = ("spin-client-addr", "10.0.0.1:4711");
    let by_http = ("spin-full-url", "http://words.example/");
    let by_https = ("spin-full-url", "https://words.example/");
    let (http, https) = (
        ("x-forwarded-proto", "http"),
        ("x-forwarded-proto", "https"),
    );
    for (lines, trusted, want) in [
        (&[peer, by_http, https][..], "10.0.0.0/8", Scheme::HTTPS),
        (&[peer, by_https, http], "10.0.0.0/8", Scheme::HTTP),
        (&[peer, by_http, https], "192.0.2.0/24", Scheme::HTTP),
        (&[peer, by_http, https], "", Scheme::HTTP),
        // Nobody knows who connected.
        (&[by_http, https], "0.0.0.0/0", Scheme::HTTP),
    ] {
        let mut request = get(lines);
        request.set_proxies(trusted.parse().unwrap());
        assert_eq!(request.scheme(), want, "{lines:?} {trusted}");
    }
}

#[test]
fn a_parameter_that_the_route_lacks_is_our_fault() {
    let mut request = get(&[]);
    request.set_path_params(vec![("id", "7".to_owned())]);
    assert_eq!(request.path_param("id").unwrap(), "7");
    assert!(matches!(request.path_param("x"), Err(Error::Internal(_))));
}
