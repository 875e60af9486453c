//! The header `Allow`, by RFC 9110, section 10.2.1.

use http::{HeaderMap, HeaderValue, Method, header::ALLOW};

use crate::response::{self, Response};

/// The methods that a path has. OPTIONS is always one, and HEAD comes with GET (RFC 9110, section 9.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Allow(Vec<String>);

impl Allow {
    /// The methods of a path that is routed for these.
    pub(super) fn new<'a>(methods: impl IntoIterator<Item = &'a Method>) -> Self {
        let mut names = vec![Method::OPTIONS.to_string()];
        for method in methods {
            names.push(method.to_string());
            if method == Method::GET {
                names.push(Method::HEAD.to_string());
            }
        }
        names.sort();
        names.dedup();
        Self(names)
    }

    /// Whether a method is one of them.
    pub(super) fn has(&self, method: &Method) -> bool {
        self.0.iter().any(|name| name == method.as_str())
    }

    /// The value of the header.
    pub(super) fn header(&self) -> String {
        self.0.join(", ")
    }

    /// The answer to OPTIONS.
    pub(super) fn answer(&self) -> Response {
        let mut response = response::empty();
        insert(response.headers_mut(), &self.header());
        response
    }
}

/// Says which methods a path has. They are tokens (RFC 9110, section 9.1), so the list is a valid header value.
pub(super) fn insert(headers: &mut HeaderMap, allow: &str) {
    if let Ok(allow) = HeaderValue::try_from(allow) {
        headers.insert(ALLOW, allow);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allow_always_has_options_and_head_comes_with_get() {
        for (methods, want) in [
            (&[][..], "OPTIONS"),
            (&[Method::POST], "OPTIONS, POST"),
            (
                &[Method::POST, Method::GET, Method::POST],
                "GET, HEAD, OPTIONS, POST",
            ),
        ] {
            assert_eq!(Allow::new(methods).header(), want, "{methods:?}");
        }
    }
}
