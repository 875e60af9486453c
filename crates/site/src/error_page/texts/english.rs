//! The English texts.

use kit::Error;

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    title,
    // The error is English itself.
    detail: |_| None,
    log_in: "Log in",
    home: "Back to the home page",
};

/// The status in words.
fn title(error: &Error) -> &'static str {
    error.status().canonical_reason().unwrap_or("Error")
}
