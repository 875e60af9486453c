//! Every text of the page, in both languages. A text that one of them lacks does not compile.

mod chinese;
mod english;

use serde::Serialize;

/// The texts of one language.
#[derive(Serialize)]
pub(super) struct Texts {
    pub(super) words: &'static str,
    pub(super) title: &'static str,
    pub(super) title_aside: &'static str,
    pub(super) tagline: &'static str,
    pub(super) route: &'static str,
    pub(super) component: &'static str,
}

impl site::Texts for Texts {
    const ENGLISH: &'static Self = &english::TEXTS;
    const CHINESE: &'static Self = &chinese::TEXTS;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        site::testing::check_texts::<Texts>();
    }
}
