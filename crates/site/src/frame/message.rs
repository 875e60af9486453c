//! What is said above a form.

/// A text, and where to go from there. The template `message.html` shows an `Option` of it.
pub struct Message {
    /// What is said.
    pub text: &'static str,
    /// Where to go from there.
    pub link: Option<Link>,
}

/// A link.
pub struct Link {
    /// The path, or URL.
    pub href: String,
    /// What the link says.
    pub label: &'static str,
}

impl Message {
    /// A text alone.
    pub fn new(text: &'static str) -> Self {
        Self { text, link: None }
    }

    /// A text with a link behind it.
    pub fn with_link(text: &'static str, href: String, label: &'static str) -> Self {
        Self {
            text,
            link: Some(Link { href, label }),
        }
    }
}
