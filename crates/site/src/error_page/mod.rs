//! The page that says what a problem document says.

mod texts;

use askama::Template;
use kit::{Error, FieldError, Request, Response, Result, render_template};

use self::texts::Texts;
use crate::{Language, Texts as _, log_in};

/// Its heading and its links are in the reader's language; what is said in detail is what programs get, too, and
/// English.
#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    language: Language,
    texts: &'static Texts,
    status: u16,
    title: &'static str,
    detail: String,
    errors: Vec<FieldError>,
    /// Where to log in, where that would help.
    log_in: Option<String>,
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
        Self {
            language,
            texts,
            status: error.status().as_u16(),
            title: (texts.title)(error),
            detail: error.to_string(),
            errors: error.fields(),
            log_in: matches!(error, Error::Unauthorized { .. })
                .then(|| log_in(back.unwrap_or_default())),
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
                assert!(!page.contains("<script"), "{page}");
            }
        }
    }

    #[test]
    fn no_cause_is_shown() {
        let error = Error::internal("the database password is hunter2");
        let page = Page::new(&error, Language::English, None).render().unwrap();
        assert!(!page.contains("hunter2"), "{page}");
    }
}
