//! The Chinese texts.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    words: "单词",
    title: "路由",
    title_aside: "Routes",
    tagline: "哪个路径由哪个函数响应，读自 spin.toml。",
    route: "路由",
    component: "组件",
};
