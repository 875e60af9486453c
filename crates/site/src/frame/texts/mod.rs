//! The texts around every page.

mod chinese;
mod english;

use serde::Serialize;

/// The texts of one language.
#[derive(Serialize)]
pub struct Frame {
    /// The link for whoever comes by keyboard.
    pub skip: &'static str,
    /// What the links to other pages are, for whoever hears them.
    pub site_navigation: &'static str,
    /// What the switch is, for whoever hears it.
    pub language: &'static str,
    /// The other language, in its own words.
    pub other_language: &'static str,
    /// What the part with the account is, for whoever hears it.
    pub account: &'static str,
    /// The link to log in.
    pub log_in: &'static str,
    /// The button to log out.
    pub log_out: &'static str,
    /// The link to the sections of the tutorial, at the foot.
    pub tutorial: &'static str,
    /// The link to what is seen of proxies, at the foot.
    pub proxies: &'static str,
    /// The link to the routes, at the foot.
    pub routes: &'static str,
}

impl crate::Texts for Frame {
    const ENGLISH: &'static Self = &english::TEXTS;
    const CHINESE: &'static Self = &chinese::TEXTS;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same() {
        crate::testing::check_texts::<Frame>();
    }
}
