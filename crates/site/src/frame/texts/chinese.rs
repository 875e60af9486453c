//! The Chinese texts.

use super::Frame;

pub(super) static TEXTS: Frame = Frame {
    skip: "跳到正文",
    site_navigation: "Handspun",
    language: "语言",
    other_language: "English",
    account: "账号",
    log_in: "登录",
    log_out: "退出登录",
    tutorial: "教程",
    proxies: "代理",
    routes: "路由",
};
