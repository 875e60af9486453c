//! What is on every page of an error.

mod chinese;
mod english;

use kit::Error;
use serde::Serialize;

/// The texts of one language.
#[derive(Serialize)]
pub(super) struct Texts {
    /// What an error is called.
    #[serde(skip)]
    pub(super) title: fn(&Error) -> &'static str,
    /// What went wrong, where the language has a sentence of its own for it.
    #[serde(skip)]
    pub(super) detail: fn(&Error) -> Option<String>,
    /// The link to log in.
    pub(super) log_in: &'static str,
    /// The link to the first page.
    pub(super) home: &'static str,
}

impl crate::Texts for Texts {
    const ENGLISH: &'static Self = &english::TEXTS;
    const CHINESE: &'static Self = &chinese::TEXTS;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        crate::testing::check_texts::<Texts>();
    }
}
