//! The English texts.

use super::Texts;

pub(super) static TEXTS: Texts = Texts {
    words: "Words",
    title: "Routes",
    title_aside: "路由",
    tagline: "Which function answers which path, as spin.toml says.",
    route: "Route",
    component: "Component",
};
