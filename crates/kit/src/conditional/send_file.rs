//! A file as an answer: whole, in part, or not at all where the client has it.

use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
    pin::Pin,
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use formats::http_date;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::{Frame, SizeHint};

use crate::{
    body::Body,
    conditional::{self, etag::ETag, range},
    error::{BoxError, Error, Result},
    request::Request,
    response::Response,
};

/// How many bytes of a file are in memory at a time.
const CHUNK_BYTES: u64 = 64 * 1024;

/// What is known of a file before it is read.
#[derive(Debug, Clone)]
pub struct FileInfo {
    /// Its content type, with a charset where it is text.
    pub content_type: HeaderValue,
    /// Its size in bytes.
    pub length: u64,
    /// What changes with its content.
    pub etag: ETag,
    /// When it was changed, where that is known: the answer's `Last-Modified`.
    pub modified: Option<SystemTime>,
}

/// Answers with a file (Flask's `send_file`): 200, a part of it (206), or 304 where the client has it.
///
/// `body` makes the body of a range of bytes and is called only where one is sent. A cache may keep the
/// answer but has to ask each time whether it still holds, as in Flask.
///
/// # Errors
/// 412 where `If-Match` or `If-Unmodified-Since` asks for something else, 416 where the range lies behind the end, and those of `body`.
///
/// # Example
/// ```
/// use kit::{Request, Response, Result, conditional::{ETag, FileInfo, body_of_file, send_file}};
///
/// async fn robots(request: Request) -> Result<Response> {
///     let text = "User-agent: *\n";
///     let file = FileInfo {
///         content_type: http::HeaderValue::from_static("text/plain; charset=utf-8"),
///         length: text.len() as u64,
///         etag: ETag::from_hash(b"1"),
///         modified: None,
///     };
///     send_file(&request, &file, |range| body_of_file(std::io::Cursor::new(text), range))
/// }
/// ```
pub fn send_file(
    request: &Request,
    file: &FileInfo,
    body: impl FnOnce(Range<u64>) -> Result<Body>,
) -> Result<Response> {
    let mut response = Response::new(Body::empty());
    let (method, asked) = (request.method(), request.named(&conditional::HEADERS));
    let unchanged = match file.modified {
        Some(modified) => conditional::is_unchanged_since(method, &asked, &file.etag, modified)?,
        None => conditional::is_unchanged(method, &asked, &file.etag)?,
    };
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let part = part(method, &asked, file)?;
        let range = part.clone().unwrap_or(0..file.length);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, file.content_type.clone());
        headers.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if let Some(part) = part {
            let value = format!("bytes {}-{}/{}", part.start, part.end - 1, file.length);
            headers.insert(
                header::CONTENT_RANGE,
                value.try_into().map_err(Error::internal)?,
            );
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        if request.method() != Method::HEAD {
            *response.body_mut() = body(range)?;
        }
    }
    let headers = response.headers_mut();
    headers.insert(header::ETAG, file.etag.header());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Some(modified) = file.modified {
        let date = HeaderValue::try_from(http_date(modified)).map_err(Error::internal)?;
        headers.insert(header::LAST_MODIFIED, date);
    }
    Ok(response)
}

/// The body of a range of a file, read in chunks while it is sent.
///
/// Where the file is shorter than the range, the body ends with an error, never short with success.
///
/// # Errors
/// 500 where the range's first byte cannot be reached.
pub fn body_of_file(
    mut file: impl Read + Seek + Send + Unpin + 'static,
    range: Range<u64>,
) -> Result<Body> {
    file.seek(SeekFrom::Start(range.start))
        .map_err(Error::internal)?;
    let left = range.end.saturating_sub(range.start);
    Ok(Body::new(Chunks { file, left }))
}

/// The part to send, which only GET has (RFC 9110, section 14.2).
fn part(method: &Method, headers: &HeaderMap, file: &FileInfo) -> Result<Option<Range<u64>>> {
    if method != Method::GET || !conditional::allows_range(headers, &file.etag) {
        return Ok(None);
    }
    range::requested(headers, file.length)
}

struct Chunks<F> {
    file: F,
    left: u64,
}

