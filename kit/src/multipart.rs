//! The fields of a `multipart/form-data` body (RFC 7578). `multer` takes the body apart; what a part
//! is called, how its text is read and how much of it there may be is decided here, as Werkzeug does.

use std::{collections::HashMap, convert::Infallible};

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use multer::{Field, Multipart};

use crate::{
    error::{Error, Result},
    header_options::{self, ascii},
    multidict::MultiDict,
};

/// The most parts, files included, that a body may have; Flask's `MAX_FORM_PARTS`.
pub const MAX_FORM_PARTS: usize = 1_000;

/// The most bytes that a field which is no file may have; Flask's `MAX_FORM_MEMORY_SIZE`.
pub const MAX_FIELD_BYTES: usize = 500_000;

/// The fields of a body, without its files.
///
/// # Errors
/// 400 where there is no boundary, a part has no name, or the body ends before its last boundary;
/// 413 above [`MAX_FORM_PARTS`] and [`MAX_FIELD_BYTES`].
pub(crate) async fn fields(content_type: &str, data: Bytes) -> Result<MultiDict> {
    let Some(boundary) = header_options::parse(content_type).remove("boundary") else {
        return Err(malformed("its content type names no boundary"));
    };
    let stream = futures::stream::iter([Ok::<_, Infallible>(data)]);
    let mut parts = Multipart::new(stream, boundary);
    let mut fields = MultiDict::default();
    let mut count = 0;
    while let Some(part) = parts.next_field().await.map_err(malformed)? {
        count += 1;
        if count > MAX_FORM_PARTS {
            return Err(Error::TooMuch(format!(
                "the form has more than {MAX_FORM_PARTS} parts"
            )));
        }
        if part
            .headers()
            .values()
            .any(|value| str::from_utf8(value.as_bytes()).is_err())
        {
            return Err(malformed("a part's header is not UTF-8"));
        }
        let mut options = options_of(&part, &CONTENT_DISPOSITION);
        let Some(name) = options.remove("name") else {
            return Err(malformed("a part has no name"));
        };
        if options.contains_key("filename") {
            part.bytes().await.map_err(malformed)?;
        } else {
            fields.add(name.clone(), text(&name, part).await?);
        }
    }
    Ok(fields)
}

/// The options of one of a part's headers, whose bytes are known to be UTF-8.
fn options_of(part: &Field<'_>, name: &HeaderName) -> HashMap<String, String> {
    let header = part.headers().get(name).map(HeaderValue::as_bytes);
    header_options::parse(str::from_utf8(header.unwrap_or_default()).unwrap_or_default())
}

async fn text(name: &str, part: Field<'_>) -> Result<String> {
    let charset = options_of(&part, &CONTENT_TYPE).remove("charset");
    let bytes = part.bytes().await.map_err(malformed)?;
    if bytes.len() > MAX_FIELD_BYTES {
        return Err(Error::TooMuch(format!(
            "the field {name} is larger than {MAX_FIELD_BYTES} bytes"
        )));
    }
    let charset = charset.unwrap_or_default().to_ascii_lowercase();
    Ok(match charset.as_str() {
        "ascii" | "us-ascii" => bytes.into_iter().map(ascii).collect(),
        "iso-8859-1" => bytes.into_iter().map(char::from).collect(),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    })
}

fn malformed(why: impl std::fmt::Display) -> Error {
    Error::Malformed(format!("the multipart form cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    fn parse(body: impl Into<Vec<u8>>) -> Result<MultiDict> {
        let body = body.into();
        block_on(fields("multipart/form-data; boundary=b", body.into()))
    }

    /// A body of parts, each with its header lines and its content.
    fn body(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (headers, content) in parts {
            body.extend_from_slice(b"--b\r\n");
            body.extend_from_slice(headers.as_bytes());
            body.extend_from_slice(b"\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--b--\r\n");
        body
    }

    #[test]
    fn fields_are_kept_and_files_are_not() {
        let got = parse(body(&[
            ("Content-Disposition: form-data; name=\"a\"", b"1"),
            (
                "Content-Disposition: form-data; name=\"f\"; filename=\"x\"",
                b"file",
            ),
            (
                "Content-Disposition: form-data; name=\"g\"; filename=\"\"",
                b"",
            ),
            ("content-disposition: form-data; name=b", b""),
            ("Content-Disposition: form-data; name=\"a\"", b"\r\n--2"),
        ]));
        assert_eq!(
            got.unwrap().items().collect::<Vec<_>>(),
            [("a", "1"), ("a", "\r\n--2"), ("b", "")]
        );
    }

    #[test]
    fn a_value_is_utf_8_unless_its_part_says_one_of_two_others() {
        for (content_type, want) in [
            ("text/plain", "\u{fffd}"),
            ("text/plain; charset=utf-8", "\u{fffd}"),
            ("text/plain; charset=ISO-8859-1", "é"),
            ("text/plain; charset=us-ascii", "\u{fffd}"),
            ("text/plain; charset=gbk", "\u{fffd}"),
        ] {
            let headers =
                format!("Content-Disposition: form-data; name=a\r\nContent-Type: {content_type}");
            let got = parse(body(&[(&headers, b"\xe9")])).unwrap();
            assert_eq!(got.get("a"), Some(want), "{content_type}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_no_empty_form() {
        let whole = body(&[("Content-Disposition: form-data; name=a", b"1")]);
        let cut = &whole[..whole.len() - 6];
        for (name, bytes) in [
            ("nothing", b"".as_slice()),
            ("no boundary", b"text"),
            ("cut off", cut),
            (
                "no name",
                &body(&[("Content-Disposition: form-data", b"1")]),
            ),
            ("no disposition", &body(&[("X-Y: z", b"1")])),
            (
                "no UTF-8",
                b"--b\r\nContent-Disposition: x; name=a\r\nX: \xff\r\n\r\n\r\n--b--",
            ),
            ("no header", b"--b\r\n\r\n1\r\n--b--"),
        ] {
            let got = parse(bytes);
            assert!(matches!(got, Err(Error::Malformed(_))), "{name}: {got:?}");
        }
        for content_type in ["multipart/form-data", "multipart/form-data; boundary="] {
            let got = block_on(fields(content_type, whole.clone().into()));
            assert!(matches!(got, Err(Error::Malformed(_))), "{content_type}");
        }
    }

    #[test]
    fn a_body_at_its_limits_is_taken_and_one_more_is_not() {
        let part = ("Content-Disposition: form-data; name=a", b"1".as_slice());
        let (most, more) = (vec![b'x'; MAX_FIELD_BYTES], vec![b'x'; MAX_FIELD_BYTES + 1]);
        for (name, body, want) in [
            ("parts", body(&vec![part; MAX_FORM_PARTS]), true),
            ("parts + 1", body(&vec![part; MAX_FORM_PARTS + 1]), false),
            ("bytes", body(&[(part.0, &most)]), true),
            ("bytes + 1", body(&[(part.0, &more)]), false),
        ] {
            match parse(body) {
                Ok(_) => assert!(want, "{name}"),
                Err(error) => assert!(
                    !want && matches!(error, Error::TooMuch(_)),
                    "{name}: {error}"
                ),
            }
        }
    }
}
