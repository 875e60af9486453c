//! The fields and files of a `multipart/form-data` body (RFC 7578). `multer` takes the body apart; what
//! a part is called, how its text is read and how much of it there may be is decided here, as Werkzeug
//! does.

use std::{
    collections::HashMap,
    future::{Future, poll_fn},
    task::Poll,
};

use bytes::Bytes;
use futures::stream::{self, Stream};
use http::{
    HeaderName,
    header::{CONTENT_DISPOSITION, CONTENT_TYPE},
};
use multer::{Field, Multipart};

use crate::{
    body::{self, Incoming},
    error::{Error, Result},
    header_options::{self, ascii},
    multidict::MultiDict,
};

/// The most parts, files included, that a body may have; Flask's `MAX_FORM_PARTS`.
pub const MAX_FORM_PARTS: usize = 1_000;

/// The most bytes that a field which is no file may have; Flask's `MAX_FORM_MEMORY_SIZE`.
pub const MAX_FIELD_BYTES: usize = 500_000;

/// A file of a form, in memory (Flask's `FileStorage`).
///
/// Name and content type are the client's words: either may be anything, the name a path such as
/// `../../etc/passwd`, the type one that the content is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedFile {
    /// The name that the client gave it; empty where it gave none.
    pub filename: String,
    /// The content type that the client says it has.
    pub content_type: Option<String>,
    /// What is in it. Cloning shares it.
    pub data: Bytes,
}

impl UploadedFile {
    /// Whether it is what a browser sends for an input in which no file was chosen.
    fn is_unchosen(&self) -> bool {
        self.filename.is_empty() && self.data.is_empty()
    }
}

/// What a body holds.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) fields: MultiDict,
    /// In their order, by the names of their fields.
    files: Vec<(String, UploadedFile)>,
    /// How large the body was.
    pub(crate) body_bytes: u64,
}

impl Form {
    /// The first file of a field in which one was chosen.
    pub(crate) fn file(&self, name: &str) -> Option<&UploadedFile> {
        self.files
            .iter()
            .find(|(field, file)| field == name && !file.is_unchosen())
            .map(|(_, file)| file)
    }
}

/// Takes a body apart while it comes in, so that a file is in memory once.
///
/// # Errors
/// 400 where there is no boundary, a part has no name, or the body ends before its last boundary;
/// 413 above [`MAX_FORM_PARTS`] and [`MAX_FIELD_BYTES`]; and those of the body.
pub(crate) async fn read(content_type: &str, mut body: Incoming) -> Result<Form> {
    let Some(boundary) = header_options::parse(content_type).remove("boundary") else {
        return Err(malformed("its content type names no boundary"));
    };
    let most_bytes = body.most_bytes();
    let mut parts = Multipart::new(pieces(&mut body), boundary);
    let (mut fields, mut files) = (MultiDict::default(), Vec::new());
    let mut count = 0;
    while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
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
        if let Some(filename) = options.remove("filename") {
            files.push((name, file(filename, &mut part, most_bytes).await?));
        } else {
            let value = text(&name, &mut part).await?;
            fields.add(name, value);
        }
    }
    drop(parts);
    // What follows the last boundary counts, too.
    while body.chunk().await?.is_some() {}
    Ok(Form {
        fields,
        files,
        body_bytes: body.read_bytes(),
    })
}

/// The least that the parser is given at a time, but for the last piece.
const MIN_PIECE_BYTES: usize = 64 * 1024;

/// A body in the pieces that `multer` does well with.
///
/// It takes all that it is offered before it looks at any, so it is offered one piece at a time. And it
/// looks through all that it holds whenever a piece comes: a head of 16 MiB that came byte by byte would
/// take hours. So a piece is at least an eighth of what came before.
fn pieces(body: &mut Incoming) -> impl Stream<Item = Result<Bytes>> + Send {
    stream::try_unfold((body, 0), |(body, before)| async move {
        pause().await;
        let Some(chunk) = body.chunk().await? else {
            return Ok(None);
        };
        let least = MIN_PIECE_BYTES.max(before / 8);
        let piece = if chunk.len() >= least {
            chunk
        } else {
            let mut piece = Vec::from(chunk);
            while piece.len() < least
                && let Some(chunk) = body.chunk().await?
            {
                piece.extend_from_slice(&chunk);
            }
            piece.into()
        };
        let before = before + piece.len();
        Ok(Some((piece, (body, before))))
    })
}

