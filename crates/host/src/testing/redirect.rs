//! Following redirects.

use anyhow::{Context as _, bail};
use http::{HeaderMap, Method, StatusCode, header};
use url::Url;

/// The request that a redirect asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) method: Method,
    /// Where it goes, without a fragment.
    pub(super) to: Url,
    /// Whether the body goes along.
    pub(super) with_body: bool,
}

/// Where a response to the request for `url` leads, if it is a redirect. As in Werkzeug's test client, 307 and 308 keep
/// the method and the body, and any other redirect is followed with GET, or with HEAD after HEAD. Which scheme and
/// which port it names is no matter: the application is the same.
///
/// # Errors
/// A `Location` that cannot be read, or that names another host.
pub(super) fn next(
    status: StatusCode,
    headers: &HeaderMap,
    method: &Method,
    url: &Url,
) -> anyhow::Result<Option<Next>> {
    let keeps_method = match status.as_u16() {
        301 | 302 | 303 | 305 => false,
        307 | 308 => true,
        _ => return Ok(None),
    };
    let Some(location) = headers.get(header::LOCATION) else {
        return Ok(None);
    };
    let location = location.to_str().context("Location is not text")?;
    let mut to = url
        .join(location)
        .with_context(|| format!("Location {location:?} cannot be read"))?;
    to.set_fragment(None);
    if to.host_str() != url.host_str() {
        bail!("a redirect leads to another host, {location}, which the client does not follow");
    }
    Ok(Some(Next {
        method: match method {
            method if keeps_method => method.clone(),
            &Method::HEAD => Method::HEAD,
            _ => Method::GET,
        },
        to,
        with_body: keeps_method,
    }))
}

/// A URL's host and port as `Host` has them: without user information (RFC 9110, 7.2).
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(status: u16, method: Method, location: &str) -> anyhow::Result<Option<Next>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, location.parse().unwrap());
        let url = Url::parse("https://localhost/a/b?c=1").unwrap();
        next(status.try_into().unwrap(), &headers, &method, &url)
    }

    #[test]
    fn the_method_changes_as_in_werkzeug() {
        for (status, method, want, with_body) in [
            (301, Method::POST, Method::GET, false),
            (302, Method::PUT, Method::GET, false),
            (302, Method::HEAD, Method::HEAD, false),
            (303, Method::DELETE, Method::GET, false),
            (307, Method::POST, Method::POST, true),
            (308, Method::DELETE, Method::DELETE, true),
        ] {
            let next = follow(status, method, "d?e=%2F").unwrap().unwrap();
            let to = Url::parse("https://localhost/a/d?e=%2F").unwrap();
            let want = Next {
                method: want,
                to,
                with_body,
            };
            assert_eq!(next, want, "{status}");
        }
    }

    #[test]
    fn only_a_redirect_on_the_same_host_is_followed() {
        assert_eq!(follow(304, Method::GET, "/x").unwrap(), None);
        assert_eq!(follow(201, Method::POST, "/x").unwrap(), None);
        for elsewhere in ["http://example.org/", "//example.org/", "/\\example.org"] {
            let error = follow(302, Method::GET, elsewhere).unwrap_err();
            assert!(error.to_string().contains("another host"), "{error}");
        }
        for (location, host) in [
            ("http://localhost/x", "localhost"),
            ("https://localhost/x#y", "localhost"),
            ("//localhost/x", "localhost"),
            ("http://u:p@localhost/x", "localhost"),
            ("http://localhost:8080/x", "localhost:8080"),
        ] {
            let next = follow(302, Method::GET, location).unwrap().unwrap();
            assert_eq!(next.to.path(), "/x");
            assert_eq!(next.to.fragment(), None);
            assert_eq!(authority(&next.to), host, "{location}");
        }
    }
}
