//! Lists in headers.

use http::HeaderValue;

/// The entries of lists such as `X-Forwarded-For`, the last one first.
pub(crate) fn entries<'a>(
    lines: impl IntoIterator<Item = &'a HeaderValue, IntoIter: DoubleEndedIterator>,
) -> impl Iterator<Item = &'a [u8]> {
    let lines = lines.into_iter().rev();
    lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
}

/// The parts of a text between separators that are not in quotes; `None` where a quotation never ends.
pub(crate) fn split(text: &[u8], separator: u8) -> Option<Vec<&[u8]>> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text
        .split(|byte| {
            let ends = !is_quoted && *byte == separator;
            if *byte == b'"' && !is_escaped {
                is_quoted = !is_quoted;
            }
            is_escaped = is_quoted && *byte == b'\\' && !is_escaped;
            ends
        })
        .collect();
    (!is_quoted).then_some(parts)
}

/// The parts of a text between commas that are not in comments. A comment that never ends does not count as one: a
/// client could swallow with it what proxies add behind.
pub(super) fn split_around_comments(text: &[u8]) -> Vec<&[u8]> {
    let (mut depth, mut is_escaped) = (0_usize, false);
    let parts = text
        .split(|byte| {
            let ends = depth == 0 && *byte == b',';
            match byte {
                _ if is_escaped => {}
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            is_escaped = depth > 0 && *byte == b'\\' && !is_escaped;
            ends
        })
        .collect();
    match depth {
        0 => parts,
        _ => text.split(|byte| *byte == b',').collect(),
    }
}

/// Whether a text is a token (RFC 9110, section 5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_tchar)
}