impl<F: Read + Unpin> http_body::Body for Chunks<F> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut chunk = Vec::new();
        let next = CHUNK_BYTES.min(self.left);
        let read = (&mut self.file).take(next).read_to_end(&mut chunk);
        self.left -= chunk.len() as u64;
        let frame = match read {
            Ok(0) => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            Ok(_) => Ok(Frame::data(chunk.into())),
            Err(error) => Err(error),
        };
        if frame.is_err() {
            // An error is the last of a body.
            self.left = 0;
        }
        Poll::Ready(Some(frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use futures::executor::block_on;
    use http_body_util::{BodyExt, Full};

    use super::*;

    const TEXT: &str = "0123456789";

    fn info(length: usize) -> FileInfo {
        FileInfo {
            content_type: HeaderValue::from_static("text/plain; charset=utf-8"),
            length: length as u64,
            etag: ETag::from_hash(b"a"),
            modified: None,
        }
    }

    fn request(method: &str, lines: &[(&str, &str)]) -> Request {
        let request = http::Request::builder().method(method).uri("/static/a.txt");
        let request = lines.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        Request::new(request.body(Full::new(Bytes::new())).unwrap())
    }

    fn send(method: &str, lines: &[(&str, &str)]) -> Result<Response> {
        send_file(&request(method, lines), &info(TEXT.len()), |range| {
            body_of_file(Cursor::new(TEXT), range)
        })
    }

    fn content(body: Body) -> std::result::Result<Bytes, BoxError> {
        Ok(block_on(body.collect())?.to_bytes())
    }

    #[test]
    fn a_file_is_sent_whole_in_part_or_not_at_all() {
        for (method, lines, status, range, want) in [
            ("GET", &[][..], 200, None, TEXT),
            ("HEAD", &[], 200, None, ""),
            (
                "GET",
                &[("range", "bytes=2-4")],
                206,
                Some("bytes 2-4/10"),
                "234",
            ),
            (
                "GET",
                &[("range", "bytes=-3")],
                206,
                Some("bytes 7-9/10"),
                "789",
            ),
            ("HEAD", &[("range", "bytes=2-4")], 200, None, ""),
            ("GET", &[("range", "bytes=0-1,3-4")], 200, None, TEXT),
            (
                "GET",
                &[("range", "bytes=2-4"), ("if-range", "\"61\"")],
                206,
                Some("bytes 2-4/10"),
                "234",
            ),
            (
                "GET",
                &[("range", "bytes=2-4"), ("if-range", "\"62\"")],
                200,
                None,
                TEXT,
            ),
            (
                "GET",
                &[("range", "bytes=99-"), ("if-range", "\"62\"")],
                200,
                None,
                TEXT,
            ),
            ("GET", &[("if-none-match", "\"61\"")], 304, None, ""),
            ("HEAD", &[("if-none-match", "\"61\"")], 304, None, ""),
            (
                "GET",
                &[("if-none-match", "\"61\""), ("range", "bytes=2-4")],
                304,
                None,
                "",
            ),
            (
                "GET",
                &[("if-none-match", "\"62\""), ("range", "bytes=2-4")],
                206,
                Some("bytes 2-4/10"),
                "234",
            ),
        ] {
            let response = send(method, lines).unwrap();
            let header = |name| {
                response
                    .headers()
                    .get(name)
                    .map(|value| value.to_str().unwrap())
            };
            assert_eq!(response.status().as_u16(), status, "{method} {lines:?}");
            assert_eq!(header(header::CONTENT_RANGE), range, "{method} {lines:?}");
            assert_eq!(header(header::ETAG), Some("\"61\""), "{method} {lines:?}");
            assert_eq!(header(header::CACHE_CONTROL), Some("no-cache"));
            let length = header(header::CONTENT_LENGTH);
            let sent = want.len().to_string();
            match (method, status) {
                (_, 304) => assert_eq!(length, None, "{lines:?}"),
                ("HEAD", _) => assert_eq!(length, Some("10"), "{lines:?}"),
                _ => assert_eq!(length, Some(sent.as_str()), "{lines:?}"),
            }
            assert_eq!(
                content(response.into_body()).unwrap(),
                want,
                "{method} {lines:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        for (lines, status) in [
            (&[("range", "bytes=10-")][..], 416),
            (&[("range", "bytes=-0")], 416),
            (&[("if-match", "\"62\"")], 412),
            (&[("if-match", "\"62\""), ("range", "bytes=10-")], 412),
        ] {
            assert_eq!(
                send("GET", lines).unwrap_err().status().as_u16(),
                status,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_large_file_comes_in_chunks() {
        let large = vec![b'x'; CHUNK_BYTES as usize * 2 + 1];
        let mut body = body_of_file(Cursor::new(large), 1..CHUNK_BYTES * 2 + 1).unwrap();
        let mut sizes = Vec::new();
        while let Some(frame) = block_on(body.frame()) {
            sizes.push(frame.unwrap().into_data().unwrap().len() as u64);
        }
        assert_eq!(sizes, [CHUNK_BYTES, CHUNK_BYTES]);
    }

    #[test]
    fn a_file_that_became_shorter_ends_with_an_error() {
        let body = body_of_file(Cursor::new(TEXT), 0..11).unwrap();
        assert!(content(body).is_err());
        assert_eq!(
            content(body_of_file(Cursor::new(""), 0..0).unwrap()).unwrap(),
            ""
        );
    }
}
