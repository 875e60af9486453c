//! The texts around every page, in both languages. A text that one of them lacks does not compile.

use crate::language::Language;

/// The texts of one language.
pub struct Frame {
    /// The link for whoever comes by keyboard.
    pub skip: &'static str,
    /// What the links to other pages are, for whoever hears them.
    pub site_navigation: &'static str,
    /// What the switch is, for whoever hears it.
    pub language: &'static str,
    /// The other language, in its own words.
    pub other_language: &'static str,
}

impl Frame {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

static ENGLISH: Frame = Frame {
    skip: "Skip to the content",
    site_navigation: "Handspun",
    language: "Language",
    other_language: "中文",
};

static CHINESE: Frame = Frame {
    skip: "跳到正文",
    site_navigation: "Handspun",
    language: "语言",
    other_language: "English",
};
