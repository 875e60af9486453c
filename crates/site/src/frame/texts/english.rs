//! The English texts.

use super::Frame;

pub(super) static TEXTS: Frame = Frame {
    skip: "Skip to the content",
    site_navigation: "Handspun",
    language: "Language",
    other_language: "中文",
    account: "Account",
    log_in: "Log in",
    log_out: "Log out",
    tutorial: "The tutorial",
    proxies: "Proxies",
    routes: "Routes",
};
