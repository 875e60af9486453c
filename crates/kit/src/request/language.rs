//! Which language an answer has: `Accept-Language`, by RFC 9110, section 12.5.4, and RFC 4647.
//!
//! The crates for this compare tags of hundreds of languages with data of their own; two that are told
//! apart by their first subtag need none of it.

use http::{HeaderMap, header::ACCEPT_LANGUAGE};

use super::negotiate;

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

    /// All that can be said of it in a tag, in lower case: our Chinese is `zh-Hans-CN`, which is written
    /// `zh-CN` for short.
    fn subtags(self) -> &'static [&'static str] {
        match self {
            Self::English => &["en"],
            Self::Chinese => &["zh", "hans", "cn"],
        }
    }

    /// The tag without its script and region.
    fn primary(self) -> &'static str {
        self.subtags().first().copied().unwrap_or_default()
    }
}

/// One entry, such as `zh-TW;q=0.8`.
#[derive(Debug)]
struct Range {
    tag: String,
    quality: f32,
}

/// How closely a range names a language, from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    /// `*`: what nothing else names.
    Any,
    /// It names a relative, as `zh-TW` is one of `zh-CN`. Who reads that is better off with this than with a
    /// page in another language, as RFC 4647's lookup has it (section 3.4); to refuse it says nothing of this.
    Relative,
    /// It is the language's tag, or a part of it, with so many subtags (RFC 4647, section 3.3): the more
    /// there are, the more it is meant.
    Exact(usize),
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
///
/// The ranges that name it most closely decide, whatever the others say: `zh-CN, zh;q=0` is for who reads
/// no Chinese but that of `zh-CN`, `zh, zh-CN;q=0` for who reads any but that. Of several that name it as
/// closely, one that refuses it counts, and else the best.
fn welcome(ranges: &[Range], language: Language) -> Option<Welcome> {
    let closeness: Vec<_> = ranges
        .iter()
        .map(|range| range.closeness(language))
        .collect();
    let closest = closeness.iter().flatten().max().copied()?;
    let decisive = || {
        ranges
            .iter()
            .enumerate()
            .filter(|(place, _)| closeness.get(*place) == Some(&Some(closest)))
    };
    if decisive().any(|(_, range)| range.quality == 0.0) {
        return None;
    }
    decisive()
        .map(|(place, range)| Welcome {
            quality: range.quality,
            named: closest != Closeness::Any,
            place: std::cmp::Reverse(place),
        })
        .reduce(|best, other| if other > best { other } else { best })
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

    /// None where the range does not name the language at all.
    fn closeness(&self, language: Language) -> Option<Closeness> {
        if self.tag == "*" {
            return Some(Closeness::Any);
        }
        if Language::from_tag(&self.tag) != Some(language) {
            return None;
        }
        let mut subtags = self.tag.split('-');
        let of_language = language.subtags();
        if subtags.all(|subtag| of_language.contains(&subtag)) {
            return Some(Closeness::Exact(self.tag.split('-').count()));
        }
        // One that refuses a relative is about that alone.
        (self.quality > 0.0).then_some(Closeness::Relative)
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
            ("zh, zh-Hans;q=0, en;q=0.1", "en"),
            ("zh-Hans, zh-CN;q=0, en;q=0.1", "en"),
            ("zh;q=0, zh, en;q=0.1", "en"),
            ("zh-CN, *;q=0", "zh-CN"),
            ("zh-TW, *;q=0", "zh-CN"),
            ("*, zh;q=0", "en"),
            ("zh-TW, zh-HK;q=0, en;q=0.1", "zh-CN"),
            ("zh-TW;q=0, *;q=0.5, en;q=0.1", "zh-CN"),
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

    #[test]
    fn the_range_that_names_a_language_most_closely_decides() {
        for (line, want) in [
            ("zh-CN, zh;q=0, en;q=0.1", "zh-CN"),
            ("zh-Hans, zh;q=0, en;q=0.1", "zh-CN"),
            ("zh-Hans-CN, zh;q=0, zh-CN;q=0, en;q=0.1", "zh-CN"),
            ("zh;q=0, zh-CN;q=0.2, en;q=0.1", "zh-CN"),
            ("zh-CN;q=0.1, zh, en;q=0.5", "en"),
            ("zh-CN;q=0.6, zh;q=0.1, en;q=0.5", "zh-CN"),
            ("zh-TW, zh;q=0.3, en;q=0.5", "en"),
            ("zh-TW;q=0.3, zh, en;q=0.5", "zh-CN"),
            ("zh-TW;q=0.3, *, en;q=0.5", "en"),
            ("en-US, en;q=0, zh;q=0.1", "zh-CN"),
        ] {
            assert_eq!(preferred_of(&[line], BOTH), want, "{line}");
        }
    }

    proptest! {
        #[test]
        fn only_what_is_offered_is_answered(line in "[ -~]{0,40}") {
            prop_assert_eq!(preferred_of(&[&line], &[Language::Chinese]), "zh-CN");
        }
    }
}
