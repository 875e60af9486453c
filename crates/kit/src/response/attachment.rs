//! Answers that a browser saves as a file: `Content-Disposition`, by RFC 6266.

use formats::python::is_printable;
use http::{HeaderValue, header::CONTENT_DISPOSITION};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::response::Response;

/// Makes an answer one that a browser saves, under this name (Flask's `send_file(as_attachment=True)`).
///
/// What cannot be part of a name, or could make it look like another, becomes `_`: slashes, and all that
/// cannot be seen. A name that is not ASCII is there twice, for clients that do not know RFC 8187.
///
/// # Example
/// ```
/// use kit::{text, response::attachment};
///
/// let response = attachment(text("english,chinese"), "单词.csv");
/// assert_eq!(
///     response.headers()["content-disposition"],
///     "attachment; filename=\"__.csv\"; filename*=UTF-8''%E5%8D%95%E8%AF%8D.csv"
/// );
/// ```
pub fn attachment(mut response: Response, filename: &str) -> Response {
    let name: String = filename
        .chars()
        .map(|c| match c {
            '/' | '\\' => '_',
            c if is_printable(c) => c,
            _ => '_',
        })
        .collect();
    // Some clients take what looks like an escape for one, and few know `\"` (RFC 6266, appendix D).
    let plain = name.replace(|c: char| !c.is_ascii() || c == '"' || c == '%', "_");
    let mut value = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        let escaped = utf8_percent_encode(&name, NOT_AN_ATTRIBUTE);
        value.push_str(&format!("; filename*=UTF-8''{escaped}"));
    }
    // What is printable ASCII is always a valid header value.
    let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"));
    response.headers_mut().insert(CONTENT_DISPOSITION, value);
    response
}

/// Everything but the `attr-char` of RFC 8187, section 3.2.1.
const NOT_AN_ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use formats::header_options;

    use crate::text;

    fn disposition(filename: &str) -> String {
        let response = attachment(text(""), filename);
        response.headers()[CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .to_owned()
    }

    #[test]
    fn a_name_is_ascii_and_where_that_is_not_all_there_twice() {
        for (filename, want) in [
            ("words.csv", "filename=\"words.csv\""),
            ("my words.csv", "filename=\"my words.csv\""),
            ("it's;1,2.csv", "filename=\"it's;1,2.csv\""),
            ("", "filename=\"\""),
            ("é.csv", "filename=\"_.csv\"; filename*=UTF-8''%C3%A9.csv"),
            (
                "a\"b%41'(*.csv",
                "filename=\"a_b_41'(*.csv\"; filename*=UTF-8''a%22b%2541%27%28%2A.csv",
            ),
            ("../../etc/passwd", "filename=\".._.._etc_passwd\""),
            ("..\\a.csv", "filename=\".._a.csv\""),
            ("a\r\nset-cookie: b=c\0", "filename=\"a__set-cookie: b=c_\""),
            ("\u{202e}vsc.exe\u{200b}", "filename=\"_vsc.exe_\""),
        ] {
            assert_eq!(
                disposition(filename),
                format!("attachment; {want}"),
                "{filename:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_name_is_one_that_reads_back(filename in any::<String>()) {
            let options = header_options::parse(&disposition(&filename));
            let name = options.get("filename").map(String::as_str).unwrap_or_default();
            prop_assert_eq!(name.chars().count(), filename.chars().count());
            for (got, sent) in name.chars().zip(filename.chars()) {
                prop_assert!(got == sent || got == '_', "{}", name);
            }
        }
    }
}
