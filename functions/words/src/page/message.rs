//! What is said above a form.

/// A text, and where to go from there.
pub(super) struct Message {
    pub(super) text: &'static str,
    pub(super) link: Option<Link>,
}

/// A link.
pub(super) struct Link {
    pub(super) href: String,
    pub(super) label: &'static str,
}

impl Message {
    pub(super) fn new(text: &'static str) -> Self {
        Self { text, link: None }
    }

    pub(super) fn with_link(text: &'static str, href: String, label: &'static str) -> Self {
        Self {
            text,
            link: Some(Link { href, label }),
        }
    }
}
