//! Entity tags, by RFC 9110, section 8.8.3.

use http::{HeaderMap, HeaderName, HeaderValue};

use formats::hex;

/// A strong entity tag: it stays the same as long as every byte does.
///
/// # Example
/// ```
/// assert_eq!(kit::conditional::ETag::from_hash(&[0x0a, 0xff]).header(), "\"0aff\"");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(HeaderValue);

impl ETag {
    /// The tag of what has this hash, written in hexadecimal.
    pub fn from_hash(hash: &[u8]) -> Self {
        let hex = hex(hash);
        // Hexadecimal digits are always a valid header value.
        Self(
            HeaderValue::try_from(format!("\"{hex}\"")).unwrap_or(HeaderValue::from_static("\"\"")),
        )
    }

    /// The value of the header `ETag`.
    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// Strong comparison (8.8.3.2).
    pub(crate) fn strong_eq(&self, tag: &Tag) -> bool {
        !tag.weak && tag.quoted == self.0.as_bytes()
    }

    /// Weak comparison (8.8.3.2).
    pub(crate) fn weak_eq(&self, tag: &Tag) -> bool {
        tag.quoted == self.0.as_bytes()
    }
}

/// A tag that a client sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    weak: bool,
    /// With its quotes.
    quoted: &'a [u8],
}

/// What a header such as `If-None-Match` names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tags<'a> {
    /// `*`: whatever is there.
    Any,
    /// These.
    List(Vec<Tag<'a>>),
}

impl<'a> Tags<'a> {
    /// All lines of a header; none where there is no such header.
    ///
    /// A list is read up to its first flaw, and what comes behind that names nothing.
    pub(crate) fn from_headers(headers: &'a HeaderMap, name: HeaderName) -> Option<Self> {
        let lines: Vec<&[u8]> = headers
            .get_all(name)
            .iter()
            .map(|line| line.as_bytes().trim_ascii())
            .collect();
        (!lines.is_empty()).then(|| Self::from_lines(&lines))
    }

    /// What such a header names, as the value of a form's field.
    pub(crate) fn parse(text: &'a str) -> Self {
        Self::from_lines(&[text.as_bytes().trim_ascii()])
    }

    fn from_lines(lines: &[&'a [u8]]) -> Self {
        match lines {
            [b"*"] => Self::Any,
            lines => Self::List(lines.iter().copied().flat_map(list).collect()),
        }
    }

    /// Whether one of them is the tag, by this comparison; a tag is there for `*`.
    pub(crate) fn any(&self, same: impl Fn(&Tag) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(same),
        }
    }
}

/// Reads a list of tags. A comma may be part of one, so it cannot be split.
fn list(text: &[u8]) -> Vec<Tag<'_>> {
    let mut text = skip_empty(text);
    let mut tags = Vec::new();
    while let Some((tag, rest)) = tag(text) {
        tags.push(tag);
        match rest.trim_ascii_start() {
            [b',', rest @ ..] => text = skip_empty(rest),
            _ => break,
        }
    }
    tags
}

/// The tag that a text begins with, and the rest.
pub(crate) fn tag(text: &[u8]) -> Option<(Tag<'_>, &[u8])> {
    let (weak, text) = match text {
        [b'W', b'/', text @ ..] => (true, text),
        _ => (false, text),
    };
    let inner = text.strip_prefix(b"\"")?;
    let length = inner
        .iter()
        .position(|byte| !matches!(byte, 0x21 | 0x23..=0x7e | 0x80..))?;
    let (quoted, rest) = text.split_at_checked(length + 2)?;
    quoted
        .ends_with(b"\"")
        .then_some((Tag { weak, quoted }, rest))
}

/// Lists may have empty elements (RFC 9110, section 5.6.1).
fn skip_empty(text: &[u8]) -> &[u8] {
    let end = text
        .iter()
        .position(|byte| !matches!(byte, b',' | b' ' | b'\t'));
    &text[end.unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use http::header::IF_NONE_MATCH;
    use proptest::prelude::*;

    use super::*;

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        let values = lines
            .iter()
            .map(|line| HeaderValue::from_bytes(line).unwrap());
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IF_NONE_MATCH, value);
        }
        headers
    }

    /// The tags as text, weak ones with their `W/`.
    fn texts(lines: &[&[u8]]) -> Option<Vec<String>> {
        match Tags::from_headers(&headers(lines), IF_NONE_MATCH)? {
            Tags::Any => Some(vec!["*".to_owned()]),
            Tags::List(tags) => Some(
                tags.iter()
                    .map(|tag| {
                        let prefix = if tag.weak { "W/" } else { "" };
                        format!("{prefix}{}", String::from_utf8_lossy(tag.quoted))
                    })
                    .collect(),
            ),
        }
    }

    #[test]
    fn lists_are_read_up_to_their_first_flaw() {
        for (lines, want) in [
            (&[&b"\"a\""[..]][..], &["\"a\""][..]),
            (&[b"W/\"a\""], &["W/\"a\""]),
            (&[b" \"a\" , W/\"b\",\"c\""], &["\"a\"", "W/\"b\"", "\"c\""]),
            (&[b"\"a\",, ,\"b\","], &["\"a\"", "\"b\""]),
            (&[b", ,\t\"a\" ,, \"b\""], &["\"a\"", "\"b\""]),
            (&[b",", b"\"a\""], &["\"a\""]),
            (&[b", ,"], &[]),
            (&[b",*"], &[]),
            (&[b"\"a,b\", \"c\""], &["\"a,b\"", "\"c\""]),
            (&[b"\"\""], &["\"\""]),
            (&[b"\"a\"", b"\"b\""], &["\"a\"", "\"b\""]),
            (&[b"*"], &["*"]),
            (&[b" * "], &["*"]),
            (&[b"*, \"a\""], &[]),
            (&[b"*", b"\"a\""], &["\"a\""]),
            (&[b"\"a\" \"b\""], &["\"a\""]),
            (&[b"w/\"a\""], &[]),
            (&[b"W/ \"a\""], &[]),
            (&[b"a"], &[]),
            (&[b"\""], &[]),
            (&[b"\"a"], &[]),
            (&[b"\"a b\""], &[]),
            (&[b""], &[]),
        ] {
            assert_eq!(texts(lines).unwrap(), want, "{lines:?}");
        }
        assert_eq!(texts(&[]), None);
        assert_eq!(texts(&[b"\"\xff\""]).unwrap(), ["\"\u{fffd}\""]);
    }

    #[test]
    fn a_weak_tag_is_never_strongly_the_same() {
        let own = ETag::from_hash(b"a");
        for (text, strongly, weakly) in [
            ("\"61\"", true, true),
            ("W/\"61\"", false, true),
            ("\"62\"", false, false),
            ("\"\"", false, false),
        ] {
            let (tag, _) = tag(text.as_bytes()).unwrap();
            assert_eq!(
                (own.strong_eq(&tag), own.weak_eq(&tag)),
                (strongly, weakly),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_header_is_read(line in "[ -~é]{0,40}") {
            texts(&[line.as_bytes()]);
        }
    }
}
