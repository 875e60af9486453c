//! The page that says what a problem document says.

mod texts;

use askama::Template;
use kit::{Error, FieldError, Request, Response, Result, render_template};

use self::texts::Texts;
use crate::{Language, Texts as _, log_in};

/// It is in the reader's language, except for a detail that only one function has: that one is English, as programs
/// get it.
#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    language: Language,
    texts: &'static Texts,
    status: u16,
    title: &'static str,
    /// What went wrong; none where a field alone says it.
    detail: Option<Detail>,
    errors: Vec<FieldError>,
    /// Where to log in, where that would help.
    log_in: Option<String>,
}

/// A sentence, and the language it is in.
struct Detail {
    text: String,
    language: Language,
}

/// Looks up the reader's language; see [`kit::App::error_page`].
pub(crate) fn prepare(
    request: &Request,
) -> impl FnOnce(&Error, Option<&str>) -> Result<Response> + use<> {
    let language = Language::from_request(request);
    move |error, back| render_template(&Page::new(error, language, back))
}

impl Page {
    /// `back` is the page to come back to after a login, where there is one.
    fn new(error: &Error, language: Language, back: Option<&str>) -> Self {
        let texts = Texts::in_language(language);
        let errors = error.fields();
        Self {
            language,
            texts,
            status: error.status().as_u16(),
            title: (texts.title)(error),
            detail: (errors.len() != 1).then(|| Detail::new(error, texts, language)),
            errors,
            log_in: matches!(error, Error::Unauthorized { .. })
                .then(|| log_in(back.unwrap_or_default())),
        }
    }
}

impl Detail {
    fn new(error: &Error, texts: &Texts, language: Language) -> Self {
        match (texts.detail)(error) {
            Some(text) => Self { text, language },
            None => Self {
                text: error.to_string(),
                language: Language::English,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OFFERED;

    const ATTACK: &str = "<script>alert(\"唤醒\")</script>";

    #[test]
    fn everything_on_the_page_is_escaped() {
        for language in OFFERED {
            for error in [
                Error::NotFound(ATTACK.to_owned()),
                Error::invalid(ATTACK, "x", ATTACK),
                Error::bad_parameter(ATTACK, "x", ATTACK),
                Error::unauthorized("x", ATTACK),
            ] {
                let page = Page::new(&error, language, Some(ATTACK)).render().unwrap();
                assert!(
                    page.contains(&format!("<html lang=\"{}\"", language.tag())),
                    "{page}"
                );
                assert!(page.contains("&#60;script&#62;"), "{page}");
                crate::testing::assert_filled(&page);
                assert!(!page.contains("<script"), "{page}");
            }
        }
    }

    #[test]
    fn a_chinese_reader_gets_a_chinese_sentence_or_one_that_is_marked_as_english() {
        let page = |error| Page::new(&error, Language::Chinese, None).render().unwrap();
        let missing = page(Error::NotFound("/nowhere".to_owned()));
        assert!(
            missing.contains("<p lang=\"zh-CN\">这个地址没有内容：/nowhere</p>"),
            "{missing}"
        );
        let full = page(Error::InsufficientStorage("the store is full".to_owned()));
        assert!(
            full.contains("<p lang=\"en\">the store is full</p>"),
            "{full}"
        );
    }

    #[test]
    fn one_wrong_field_is_named_once() {
        let error = Error::bad_parameter("limit", "out-of-range", "must be a number");
        let page = Page::new(&error, Language::English, None).render().unwrap();
        assert_eq!(page.matches("must be a number").count(), 1, "{page}");
    }

    #[test]
    fn no_cause_is_shown() {
        let error = Error::internal("the database password is hunter2");
        let page = Page::new(&error, Language::English, None).render().unwrap();
        assert!(!page.contains("hunter2"), "{page}");
    }
}
