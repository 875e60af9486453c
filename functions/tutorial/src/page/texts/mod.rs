//! Every text of the page, in both languages. A text that one of them lacks does not compile.

mod chinese;
mod english;

use serde::Serialize;

use crate::sections::COUNT;

/// The texts of one language.
#[derive(Serialize)]
pub(crate) struct Texts {
    pub(crate) words: &'static str,
    pub(crate) title: &'static str,
    pub(crate) title_aside: &'static str,
    pub(crate) tagline: &'static str,
    pub(crate) commands_note: &'static str,
    pub(crate) not_here: &'static str,
    pub(crate) sections: [SectionTexts; COUNT],
}

/// What is said about a section of the tutorial.
#[derive(Serialize)]
pub(crate) struct SectionTexts {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
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
