//! What is read from bodies, however they come in.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use futures::{
    executor::block_on,
    stream::{self, Stream, StreamExt},
};
use http::HeaderMap;
use http_body::Frame;
use http_body_util::StreamBody;
use proptest::prelude::*;

use super::{
    source::{PIECE_BYTES, Source},
    *,
};
use formats::MultiDict;

use crate::{
    body::{Body, Incoming},
    error::{BoxError, Result},
};

mod captures;

const CONTENT_TYPE_B: &str = "multipart/form-data; boundary=b";

fn parse_form(body: impl Into<Vec<u8>>) -> Result<Form> {
    block_on(read(
        CONTENT_TYPE_B,
        Incoming::from_data(body.into().into()),
    ))
}

fn parse(body: impl Into<Vec<u8>>) -> Result<MultiDict> {
    parse_form(body).map(|form| form.fields)
}

/// The same, of a body that comes in chunks of a size, within a limit.
fn parse_chunked(body: &[u8], chunk_bytes: usize, limit_bytes: u64) -> Result<Form> {
    block_on(read(
        CONTENT_TYPE_B,
        chunked(body, chunk_bytes, limit_bytes)?,
    ))
}

fn chunked(body: &[u8], chunk_bytes: usize, limit_bytes: u64) -> Result<Incoming> {
    let chunks: Vec<std::result::Result<_, BoxError>> = body
        .chunks(chunk_bytes)
        .map(|chunk| Ok(Frame::data(Bytes::copy_from_slice(chunk))))
        .collect();
    let body = Body::new(StreamBody::new(stream::iter(chunks)));
    Incoming::new(body, &HeaderMap::new(), limit_bytes)
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
        let got = block_on(read(
            content_type,
            Incoming::from_data(whole.clone().into()),
        ));
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
                !want && matches!(error, Error::TooMuch { .. } | Error::TooManyFields(_)),
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
    let content = vec![b'\r'; 9 * PIECE_BYTES + 1];
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
    whole.extend_from_slice(&[b'x'; 9 * PIECE_BYTES]);
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
fn the_parser_is_offered_one_piece_of_one_size_at_a_time() {
    let length = 40 * PIECE_BYTES + 1;
    for chunk_bytes in [1000, 4096, PIECE_BYTES, 3 * PIECE_BYTES + 1, length] {
        let body = chunked(&vec![b'x'; length], chunk_bytes, u64::MAX).unwrap();
        let source = Source::new(body);
        let mut pieces = pin!(source.pieces());
        let mut context = Context::from_waker(Waker::noop());
        let mut sizes = Vec::new();
        loop {
            assert!(pieces.as_mut().poll_next(&mut context).is_pending());
            match pieces.as_mut().poll_next(&mut context) {
                Poll::Ready(Some(piece)) => sizes.push(piece.unwrap().len()),
                Poll::Ready(None) => break,
                Poll::Pending => panic!("a pause that does not end"),
            }
            source.found();
        }
        assert_eq!(sizes.pop(), Some(1), "{chunk_bytes}");
        assert_eq!(sizes, [PIECE_BYTES; 40], "{chunk_bytes}");
    }
}

#[test]
fn a_header_at_its_limit_is_taken_and_one_byte_more_is_not() {
    let head = "Content-Disposition: form-data; name=a\r\nX: ";
    let most = "x".repeat(MAX_PART_HEADER_BYTES - head.len() - "\r\n".len());
    for (filler, want) in [(most.clone(), true), (most + "x", false)] {
        let whole = body(&[(&format!("{head}{filler}"), b"1")]);
        for chunk_bytes in [999, whole.len()] {
            match parse_chunked(&whole, chunk_bytes, u64::MAX) {
                Ok(_) => assert!(want),
                Err(error) => assert!(!want && matches!(error, Error::TooMuch { .. }), "{error}"),
            }
        }
    }
}

/// Neither what stands before the first part nor a header may fill the memory.
#[test]
fn what_has_no_end_is_refused_long_before_the_body_ends() {
    for begin in [
        "",
        "--b\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"",
    ] {
        let endless = stream::iter(begin.bytes().chain(std::iter::repeat(b'x')))
            .chunks(4096)
            .map(|chunk| Ok::<_, BoxError>(Frame::data(chunk.into())));
        let body = Body::new(StreamBody::new(endless));
        let body = Incoming::new(body, &HeaderMap::new(), u64::MAX).unwrap();
        let got = block_on(read(CONTENT_TYPE_B, body));
        assert!(
            matches!(got, Err(Error::TooMuch { .. })),
            "{begin:?}: {got:?}"
        );
    }
}

/// The parts of a body, the files cut off after so many chunks.
fn walk(body: Incoming, most_chunks: usize) -> Result<Vec<(String, Vec<u8>)>> {
    block_on(async {
        let mut parts = Parts::new(CONTENT_TYPE_B, body)?;
        let mut seen = Vec::new();
        while let Some(part) = parts.next().await? {
            match part {
                Part::Field { name, value } => seen.push((name, value.into_bytes())),
                Part::File(mut file) => {
                    let mut data = Vec::new();
                    for _ in 0..most_chunks {
                        match file.chunk().await? {
                            Some(chunk) => data.extend_from_slice(&chunk),
                            None => break,
                        }
                    }
                    seen.push((file.name, data));
                }
            }
        }
        assert!(parts.next().await?.is_none(), "the end is the end");
        Ok(seen)
    })
}

#[test]
fn a_file_that_is_not_read_is_passed_over() {
    let content = vec![b'x'; 5 * PIECE_BYTES];
    let whole = body(&[
        ("Content-Disposition: form-data; name=info", b"1"),
        (
            "Content-Disposition: form-data; name=f; filename=f",
            &content,
        ),
        ("Content-Disposition: form-data; name=late", b"2"),
    ]);
    for (most_chunks, want) in [(0, 0), (1, 1), (usize::MAX, content.len())] {
        let seen = walk(chunked(&whole, 4096, u64::MAX).unwrap(), most_chunks).unwrap();
        let names: Vec<&str> = seen.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["info", "f", "late"]);
        assert!(seen[1].1.len() >= want && seen[1].1.len() <= content.len());
    }
}

#[test]
fn a_form_that_breaks_off_is_never_one_that_ends() {
    let whole = body(&[
        (
            "Content-Disposition: form-data; name=f; filename=f",
            b"\r\n-content",
        ),
        ("Content-Disposition: form-data; name=info", b"1"),
    ]);
    for length in 0..whole.len() - "--\r\n".len() {
        let got = walk(chunked(&whole[..length], 7, u64::MAX).unwrap(), usize::MAX);
        assert!(matches!(got, Err(Error::Malformed(_))), "{length}: {got:?}");
    }
}

#[test]
fn a_boundary_may_lie_across_two_pieces() {
    let part = "Content-Disposition: form-data; name=file; filename=f";
    let around = 2 * (part.len() + "--b\r\n\r\n\r\n\r\n--b--\r\n".len());
    for length in PIECE_BYTES - around..PIECE_BYTES + 8 {
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
