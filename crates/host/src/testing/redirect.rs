//! Following redirects.

use anyhow::{Context as _, bail};
use http::{HeaderMap, Method, StatusCode, header};
use url::Url;

/// The request that a redirect asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Next {
    pub(super) method: Method,
    /// The path with its query.
    pub(super) path: String,
    /// Whether the body goes along.
    pub(super) with_body: bool,
}

/// Where a response leads, if it is a redirect. As in Werkzeug's test client, 307 and 308 keep the method and the
/// body, and any other redirect is followed with GET, or with HEAD after HEAD.
///
/// # Errors
/// A `Location` that cannot be read, or that is on another site.
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
    let to = url
        .join(location)
        .with_context(|| format!("Location {location:?} cannot be read"))?;
    if to.origin() != url.origin() {
        bail!("a redirect leads to another site, {location}, which the client does not follow");
    }
    let query = to.query().map(|query| format!("?{query}"));
    Ok(Some(Next {
        method: match method {
            method if keeps_method => method.clone(),
            &Method::HEAD => Method::HEAD,
            _ => Method::GET,
        },
        path: format!("{}{}", to.path(), query.unwrap_or_default()),
        with_body: keeps_method,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(status: u16, method: Method, location: &str) -> anyhow::Result<Option<Next>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, location.parse().unwrap());
        let url = Url::parse("http://localhost/a/b?c=1").unwrap();
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
            let path = "/a/d?e=%2F".to_owned();
            assert_eq!(
                next,
                Next {
                    method: want,
                    path,
                    with_body
                },
                "{status}"
            );
        }
    }

    #[test]
    fn only_a_redirect_on_the_same_site_is_followed() {
        assert_eq!(follow(304, Method::GET, "/x").unwrap(), None);
        assert_eq!(follow(201, Method::POST, "/x").unwrap(), None);
        for elsewhere in [
            "http://example.org/",
            "//example.org/",
            "https://localhost/",
        ] {
            let error = follow(302, Method::GET, elsewhere).unwrap_err();
            assert!(error.to_string().contains("another site"), "{error}");
        }
        let here = follow(302, Method::GET, "http://localhost/x").unwrap();
        assert_eq!(here.unwrap().path, "/x");
    }
}
