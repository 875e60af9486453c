//! The request as a component gets it: Spin's own headers, and a complete URI.

use std::net::SocketAddr;

use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Uri, Version,
    header::{
        CONNECTION, CONTENT_LENGTH, FORWARDED, HOST, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING,
        UPGRADE,
    },
    uri::{Authority, Scheme},
};

use crate::router::RouteMatch;

/// The largest body that a request may announce, in bytes. Components read a `Content-Length` as a
/// signed integer of 64 bits, and fail beyond it.
const MAX_CONTENT_LENGTH: u64 = i64::MAX as u64;

/// The host in `spin-full-url` where there is no `Host` header, as with HTTP/2; Spin's choice.
const UNNAMED_HOST: &str = "localhost";

const PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

/// Why a request cannot be handed to a component: always a mistake of the client. The answer is 400,
/// or 413 for a body that is too large.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadRequest {
    #[error("the request has no Host header")]
    NoHost,
    #[error("the request has more than one Host header")]
    SeveralHosts,
    #[error("the Host header is not a valid host name")]
    InvalidHost,
    #[error("the Host header and the request line name different hosts")]
    HostsDiffer,
    #[error("the request line has no path")]
    NoPath,
    #[error("the request line asks for {0}://, and this server asks others over http:// only")]
    OtherScheme(Scheme),
    #[error("the header {0} is not UTF-8")]
    NotUtf8(HeaderName),
    #[error("the Content-Length header is not a single number")]
    InvalidLength,
    #[error("a body may not be larger than {MAX_CONTENT_LENGTH} bytes")]
    TooLarge,
}

/// Completes a request as Spin's HTTP trigger does.
///
/// The URI gets the scheme by which the client reached us, and an authority. Spin's headers are added behind those that
/// a client sent under the same names, so the last value is the runtime's.
pub(crate) fn prepare<B>(
    request: &mut Request<B>,
    matched: &RouteMatch<'_, '_>,
    client: SocketAddr,
    scheme: &Scheme,
) -> Result<(), BadRequest> {
    let headers = request.headers_mut();
    remove_connection(headers);
    if let Some((name, _)) = headers
        .iter()
        .find(|(_, value)| std::str::from_utf8(value.as_bytes()).is_err())
    {
        return Err(BadRequest::NotUtf8(name.clone()));
    }
    check_length(headers)?;
    if request.version() < Version::HTTP_2 {
        check_scheme(request.uri(), scheme)?;
    }
    let uri = complete(request.uri(), request.headers(), scheme)?;
    let path_and_query = uri.path_and_query().ok_or(BadRequest::NoPath)?;
    let host = request.headers().get(HOST);
    let host = host
        .and_then(|host| host.to_str().ok())
        .unwrap_or(UNNAMED_HOST);
    let full_url = format!("{scheme}://{host}{path_and_query}");
    let path_info = matched.trailing_wildcard();
    let headers = request.headers_mut();
    for (name, value) in [
        (PATH_INFO, path_info.as_ref()),
        (FULL_URL, &full_url),
        (CLIENT_ADDR, &client.to_string()),
    ] {
        // As under Spin, what cannot be a header is left out, here and below.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.append(name, value);
        }
    }
    for (name, value) in matched.route.headers() {
        headers.append(name, value.clone());
    }
    for (name, value) in matched.segments() {
        let name = name.to_ascii_lowercase().replace('_', "-");
        if let (Ok(name), Ok(value)) = (
            HeaderName::try_from(format!("spin-path-match-{name}")),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            headers.append(name, value);
        }
    }
    *request.uri_mut() = uri;
    Ok(())
}

/// Headers that stay although `Connection` may name them. The request has a meaning only with the first ones. The next
/// ones are known to concern the connection, so whoever passes a request on takes them away by their names. In the last
/// ones a proxy says whom the request is from, and its client must not undo that.
const NEVER_REMOVED: [HeaderName; 12] = [
    HOST,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    TE,
    UPGRADE,
    HeaderName::from_static("http2-settings"),
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHORIZATION,
    FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-proto"),
];

/// Takes `Connection` away, and the headers that it names: they concern this connection only (RFC 9110, 7.6.1). A
/// component could not do that, as it does not see `Connection`.
fn remove_connection(headers: &mut HeaderMap) {
    let lines = headers.get_all(CONNECTION).iter();
    let names = lines.filter_map(|line| line.to_str().ok());
    let named: Vec<HeaderName> = names
        .flat_map(|line| line.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .filter(|name| !NEVER_REMOVED.contains(name))
        .collect();
    headers.remove(CONNECTION);
    for name in named {
        headers.remove(name);
    }
}

/// Checks that the announced length, if there is one, is a single number that a component can read.
fn check_length(headers: &HeaderMap) -> Result<(), BadRequest> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let (length, other) = (lengths.next(), lengths.next());
    let Some(length) = length else { return Ok(()) };
    let digits = length.as_bytes();
    if other.is_some() || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(BadRequest::InvalidLength);
    }
    // What does not fit into 64 bits is too large as well.
    let length = length.to_str().ok().and_then(|text| text.parse().ok());
    match length {
        Some(..=MAX_CONTENT_LENGTH) => Ok(()),
        _ => Err(BadRequest::TooLarge),
    }
}