/// Lets the task that waits for this do something else first.
fn pause() -> impl Future<Output = ()> {
    let mut paused = false;
    poll_fn(move |context| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// The options of one of a part's headers, whose bytes are known to be UTF-8.
fn options_of(part: &Field<'_>, name: &HeaderName) -> HashMap<String, String> {
    header_options::parse(header_of(part, name).unwrap_or_default())
}

fn header_of<'p>(part: &'p Field<'_>, name: &HeaderName) -> Option<&'p str> {
    let value = part.headers().get(name)?;
    str::from_utf8(value.as_bytes()).ok()
}

async fn file(filename: String, part: &mut Field<'_>, most_bytes: u64) -> Result<UploadedFile> {
    let content_type = header_of(part, &CONTENT_TYPE).map(str::to_owned);
    let mut data = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        body::append(&mut data, &chunk, most_bytes);
    }
    data.shrink_to_fit();
    Ok(UploadedFile {
        filename,
        content_type,
        data: data.into(),
    })
}

async fn text(name: &str, part: &mut Field<'_>) -> Result<String> {
    let charset = options_of(part, &CONTENT_TYPE).remove("charset");
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        if bytes.len() + chunk.len() > MAX_FIELD_BYTES {
            return Err(Error::TooMuch(format!(
                "the field {name} is larger than {MAX_FIELD_BYTES} bytes"
            )));
        }
        bytes.extend_from_slice(&chunk);
    }
    let charset = charset.unwrap_or_default().to_ascii_lowercase();
    Ok(match charset.as_str() {
        "ascii" | "us-ascii" => bytes.into_iter().map(ascii).collect(),
        "iso-8859-1" => bytes.into_iter().map(char::from).collect(),
        _ => String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// Why `multer` stopped: because the body did, or because of what is in it.
fn unreadable(error: multer::Error) -> Error {
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast() {
            Ok(error) => *error,
            Err(cause) => malformed(cause),
        },
        error => malformed(error),
    }
}

fn malformed(why: impl std::fmt::Display) -> Error {
    Error::Malformed(format!("the multipart form cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use futures::executor::block_on;
    use http::HeaderMap;
    use http_body::Frame;
    use http_body_util::{BodyExt, StreamBody};
    use proptest::prelude::*;

    use super::*;
    use crate::body::BoxError;

    const CONTENT_TYPE_B: &str = "multipart/form-data; boundary=b";

    fn parse_form(body: impl Into<Vec<u8>>) -> Result<Form> {
        block_on(read(CONTENT_TYPE_B, Incoming::of_data(body.into().into())))
    }

    fn parse(body: impl Into<Vec<u8>>) -> Result<MultiDict> {
        parse_form(body).map(|form| form.fields)
    }

    /// The same, of a body that comes in chunks of a size, within a limit.
    fn parse_chunked(body: &[u8], chunk_bytes: usize, limit_bytes: u64) -> Result<Form> {
        let chunks: Vec<std::result::Result<_, BoxError>> = body
            .chunks(chunk_bytes)
            .map(|chunk| Ok(Frame::data(Bytes::copy_from_slice(chunk))))
            .collect();
        let body = StreamBody::new(stream::iter(chunks)).boxed_unsync();
        let body = Incoming::new(body, &HeaderMap::new(), limit_bytes)?;
        block_on(read(CONTENT_TYPE_B, body))
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
            let got = parse_form(bytes);
            assert!(matches!(got, Err(Error::Malformed(_))), "{name}: {got:?}");
        }
        for content_type in ["multipart/form-data", "multipart/form-data; boundary="] {
            let got = block_on(read(content_type, Incoming::of_data(whole.clone().into())));
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

    #[test]
    fn a_file_is_found_by_the_name_of_its_field() {
        let form = parse_form(body(&[
            (
                "Content-Disposition: form-data; name=file; filename=\"\"\r\nContent-Type: application/octet-stream",
                b"",
            ),
            (
                "Content-Disposition: form-data; name=file; filename=\"中.csv\"\r\nContent-Type: text/csv; charset=utf-8",
                b"a,b\r\n--",
            ),
            ("Content-Disposition: form-data; name=file; filename=2.csv", b"2"),
            ("Content-Disposition: form-data; name=empty; filename=e.csv", b""),
            ("Content-Disposition: form-data; name=nameless; filename=\"\"", b"x"),
            ("Content-Disposition: form-data; name=unchosen; filename=\"\"", b""),
            ("Content-Disposition: form-data; name=text", b"x"),
        ]))
        .unwrap();
        for (name, want) in [
            (
                "file",
                Some(("中.csv", Some("text/csv; charset=utf-8"), &b"a,b\r\n--"[..])),
            ),
            ("empty", Some(("e.csv", None, b""))),
            ("nameless", Some(("", None, b"x"))),
            ("unchosen", None),
            ("text", None),
            ("File", None),
        ] {
            let want = want.map(|(filename, content_type, data)| UploadedFile {
                filename: filename.to_owned(),
                content_type: content_type.map(str::to_owned),
                data: Bytes::from_static(data),
            });
            assert_eq!(form.file(name), want.as_ref(), "{name}");
        }
    }

    #[test]
    fn a_file_takes_no_more_room_than_it_has_bytes() {
        let content = vec![b'\r'; 9 * MIN_PIECE_BYTES + 1];
        let part = "Content-Disposition: form-data; name=file; filename=f";
        let mut form = parse_chunked(&body(&[(part, &content)]), 1000, u64::MAX).unwrap();
        let (_, file) = form.files.remove(0);
        assert_eq!(file.data, content);
        // Not shared, so these are the vector that was filled.
        assert_eq!(Vec::from(file.data).capacity(), content.len());
    }

    #[test]
    fn the_limit_of_the_body_holds_whatever_is_in_it() {
        let mut whole = body(&[(
            "Content-Disposition: form-data; name=file; filename=f",
            &[b'x'; 1000],
        )]);
        // An epilogue that the parser never sees.
        whole.extend_from_slice(&[b'x'; 9 * MIN_PIECE_BYTES]);
        let length = whole.len() as u64;
        for chunk_bytes in [7, 4096] {
            for (limit, want) in [(length, true), (length - 1, false), (100, false)] {
                match parse_chunked(&whole, chunk_bytes, limit) {
                    Ok(form) => assert!(want && form.body_bytes == length, "{limit}"),
                    Err(error) => assert!(
                        !want && matches!(error, Error::TooLarge { .. }),
                        "{limit}: {error}"
                    ),
                }
            }
        }
    }

    #[test]
    fn the_parser_is_offered_one_piece_at_a_time_and_few_in_all() {
        let data = Bytes::from(vec![b'x'; 16 * 1024 * 1024]);
        let chunks: Vec<std::result::Result<_, BoxError>> = (0..data.len())
            .step_by(4096)
            .map(|start| Ok(Frame::data(data.slice(start..start + 4096))))
            .collect();
        let body = StreamBody::new(stream::iter(chunks)).boxed_unsync();
        let mut body = Incoming::new(body, &HeaderMap::new(), u64::MAX).unwrap();
        let mut pieces = std::pin::pin!(pieces(&mut body));
        let mut context = Context::from_waker(Waker::noop());
        let mut sizes = Vec::new();
        loop {
            assert!(pieces.as_mut().poll_next(&mut context).is_pending());
            match pieces.as_mut().poll_next(&mut context) {
                Poll::Ready(Some(piece)) => sizes.push(piece.unwrap().len()),
                Poll::Ready(None) => break,
                Poll::Pending => panic!("a pause that does not end"),
            }
        }
        assert_eq!(sizes.iter().sum::<usize>(), data.len());
        assert!(sizes.len() < 64, "{sizes:?}");
    }

    #[test]
    fn a_boundary_may_lie_across_two_pieces() {
        let part = "Content-Disposition: form-data; name=file; filename=f";
        let around = 2 * (part.len() + "--b\r\n\r\n\r\n\r\n--b--\r\n".len());
        for length in MIN_PIECE_BYTES - around..MIN_PIECE_BYTES + 8 {
            let content = vec![b'x'; length];
            let form = parse_chunked(&body(&[(part, &content), (part, b"")]), 64, u64::MAX);
            assert_eq!(form.unwrap().file("file").unwrap().data, content);
        }
    }

    /// Ends in an instant, or not before anybody's patience does.
    #[test]
    fn the_time_it_takes_grows_with_the_body_and_no_faster() {
        let length = 1 << 22;
        for begin in [
            "",
            "--b\r\n",
            "--b\r\nA: ",
            "--b\r\nContent-Disposition: x; name=f; filename=f\r\n\r\n",
        ] {
            for filler in ["x", "\r", "\r\n", "-", "\r\n--"] {
                let bytes = format!("{begin}{}", filler.repeat(length / filler.len()));
                assert!(parse_chunked(bytes.as_bytes(), 64, u64::MAX).is_err());
            }
        }
    }

    proptest! {
        #[test]
        fn how_a_body_is_cut_into_chunks_makes_no_difference(
            content in prop::collection::vec(prop::sample::select(b"\r\n-bx".to_vec()), 0..200),
            chunk_bytes in 1..300_usize,
        ) {
            // A content that holds the boundary is another form, and is read alike, too.
            let bytes = body(&[
                ("Content-Disposition: form-data; name=file; filename=f", &content),
                ("Content-Disposition: form-data; name=text", &content),
            ]);
            let (whole, chunked) = (parse_form(bytes.clone()), parse_chunked(&bytes, chunk_bytes, u64::MAX));
            match (whole, chunked) {
                (Ok(whole), Ok(chunked)) => {
                    prop_assert_eq!(whole.fields, chunked.fields);
                    prop_assert_eq!(whole.files, chunked.files);
                }
                (Err(_), Err(_)) => {}
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
