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
    /// What the part with the account is, for whoever hears it.
    pub account: &'static str,
    /// The link to log in.
    pub log_in: &'static str,
    /// The button to log out.
    pub log_out: &'static str,
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
    account: "Account",
    log_in: "Log in",
    log_out: "Log out",
};

static CHINESE: Frame = Frame {
    skip: "跳到正文",
    site_navigation: "Handspun",
    language: "语言",
    other_language: "English",
    account: "账号",
    log_in: "登录",
    log_out: "退出登录",
};
