//! A header that is a value with options: `form-data; name="image"`.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;

/// The options of a header, by name in lower case, read as Werkzeug's `parse_options_header` does.
///
/// - A value is a token or is quoted. In a quoted one `\"` (RFC 9110) and `%22` (the HTML standard)
///   both mean a quote, and `\\` a backslash.
/// - `name*=charset'language'value` (RFC 8187) is `name` with percent escapes, in ASCII, UTF-8 or
///   ISO-8859-1.
/// - Of several options of one name the last wins. What is no option is passed over.
///
/// Continuations (`name*0=`, RFC 2231) are not put together: no client of a form sends them.
pub(crate) fn parse(header: &str) -> HashMap<String, String> {
    let mut options = HashMap::new();
    let Some((_, mut rest)) = header.split_once(';') else {
        return options;
    };
    loop {
        rest = rest.trim_start();
        if let Some((name, after)) = name_of(rest) {
            let value = match quoted(after) {
                Some((value, after)) => {
                    rest = after;
                    Some(unquote(value))
                }
                None => token(after).map(str::to_owned),
            };
            if let Some(value) = value {
                let name = name.to_ascii_lowercase();
                match name.strip_suffix('*') {
                    Some(plain) => options.insert(plain.to_owned(), extended(&value)),
                    None => options.insert(name, value),
                };
            }
        }
        match rest.split_once(';') {
            Some((_, after)) => rest = after,
            None => return options,
        }
    }
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

/// A token and what follows the `=` behind it.
fn name_of(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.split_once('=')?;
    (!name.is_empty() && name.chars().all(is_token)).then_some((name, after))
}

fn token(text: &str) -> Option<&str> {
    let end = text.find(|c| !is_token(c)).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

/// What is between two quotes, and what follows them; `None` where the second one is missing.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    for (index, byte) in inner.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return Some((&inner[..index], &inner[index + 1..])),
            b'\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    None
}

/// In the order in which Werkzeug does it, which is not quite the order of the escapes.
fn unquote(value: &str) -> String {
    value
        .replace("\\\\", "\\")
        .replace("\\\"", "\"")
        .replace("%22", "\"")
}

fn extended(value: &str) -> String {
    let mut parts = value.splitn(3, '\'');
    let (Some(charset), Some(_language), Some(encoded)) =
        (parts.next(), parts.next(), parts.next())
    else {
        return value.to_owned();
    };
    let bytes = percent_decode_str(encoded);
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" => bytes.decode_utf8_lossy().into_owned(),
        "ascii" | "us-ascii" => bytes.map(ascii).collect(),
        "iso-8859-1" => bytes.map(char::from).collect(),
        _ => encoded.to_owned(),
    }
}

/// A byte of ASCII text; what is not ASCII becomes U+FFFD.
pub(crate) fn ascii(byte: u8) -> char {
    if byte.is_ascii() {
        char::from(byte)
    } else {
        char::REPLACEMENT_CHARACTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("x; a=\"open; b=c", &[("b", "c")]),
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
