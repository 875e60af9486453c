//! Which language an answer has: `Accept-Language`, by RFC 9110, section 12.5.4, and RFC 4647.
//!
//! The crates for this compare tags of hundreds of languages with data of their own; two that are told
//! apart by their first subtag need none of it.

use http::{HeaderMap, header::ACCEPT_LANGUAGE};

use crate::negotiate;

/// The name of the cookie in which a reader's choice is kept; its value is a [`Language::tag`].
pub const LANGUAGE_COOKIE: &str = "lang";

/// A language that pages are written in.
///
/// # Example
/// ```
/// use kit::Language;
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
    /// The tag (BCP 47) for HTML's `lang` and for `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The language of a tag, whatever its script and region; none where it is another language.
    ///
    /// This is RFC 4647's lookup (section 3.4), which cuts a tag until it finds a language: who reads
    /// `zh-Hant` or `en-GB` is better off with our Chinese or English than with a page in the other.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        [Self::English, Self::Chinese]
            .into_iter()
            .find(|language| primary.eq_ignore_ascii_case(language.primary()))
    }

    /// The tag without its region.
    fn primary(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }
}

/// One entry, such as `zh-TW;q=0.8`.
#[derive(Debug)]
struct Range {
    tag: String,
    quality: f32,
}

/// How welcome a language is, from the least: its quality, whether it was named, and how early.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Welcome {
    quality: f32,
    named: bool,
    place: std::cmp::Reverse<usize>,
}

/// The offered language that the client likes best: the first where it likes all the same, or none, and
/// [`Language::default`] where none is offered.
///
/// Nobody is refused: an entry that cannot be read is left out.
pub(crate) fn preferred(headers: &HeaderMap, offered: &[Language]) -> Language {
    let ranges: Vec<Range> = headers
        .get_all(ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect();
    let mut best: Option<(Welcome, Language)> = None;
    for language in offered {
        let Some(welcome) = welcome(&ranges, *language) else {
            continue;
        };
        if best.is_none_or(|(best, _)| welcome > best) {
            best = Some((welcome, *language));
        }
    }
    let first = offered.first().copied().unwrap_or_default();
    best.map_or(first, |(_, language)| language)
}

/// None where the client does not want the language, or says nothing about it.
fn welcome(ranges: &[Range], language: Language) -> Option<Welcome> {
    let refused = |range: &Range| range.quality == 0.0 && range.covers(language);
    if ranges.iter().any(refused) {
        return None;
    }
    let best = |named: bool, wanted: &dyn Fn(&Range) -> bool| {
        ranges
            .iter()
            .enumerate()
            .filter(|(_, range)| range.quality > 0.0 && wanted(range))
            .map(|(place, range)| Welcome {
                quality: range.quality,
                named,
                place: std::cmp::Reverse(place),
            })
            .reduce(|best, other| if other > best { other } else { best })
    };
    // `*` is for what nothing else names.
    best(true, &|range| {
        Language::from_tag(&range.tag) == Some(language)
    })
    .or_else(|| best(false, &|range| range.tag == "*"))
}

impl Range {
    fn parse(entry: &str) -> Option<Self> {
        let mut parts = entry.split(';').map(str::trim);
        let tag = parts.next().filter(|tag| !tag.is_empty())?;
        Some(Self {
            tag: tag.to_ascii_lowercase(),
            quality: negotiate::quality(parts)?,
        })
    }

    /// Whether the range is the language's tag or what that begins with (RFC 4647, section 3.3.1):
    /// `zh;q=0` is said of `zh-CN` too, `zh-TW;q=0` is not.
    fn covers(&self, language: Language) -> bool {
        self.tag == language.primary() || self.tag.eq_ignore_ascii_case(language.tag())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const BOTH: &[Language] = &[Language::English, Language::Chinese];

    fn preferred_of(lines: &[&str], offered: &[Language]) -> &'static str {
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(ACCEPT_LANGUAGE, line);
        }
        preferred(&headers, offered).tag()
    }

    #[test]
    fn the_best_liked_language_is_taken() {
        for (line, want) in [
            ("en", "en"),
            ("zh", "zh-CN"),
            ("zh-CN", "zh-CN"),
            ("ZH-cn", "zh-CN"),
            ("zh-Hant", "zh-CN"),
            ("zh-Hant-TW", "zh-CN"),
            ("en-GB", "en"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
            ("en-US,en;q=0.9,zh-CN;q=0.8", "en"),
            ("en;q=0.5, zh-TW;q=0.6", "zh-CN"),
            ("fr, zh;q=0.1", "zh-CN"),
            ("zh, en", "zh-CN"),
            ("en, zh", "en"),
            ("zh ; q=0.4 , en ; Q=0.3", "zh-CN"),
            ("en;q=0.1, zh;q=0.2, en;q=0.3", "en"),
        ] {
            assert_eq!(preferred_of(&[line], BOTH), want, "{line}");
        }
        assert_eq!(preferred_of(&["fr", "zh"], BOTH), "zh-CN");
    }

    #[test]
    fn a_star_is_for_what_is_not_named() {
        for (line, want) in [
            ("*", "en"),
            ("fr, *;q=0.5", "en"),
            ("zh, *", "zh-CN"),
            ("*, zh", "zh-CN"),
            ("*, zh;q=0.5", "en"),
            ("en;q=0.5, *", "zh-CN"),
            ("en;q=0.5, *;q=0.1", "en"),
            ("zh;q=0.5, *;q=0", "zh-CN"),
            ("*;q=0", "en"),
        ] {
            assert_eq!(preferred_of(&[line], BOTH), want, "{line}");
        }
    }

    #[test]
    fn a_quality_of_nothing_refuses_a_language() {
        for (line, want) in [
            ("en;q=0", "en"),
            ("en;q=0, *", "zh-CN"),
            ("en;q=0, zh;q=0.1", "zh-CN"),
            ("zh, zh-CN;q=0, en;q=0.1", "en"),
            ("zh-TW, zh;q=0, en;q=0.1", "en"),
            ("zh-TW;q=0, zh, en;q=0.1", "zh-CN"),
            ("en-GB;q=0.000, en;q=0.2, zh;q=0.1", "en"),
        ] {
            assert_eq!(preferred_of(&[line], BOTH), want, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_out_and_the_first_is_the_default() {
        let other_way_round = &[Language::Chinese, Language::English];
        for lines in [
            &[][..],
            &[""],
            &[",;,"],
            &["fr"],
            &["zhx, eng, x-zh"],
            &["zh;q=2, en;q=x"],
            &["唤醒"],
            &["*"],
        ] {
            assert_eq!(preferred_of(lines, BOTH), "en", "{lines:?}");
            assert_eq!(preferred_of(lines, other_way_round), "zh-CN", "{lines:?}");
            assert_eq!(preferred_of(lines, &[]), "en", "{lines:?}");
        }
        assert_eq!(preferred_of(&["zh"], &[Language::English]), "en");
    }

    proptest! {
        #[test]
        fn only_what_is_offered_is_answered(line in "[ -~]{0,40}") {
            prop_assert_eq!(preferred_of(&[&line], &[Language::Chinese]), "zh-CN");
        }
    }
}
