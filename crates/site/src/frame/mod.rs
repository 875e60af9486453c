//! What is around every page: the header, the switch to the other language, and what is said above a form.
//!
//! A page is a template that extends `layout.html`, with a [`Site`] in its field `site`. A component finds the
//! templates of this crate by an `askama.toml` beside its `Cargo.toml`; `functions/words` has one.

mod message;
mod texts;
mod visitor;

use std::time::{Duration, SystemTime};

use kit::{
    Request, Response, Result,
    response::{Cookie, see_other},
};

use crate::{
    language::{self, Language},
    texts::Texts,
    url::{log_in, url},
};

pub use self::{
    message::{Link, Message},
    texts::Frame,
    visitor::Visitor,
};

/// For how long a reader's choice of language is kept.
const CHOICE_KEPT: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What surrounds a page, and the texts `T` of its component.
pub struct Site<T: Texts> {
    /// The language that the page is in.
    pub language: Language,
    /// What the component says in it.
    pub texts: &'static T,
    /// What the frame says in it.
    pub frame: &'static Frame,
    /// Where the same page is in the other language.
    pub switch: String,
    /// Where the page is.
    pub here: String,
    /// Who looks at it.
    pub visitor: Visitor,
}

impl<T: Texts> Site<T> {
    /// For the page at `home`, a path of our own, with these parameters, in the language that the reader
    /// chose or else likes best. A link of another site may name one for this page alone; see [`switched`].
    pub fn new(request: &Request, home: &str, parameters: &[(&str, &str)]) -> Self {
        let own = Language::from_request(request);
        let linked = asked_for(request).filter(|_| request.is_cross_site());
        Self::in_language(linked.unwrap_or(own), home, parameters)
    }

    /// The same in a certain language.
    pub fn in_language(language: Language, home: &str, parameters: &[(&str, &str)]) -> Self {
        let mut all = vec![("lang", language.other().tag())];
        all.extend(parameters);
        Self {
            language,
            texts: T::in_language(language),
            frame: Frame::in_language(language),
            switch: url(home, &all),
            here: url(home, parameters),
            visitor: Visitor::Unknown,
        }
    }

    /// With who looks at it in the header, or a link to log in.
    #[cfg(feature = "login")]
    #[must_use]
    pub fn seen_by(mut self, login: &kit::login::Login) -> Self {
        self.visitor = Visitor::new(login);
        self
    }

    /// Where to log in and come back from.
    pub fn log_in(&self) -> String {
        log_in(&self.here)
    }

    /// The other language.
    pub fn other(&self) -> Language {
        self.language.other()
    }
}

/// The answer to `?lang=`: a cookie, and the same page again. None where no language is chosen, or one
/// that we do not have, and where a browser says that another site's link did it: that is not the reader's
/// choice, and is not kept.
///
/// # Errors
/// 500 where the cookie cannot be written.
pub fn switched(
    request: &Request,
    home: &str,
    parameters: &[(&str, &str)],
) -> Result<Option<Response>> {
    let Some(chosen) = asked_for(request).filter(|_| !request.is_cross_site()) else {
        return Ok(None);
    };
    let mut response = see_other(&url(home, parameters));
    Cookie::new(request, language::COOKIE, chosen.tag())
        .expires(SystemTime::now() + CHOICE_KEPT)
        .set_on(&mut response)?;
    Ok(Some(response))
}

/// The language in `?lang=`.
fn asked_for(request: &Request) -> Option<Language> {
    request.args().get("lang").and_then(Language::from_tag)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Full;

    use super::*;

    struct NoTexts;

    impl Texts for NoTexts {
        const ENGLISH: &'static Self = &Self;
        const CHINESE: &'static Self = &Self;
    }

    fn get(url: &str) -> Request {
        Request::new(
            http::Request::get(url)
                .body(Full::new(Bytes::new()))
                .unwrap(),
        )
    }

    #[test]
    fn a_choice_is_kept_and_leads_to_the_same_page() {
        for (query, want) in [
            ("?lang=zh", Some("lang=zh-CN")),
            ("?lang=zh-TW", Some("lang=zh-CN")),
            ("?lang=en", Some("lang=en")),
            ("?lang=fr", None),
            ("?lang=", None),
            ("", None),
        ] {
            let request = get(&format!("http://words.example/{query}"));
            let response = switched(&request, "/", &[("q", "a b")]).unwrap();
            assert_eq!(response.is_some(), want.is_some(), "{query}");
            let Some(response) = response else { continue };
            assert_eq!(response.status().as_u16(), 303);
            assert_eq!(response.headers()["location"], "/?q=a%20b");
            let cookie = response.headers()["set-cookie"].to_str().unwrap();
            assert!(cookie.starts_with(want.unwrap()), "{cookie}");
            assert!(
                cookie.contains("Path=/") && cookie.contains("SameSite=Lax"),
                "{cookie}"
            );
        }
    }

    #[test]
    fn a_link_of_another_site_chooses_for_one_page() {
        for (site, is_kept) in [
            ("cross-site", false),
            ("same-site", false),
            ("same-origin", true),
            ("none", true),
        ] {
            let request = http::Request::get("http://words.example/?lang=zh-CN")
                .header("sec-fetch-site", site)
                .header("cookie", "lang=en")
                .body(Full::new(Bytes::new()))
                .unwrap();
            let request = Request::new(request);
            assert_eq!(
                switched(&request, "/", &[]).unwrap().is_some(),
                is_kept,
                "{site}"
            );
            let shown = Site::<NoTexts>::new(&request, "/", &[]).language;
            let want = if is_kept {
                Language::English
            } else {
                Language::Chinese
            };
            assert_eq!(shown, want, "{site}");
        }
        // Without one, the reader's own choice stands.
        let request = http::Request::get("http://words.example/")
            .header("sec-fetch-site", "cross-site")
            .header("cookie", "lang=en")
            .header("accept-language", "zh")
            .body(Full::new(Bytes::new()))
            .unwrap();
        let shown = Site::<NoTexts>::new(&Request::new(request), "/", &[]).language;
        assert_eq!(shown, Language::English);
    }

    #[test]
    fn the_switch_leads_to_the_other_language() {
        for (language, want) in [
            (Language::English, "/?lang=zh%2DCN&q=a"),
            (Language::Chinese, "/?lang=en&q=a"),
        ] {
            let site = Site::<NoTexts>::in_language(language, "/", &[("q", "a")]);
            assert_eq!(site.switch, want);
        }
    }
}
