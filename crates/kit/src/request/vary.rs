//! What an answer depends on besides the URL: `Vary`, by RFC 9110, section 12.5.5.

use std::cell::Cell;

use http::HeaderValue;

/// Which of a request's headers were looked at.
#[derive(Debug, Default)]
pub(crate) struct Vary {
    accept: Cell<bool>,
    accept_language: Cell<bool>,
    cookie: Cell<bool>,
}

impl Vary {
    /// The answer depends on `Accept`.
    pub(crate) fn by_accept(&self) {
        self.accept.set(true);
    }

    /// The answer depends on `Accept-Language`.
    pub(crate) fn by_accept_language(&self) {
        self.accept_language.set(true);
    }

    /// The answer depends on `Cookie`.
    pub(crate) fn by_cookie(&self) {
        self.cookie.set(true);
    }

    /// The answer depends on all that another one does, too.
    pub(crate) fn add(&self, other: &Self) {
        self.accept.set(self.accept.get() || other.accept.get());
        let accept_language = self.accept_language.get() || other.accept_language.get();
        self.accept_language.set(accept_language);
        self.cookie.set(self.cookie.get() || other.cookie.get());
    }

    /// The header's value; none where the answer is the same for all.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let names: Vec<&str> = [
            ("Accept", &self.accept),
            ("Accept-Language", &self.accept_language),
            ("Cookie", &self.cookie),
        ]
        .into_iter()
        .filter(|(_, looked_at)| looked_at.get())
        .map(|(name, _)| name)
        .collect();
        if names.is_empty() {
            return None;
        }
        // Names of headers are always a valid header value.
        HeaderValue::try_from(names.join(", ")).ok()
    }
}