/// Refuses a target such as `https://example.org/` on a connection without TLS: it asks a proxy for a secure connection to
/// that server. A component does not learn which scheme it was, as under Spin, and would ask without one. HTTP/2 is not
/// meant: its `:scheme` is that of the connection to this server, and clients are not careful with it.
fn check_scheme(target: &Uri, of_connection: &Scheme) -> Result<(), BadRequest> {
    match target.scheme() {
        Some(scheme) if *scheme != Scheme::HTTP && scheme != of_connection => {
            Err(BadRequest::OtherScheme(scheme.clone()))
        }
        _ => Ok(()),
    }
}

/// The URI with scheme and authority. RFC 9112, 3.2: exactly one `Host`, and the
/// same host as an absolute request line has.
fn complete(uri: &Uri, headers: &HeaderMap, scheme: &Scheme) -> Result<Uri, BadRequest> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(BadRequest::SeveralHosts);
    }
    let host = host.map(authority).transpose()?;
    let authority = match (host, uri.authority()) {
        (Some(host), Some(of_uri)) if host != *of_uri => return Err(BadRequest::HostsDiffer),
        (Some(host), _) => host,
        (None, Some(of_uri)) => of_uri.clone(),
        (None, None) => return Err(BadRequest::NoHost),
    };
    let mut parts = uri.clone().into_parts();
    parts.scheme = Some(scheme.clone());
    parts.authority = Some(authority);
    Uri::from_parts(parts).map_err(|_| BadRequest::NoPath)
}

