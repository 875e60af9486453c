//! What an answer depends on besides the URL: `Vary`, by RFC 9110, section 12.5.5.

use std::cell::Cell;

use http::HeaderValue;

/// Which of a request's headers were looked at.
#[derive(Debug, Default)]
pub(crate) struct Vary {
    accept: Cell<bool>,
    cookie: Cell<bool>,
}

impl Vary {
    /// The answer depends on `Accept`.
    pub(crate) fn by_accept(&self) {
        self.accept.set(true);
    }

    /// The answer depends on `Cookie`.
    pub(crate) fn by_cookie(&self) {
        self.cookie.set(true);
    }

    /// The header's value; none where the answer is the same for all.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let value = match (self.accept.get(), self.cookie.get()) {
            (false, false) => return None,
            (true, false) => "Accept",
            (false, true) => "Cookie",
            (true, true) => "Accept, Cookie",
        };
        Some(HeaderValue::from_static(value))
    }
}
