//! The languages of the pages, and which of them a reader wants.

use kit::Request;

/// The cookie that keeps a reader's choice; its value is a [`Language::tag`].
pub(crate) const COOKIE: &str = "lang";

/// The languages of the pages.
pub const OFFERED: [Language; 2] = [Language::English, Language::Chinese];

/// A language that pages are written in.
///
/// # Example
/// ```
/// use site::Language;
///
/// assert_eq!(Language::Chinese.tag(), "zh-CN");
/// assert_eq!(Language::from_tag("zh-Hant-TW"), Some(Language::Chinese));
/// assert_eq!(Language::from_tag("fr"), None);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

impl Language {
    /// The reader's: that of the cookie, or else the one that `Accept-Language` likes best, or else English. The answer
    /// then varies by both headers, and says so.
    pub fn from_request(request: &Request) -> Self {
        let tags = OFFERED.map(Self::full_tag);
        let best = request.best_language(&tags).and_then(Self::from_tag);
        let cookies = request.cookies();
        let chosen = cookies.get(COOKIE).and_then(Self::from_tag);
        chosen.or(best).unwrap_or_default()
    }

    /// The tag (BCP 47) for HTML's `lang` and for `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The language of a tag, whatever its script and region; none where it is another language.
    ///
    /// This is RFC 4647's lookup (section 3.4), which cuts a tag until it finds a language. A reader of `zh-Hant` or
    /// `en-GB` is better off with our Chinese or English than with a page in the other.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next() {
            Some(primary) if primary.eq_ignore_ascii_case("en") => Some(Self::English),
            Some(primary) if primary.eq_ignore_ascii_case("zh") => Some(Self::Chinese),
            _ => None,
        }
    }

    /// The other language.
    pub fn other(self) -> Self {
        match self {
            Self::English => Self::Chinese,
            Self::Chinese => Self::English,
        }
    }

    /// All that a tag can say of it, for comparing: `zh-CN` is short for `zh-Hans-CN`.
    fn full_tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans-CN",
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Full;

    use super::*;

    #[test]
    fn the_language_is_that_of_the_cookie_or_else_the_best_liked_one() {
        const ENGLISH: (&str, &str) = ("accept-language", "en");
        const CHINESE: (&str, &str) = ("accept-language", "zh-CN");
        for (lines, want) in [
            (&[][..], Language::English),
            (&[CHINESE], Language::Chinese),
            (&[("accept-language", "zh-Hans")], Language::Chinese),
            (&[("accept-language", "zh-TW")], Language::Chinese),
            (&[("accept-language", "fr, *;q=0")], Language::English),
            (&[ENGLISH, ("cookie", "lang=zh-CN")], Language::Chinese),
            (&[CHINESE, ("cookie", "lang=en")], Language::English),
            (&[CHINESE, ("cookie", "lang=fr")], Language::Chinese),
            (&[CHINESE, ("cookie", "lang=")], Language::Chinese),
            (
                &[CHINESE, ("cookie", "lang=fr; lang=en")],
                Language::Chinese,
            ),
        ] {
            let request = lines
                .iter()
                .fold(http::Request::get("/"), |request, (name, value)| {
                    request.header(*name, *value)
                });
            let request = Request::new(request.body(Full::new(Bytes::new())).unwrap());
            assert_eq!(Language::from_request(&request), want, "{lines:?}");
        }
    }
}