/// RFC 9110, 7.2: a host and perhaps a port, without user information.
fn authority(host: &HeaderValue) -> Result<Authority, BadRequest> {
    let authority = Authority::try_from(host.as_bytes()).map_err(|_| BadRequest::InvalidHost)?;
    let port = authority.as_str().strip_prefix(authority.host());
    let is_port = |port: &str| port.is_empty() || port == ":" || authority.port_u16().is_some();
    if port.is_some_and(is_port) {
        Ok(authority)
    } else {
        Err(BadRequest::InvalidHost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{load::manifest::HttpTrigger, router::Router};

    fn router(route: &str) -> Router {
        Router::new(&[HttpTrigger {
            route: route.to_owned(),
            component: "test".to_owned(),
        }])
        .unwrap()
    }

    fn prepared(route: &str, mut request: Request<()>) -> Result<Request<()>, BadRequest> {
        let path = request.uri().path().to_owned();
        let router = router(route);
        let matched = router.route(&path).unwrap();
        let client = "192.0.2.1:1234".parse().unwrap();
        prepare(&mut request, &matched, client, &Scheme::HTTP)?;
        Ok(request)
    }

    fn last<'a>(request: &'a Request<()>, name: &str) -> Option<&'a str> {
        let value = request.headers().get_all(name).iter().next_back()?;
        value.to_str().ok()
    }

    #[test]
    fn spins_headers_say_what_they_say_under_spin() {
        let request = Request::get("/users/42/posts/7?key=1")
            .header("host", "example.org:3000")
            .body(())
            .unwrap();
        let request = prepared("/users/:user_id/...", request).unwrap();
        for (name, want) in [
            ("spin-path-info", "/posts/7"),
            (
                "spin-full-url",
                "http://example.org:3000/users/42/posts/7?key=1",
            ),
            ("spin-matched-route", "/users/:user_id/..."),
            ("spin-base-path", "/"),
            ("spin-raw-component-route", "/users/:user_id/..."),
            ("spin-component-route", "/users/:user_id"),
            ("spin-client-addr", "192.0.2.1:1234"),
            ("spin-path-match-user-id", "42"),
        ] {
            assert_eq!(last(&request, name), Some(want), "{name}");
        }
        assert_eq!(
            request.uri(),
            "http://example.org:3000/users/42/posts/7?key=1"
        );
    }

    #[test]
    fn a_forged_header_stays_in_front_of_the_runtimes_own() {
        let request = Request::get("/")
            .header("host", "a")
            .header("spin-client-addr", "203.0.113.9:1")
            .header("connection", "close")
            .body(())
            .unwrap();
        let request = prepared("/...", request).unwrap();
        let values: Vec<_> = request
            .headers()
            .get_all("spin-client-addr")
            .iter()
            .collect();
        assert_eq!(values, ["203.0.113.9:1", "192.0.2.1:1234"]);
        assert!(!request.headers().contains_key("connection"));
    }

    #[test]
    fn a_request_without_one_clear_host_is_refused() {
        let request = |uri: &str, hosts: &[&[u8]]| {
            let mut request = Request::get(uri).body(()).unwrap();
            for host in hosts {
                let host = HeaderValue::from_bytes(host).unwrap();
                request.headers_mut().append(HOST, host);
            }
            prepared("/...", request).map(drop)
        };
        for (uri, hosts, want) in [
            ("/", [].as_slice() as &[&[u8]], Err(BadRequest::NoHost)),
            ("/", &[b"a", b"a"], Err(BadRequest::SeveralHosts)),
            ("/", &[b"a b"], Err(BadRequest::InvalidHost)),
            ("/", &[b""], Err(BadRequest::InvalidHost)),
            ("/", &[b"user@x"], Err(BadRequest::InvalidHost)),
            ("/", &[b"x:99999"], Err(BadRequest::InvalidHost)),
            ("/", &[b"x:y"], Err(BadRequest::InvalidHost)),
            ("/", &[b"x:65535"], Ok(())),
            ("/", &[b"\xff"], Err(BadRequest::NotUtf8(HOST))),
            ("http://a/", &[b"b"], Err(BadRequest::HostsDiffer)),
            ("http://a/", &[b"a"], Ok(())),
            ("http://a/", &[], Ok(())),
            ("/", &[b"[::1]:3000"], Ok(())),
        ] {
            assert_eq!(request(uri, hosts), want, "{uri} with {hosts:?}");
        }
    }

    #[test]
    fn a_target_with_another_scheme_is_refused_over_http_1_only() {
        let refused = |scheme| Err(BadRequest::OtherScheme(Scheme::try_from(scheme).unwrap()));
        for (uri, version, want) in [
            ("http://a/", Version::HTTP_11, Ok(())),
            ("HTTP://a/", Version::HTTP_11, Ok(())),
            ("https://a/", Version::HTTP_11, refused("https")),
            ("https://a/", Version::HTTP_10, refused("https")),
            ("ftp://a/", Version::HTTP_11, refused("ftp")),
            ("https://a/", Version::HTTP_2, Ok(())),
        ] {
            let request = Request::get(uri).version(version).body(()).unwrap();
            let got = prepared("/...", request).map(drop);
            assert_eq!(got, want, "{uri} {version:?}");
        }
    }

    #[test]
    fn a_length_that_no_component_can_read_is_refused() {
        let request = |lengths: &[&str]| {
            let mut request = Request::post("http://a/").body(()).unwrap();
            for length in lengths {
                let length = HeaderValue::from_str(length).unwrap();
                request.headers_mut().append(CONTENT_LENGTH, length);
            }
            prepared("/...", request).map(drop)
        };
        for (lengths, want) in [
            ([].as_slice() as &[&str], Ok(())),
            (&["0"], Ok(())),
            (&["9223372036854775807"], Ok(())),
            (&["9223372036854775808"], Err(BadRequest::TooLarge)),
            (&["18446744073709551616"], Err(BadRequest::TooLarge)),
            (&["+5"], Err(BadRequest::InvalidLength)),
            (&[""], Err(BadRequest::InvalidLength)),
            (&["5", "5"], Err(BadRequest::InvalidLength)),
        ] {
            assert_eq!(request(lengths), want, "{lengths:?}");
        }
    }

    #[test]
    fn the_connection_header_is_taken_away_with_what_it_names() {
        let mut request = Request::get("/")
            .header("connection", "te, upgrade, host, X-Own, ?,")
            .header(
                "connection",
                "X-Forwarded-For, x-forwarded-proto, forwarded",
            )
            .header("connection", "x-other")
            .header("x-own", "1")
            .header("x-own", "2")
            .header("x-other", "3");
        let kept = [
            ("host", "a"),
            ("x-kept", "4"),
            ("keep-alive", "timeout=5"),
            ("proxy-authorization", "Basic eA=="),
            ("proxy-connection", "keep-alive"),
            ("te", "trailers"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("forwarded", "for=203.0.113.9"),
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-proto", "https"),
        ];
        for (name, value) in kept {
            request = request.header(name, value);
        }
        let request = prepared("/...", request.body(()).unwrap()).unwrap();
        for name in ["connection", "x-own", "x-other"] {
            assert_eq!(last(&request, name), None, "{name}");
        }
        for (name, value) in kept {
            assert_eq!(last(&request, name), Some(value), "{name}");
        }
    }

    #[test]
    fn without_a_host_header_the_full_url_names_localhost_as_under_spin() {
        let request = Request::get("http://example.org:81/a").body(()).unwrap();
        let request = prepared("/...", request).unwrap();
        assert_eq!(last(&request, "spin-full-url"), Some("http://localhost/a"));
        assert_eq!(request.uri(), "http://example.org:81/a");
    }
}
