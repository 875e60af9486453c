//! Which language an answer has: `Accept-Language`, by RFC 9110, section 12.5.4, and RFC 4647.
//!
//! The crates for this compare tags with the data of hundreds of languages. An application that offers a few, each
//! with its own first subtag, needs none of it.

use http::{HeaderMap, header::ACCEPT_LANGUAGE};

use super::negotiate;

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
    /// It names a relative, as `zh-TW` is one of `zh-CN`. Its readers are better off with this language than with an
    /// unrelated one (RFC 4647's lookup, section 3.4). A client that refuses a relative does not refuse this language.
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

/// The offered language that the client likes best: the first of those that it likes the same, and none where it
/// wants none of them.
///
/// An entry that cannot be read is left out.
pub(crate) fn preferred<'a>(headers: &HeaderMap, offered: &[&'a str]) -> Option<&'a str> {
    let ranges: Vec<Range> = headers
        .get_all(ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect();
    let mut best: Option<(Welcome, &str)> = None;
    for language in offered {
        let Some(welcome) = welcome(&ranges, language) else {
            continue;
        };
        if best.is_none_or(|(best, _)| welcome > best) {
            best = Some((welcome, language));
        }
    }
    best.map(|(_, language)| language)
}

/// None where the client does not want the language, or says nothing about it.
///
/// The ranges that name it most closely decide, whatever the others say: `zh-CN, zh;q=0` is for who reads
/// no Chinese but that of `zh-CN`, `zh, zh-CN;q=0` for who reads any but that. Of several that name it as
/// closely, one that refuses it counts, and else the best.
fn welcome(ranges: &[Range], language: &str) -> Option<Welcome> {
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
    fn closeness(&self, language: &str) -> Option<Closeness> {
        if self.tag == "*" {
            return Some(Closeness::Any);
        }
        let language = language.to_ascii_lowercase();
        if primary(&self.tag) != primary(&language) {
            return None;
        }
        let is_part = |subtag| language.split('-').any(|own| own == subtag);
        if self.tag.split('-').all(is_part) {
            return Some(Closeness::Exact(self.tag.split('-').count()));
        }
        // One that refuses a relative is about that alone.
        (self.quality > 0.0).then_some(Closeness::Relative)
    }
}

/// A tag without its script and region.
fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    /// Our Chinese is `zh-Hans-CN`, which is written `zh-CN` for short.
    const CHINESE: &str = "zh-Hans-CN";
    const BOTH: &[&str] = &["en", CHINESE];

    /// `zh-CN`, `en`, or nothing where none is liked.
    fn preferred_of(lines: &[&str], offered: &[&str]) -> &'static str {
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(ACCEPT_LANGUAGE, line);
        }
        match preferred(&headers, offered) {
            None => "",
            Some("en") => "en",
            Some(CHINESE) => "zh-CN",
            Some(other) => panic!("{other} is not offered"),
        }
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
            ("*;q=0", ""),
        ] {
            assert_eq!(preferred_of(&[line], BOTH), want, "{line}");
        }
    }

    #[test]
    fn a_quality_of_nothing_refuses_a_language() {
        for (line, want) in [
            ("en;q=0", ""),
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
    fn what_cannot_be_read_is_left_out() {
        for lines in [
            &[][..],
            &[""],
            &[",;,"],
            &["fr"],
            &["zhx, eng, x-zh"],
            &["zh;q=2, en;q=x"],
            &["唤醒"],
        ] {
            assert_eq!(preferred_of(lines, BOTH), "", "{lines:?}");
        }
        assert_eq!(preferred_of(&["*"], &[CHINESE, "en"]), "zh-CN");
        assert_eq!(preferred_of(&["*"], &[]), "");
        assert_eq!(preferred_of(&["zh"], &["en"]), "");
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
            prop_assert_ne!(preferred_of(&[&line], &[CHINESE]), "en");
        }
    }
}
