//! A header that is a value with options: `form-data; name="image"`.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

/// The options of a header, by name in lower case, read as Werkzeug 3.1.9's `parse_options_header`
/// does.
///
/// - A value is a token or is quoted. In a quoted one `\"` (RFC 9110) is a quote, and `%22` (the HTML
///   standard) is one in either.
/// - `name*=charset'language'value` (RFC 8187) is `name` with percent escapes, in ASCII, UTF-8 or
///   ISO-8859-1.
/// - If a name comes several times, the last option wins. Text that is no option is skipped; a quote that is
///   not closed ends the header.
///
/// Continuations (`name*0=`, RFC 2231) are not put together: no client of a form sends them.
///
/// # Example
/// ```
/// let options = flask_formats::header_options::parse("form-data; name=\"image\"; filename*=UTF-8''%E4%B8%AD.png");
/// assert_eq!(options["name"], "image");
/// assert_eq!(options["filename"], "中.png");
/// ```
pub fn parse(header: &str) -> HashMap<String, String> {
    let mut options = HashMap::new();
    let Some((value, mut rest)) = header.split_once(';') else {
        return options;
    };
    if is_blank(value) {
        return options;
    }
    loop {
        rest = rest.trim_start_matches(BLANK);
        if let Some((name, after)) = name_of(rest) {
            let raw = match after.starts_with('"') {
                true => match quoted(after) {
                    Some(raw) => raw,
                    None => return options,
                },
                false => token(after).unwrap_or_default(),
            };
            rest = &after[raw.len()..];
            if !raw.is_empty() {
                let name = name.to_ascii_lowercase();
                match name.strip_suffix('*') {
                    Some(plain) => options.insert(plain.to_owned(), extended(raw)),
                    None => options.insert(name, unquote(raw)),
                };
            }
        }
        match rest.split_once(';') {
            Some((_, after)) => rest = after,
            None => return options,
        }
    }
}

const BLANK: [char; 2] = [' ', '\t'];

fn is_blank(text: &str) -> bool {
    text.trim_matches(BLANK).is_empty()
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// A token and what follows the `=` behind it.
fn name_of(text: &str) -> Option<(&str, &str)> {
    // Not as far as the next `=`: that may be at the end of the header, for each option.
    let name = token(text)?;
    let after = text[name.len()..].strip_prefix('=')?;
    Some((name, after))
}

fn token(text: &str) -> Option<&str> {
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// A quoted value with its quotes; `None` where the second one is missing.
fn quoted(text: &str) -> Option<&str> {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return Some(&text[..=index]),
            b'\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    None
}

/// A value without its quotes and escapes. A backslash is dropped before any character.
fn unquote(raw: &str) -> String {
    let inner = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    let mut value = String::with_capacity(raw.len());
    match inner {
        Some(inner) => {
            let mut chars = inner.chars();
            while let Some(c) = chars.next() {
                value.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
        }
        None => value.push_str(raw),
    }
    value.replace("%22", "\"")
}

/// The text of a value as RFC 8187 writes it; any other value as it is.
fn extended(raw: &str) -> String {
    let mut parts = raw.splitn(3, '\'');
    let (Some(charset), Some(_language), Some(encoded)) =
        (parts.next(), parts.next(), parts.next())
    else {
        return raw.to_owned();
    };
    if raw.starts_with('"') || encoded.is_empty() {
        return raw.to_owned();
    }
    let bytes: Vec<u8> = percent_decode_str(encoded).collect();
    decode(charset, &bytes).unwrap_or_else(|| encoded.to_owned())
}

/// A text in one of the charsets that Werkzeug knows in a form: ASCII, UTF-8 and ISO-8859-1, under the names that
/// it knows. Bytes outside the charset become U+FFFD; `None` where the charset is another.
pub fn decode(charset: &str, bytes: &[u8]) -> Option<String> {
    let ascii = |byte: &u8| match byte.is_ascii() {
        true => char::from(*byte),
        false => char::REPLACEMENT_CHARACTER,
    };
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" => Some(String::from_utf8_lossy(bytes).into_owned()),
        "ascii" | "us-ascii" => Some(bytes.iter().map(ascii).collect()),
        "iso-8859-1" => Some(bytes.iter().copied().map(char::from).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends at once, or takes hours.
    #[test]
    fn the_time_it_takes_grows_with_the_header_and_no_faster() {
        for option in [";", ";a", "; a=\"", ";a=b", "; \"", ";="] {
            let options = parse(&format!("form-data{}", option.repeat(1 << 20)));
            assert!(options.keys().all(|name| name == "a"), "{option}");
        }
    }

    #[test]
    fn options_are_read_as_werkzeug_reads_them() {
        for (header, want) in [
            ("form-data", &[][..]),
            ("form-data; name=a", &[("name", "a")]),
            (
                "form-data;name=\"a b\" ;  FileName=c.png",
                &[("name", "a b"), ("filename", "c.png")],
            ),
            (r#"x; a="b\"c%22d\\e""#, &[("a", r#"b"c"d\e"#)]),
            (r#"x; a="b;c"; d=e"#, &[("a", "b;c"), ("d", "e")]),
            ("x; a=\"\"", &[("a", "")]),
            ("x; a=", &[]),
            ("x; a; b=c", &[("b", "c")]),
            ("x; a=\"open; b=c", &[]),
            ("x; b=c; a=\"open", &[("b", "c")]),
            ("; a=b", &[]),
            (r#"x; a="a\b""#, &[("a", "ab")]),
            ("x; a=b%22c", &[("a", "b\"c")]),
            ("x; a*=\"UTF-8''b\"", &[("a", "\"UTF-8''b\"")]),
            ("x; a=1; a=2", &[("a", "2")]),
            (
                "x; filename=a; filename*=UTF-8''%E4%B8%AD",
                &[("filename", "中")],
            ),
            (
                "x; filename*=UTF-8''%E4%B8%AD; filename=a",
                &[("filename", "a")],
            ),
            ("x; a*=iso-8859-1'en'%e9", &[("a", "é")]),
            ("x; a*=utf-8''%ff", &[("a", "\u{fffd}")]),
            ("x; a*=ascii''%ff", &[("a", "\u{fffd}")]),
            ("x; a=\"中\"", &[("a", "中")]),
        ] {
            let want: HashMap<_, _> = want
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            assert_eq!(parse(header), want, "{header}");
        }
    }
}
