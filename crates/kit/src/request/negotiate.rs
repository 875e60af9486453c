//! Which form an answer takes: `Accept`, by RFC 9110, section 12.5.1.

use http::{HeaderMap, header::ACCEPT};

/// What the client would like to have.
///
/// Nobody is refused for an `Accept`: a part that cannot be read is left out, as Werkzeug does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Accept {
    ranges: Vec<Range>,
}

/// One entry, such as `text/*;q=0.5`.
#[derive(Debug, Clone)]
struct Range {
    kind: String,
    subtype: String,
    quality: f32,
}

/// How welcome a media type is: its quality, then how closely the range names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd)]
struct Welcome {
    quality: f32,
    specificity: u8,
}

const EXACT: u8 = 2;

impl Accept {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let ranges = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter_map(Range::parse)
            .collect();
        Self { ranges }
    }

    /// JSON is preferred to a page and to text. At equal quality, being named beats being covered by `*/*`.
    pub(crate) fn prefers_json(&self) -> bool {
        let json = self.welcome("application", "json");
        json.quality > 0.0
            && json > self.welcome("text", "html")
            && json > self.welcome("text", "plain")
    }

    /// A page is asked for by name, which is what browsers do, and plain text is not preferred to it.
    pub(crate) fn prefers_page(&self) -> bool {
        let page = self.welcome("text", "html");
        page.quality > 0.0
            && page.specificity == EXACT
            && page.quality >= self.welcome("text", "plain").quality
            && !self.prefers_json()
    }

    fn welcome(&self, kind: &str, subtype: &str) -> Welcome {
        let mut best = Welcome::default();
        for range in &self.ranges {
            let Some(specificity) = range.specificity(kind, subtype) else {
                continue;
            };
            // The closest range counts; where one is there twice, at its best.
            let quality = range.quality;
            if (specificity, quality) > (best.specificity, best.quality) {
                best = Welcome {
                    quality,
                    specificity,
                };
            }
        }
        best
    }
}

impl Range {
    fn parse(entry: &str) -> Option<Self> {
        let mut parts = entry.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        if kind.is_empty() || subtype.is_empty() || (kind == "*" && subtype != "*") {
            return None;
        }
        Some(Self {
            kind: kind.to_ascii_lowercase(),
            subtype: subtype.to_ascii_lowercase(),
            quality: quality(parts)?,
        })
    }

    fn specificity(&self, kind: &str, subtype: &str) -> Option<u8> {
        match (self.kind.as_str(), self.subtype.as_str()) {
            ("*", "*") => Some(0),
            (own, "*") if own == kind => Some(1),
            (own, other) if own == kind && other == subtype => Some(EXACT),
            _ => None,
        }
    }
}

/// The quality among an entry's parameters, from 0 to 1, and 1 where it is not said; `None` where it
/// cannot be read.
pub(crate) fn quality<'a>(mut parameters: impl Iterator<Item = &'a str>) -> Option<f32> {
    let weight = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    weight.map_or(Some(1.0), number)
}

/// Rust's floats also read `inf`, `NaN` and `1e3`, which no quality may be.
fn number(text: &str) -> Option<f32> {
    if text.is_empty() {
        return Some(1.0);
    }
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let quality = text.parse::<f32>().ok().filter(|_| plain)?;
    (quality <= 1.0).then_some(quality)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn accept(values: &[&str]) -> Accept {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(ACCEPT, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Accept::from_headers(&headers)
    }

    #[test]
    fn json_is_for_those_who_prefer_it() {
        for (values, want) in [
            (&[][..], false),
            (&["*/*"], false),
            (&["application/json"], true),
            (&["APPLICATION/JSON; charset=utf-8"], true),
            (&["application/*"], true),
            (&["application/json, */*"], true),
            (&["application/json;q=0.5, */*"], false),
            (&["application/json, text/plain, */*"], false),
            (&["application/json, text/html;q=0.9"], true),
            (&["application/json;q=0.9, text/html"], false),
            (&["text/html;q=0, text/plain;q=0, */*"], true),
            (&["application/json;q=0"], false),
            (&["text/html", "application/json"], false),
            (&["text/html;q=0.2", "application/json"], true),
            (&["application/problem+json"], false),
            (&["application/json;q=0.5, text/*;q=0.4"], true),
        ] {
            assert_eq!(accept(values).prefers_json(), want, "{values:?}");
        }
    }

    #[test]
    fn a_page_is_for_those_who_name_it() {
        for (values, want) in [
            (&[][..], false),
            (&["*/*"], false),
            (&["text/*"], false),
            (&["text/html"], true),
            (
                &["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],
                true,
            ),
            (&["text/html, application/json"], true),
            (&["text/html;q=0.5, application/json"], false),
            (&["text/html;q=0.5, text/plain"], false),
            (&["text/html;q=0"], false),
            (&["*/*", "text/html"], true),
        ] {
            assert_eq!(accept(values).prefers_page(), want, "{values:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for (values, want) in [
            (&["", ",,", ";q=1", "/", "json", "*/json"][..], false),
            (&["application/json;q=high, text/html"], false),
            (&["application/json;q=", "application/json"], true),
            (&["application/json;q=inf"], false),
            (&["application/json;q=7, text/html"], false),
            (&["application/json;q=-1, text/html;q=0"], false),
            (&["唤醒", "application/json"], true),
        ] {
            assert_eq!(accept(values).prefers_json(), want, "{values:?}");
        }
    }

    proptest! {
        #[test]
        fn no_accept_is_an_error(value in "[ -~]{0,40}") {
            let accept = accept(&[&value]);
            prop_assert!(!(accept.prefers_json() && accept.prefers_page()));
        }
    }
}
