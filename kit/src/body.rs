//! Reading a body, never more of it than allowed.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};

use crate::error::{Error, Result};

/// The most a body may hold, in bytes, where a function does not say otherwise. That many are
/// accepted; one more is 413.
pub const MAX_BODY_BYTES: u64 = 1024 * 1024;

/// A body that is on its way, in or out.
pub type Body = UnsyncBoxBody<Bytes, BoxError>;

/// Whatever made a body, or a view, fail.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Reads a body to its end.
///
/// What `Content-Length` announces is believed where it is too much: nothing is read then. A chunked
/// body announces nothing and is counted while it comes in.
///
/// # Errors
/// 413 above `limit_bytes`; 400 where the body breaks off or its length is not what was announced.
pub(crate) async fn read(mut body: Body, headers: &HeaderMap, limit_bytes: u64) -> Result<Bytes> {
    let announced = content_length(headers)?;
    if announced.is_some_and(|length| length > limit_bytes) {
        return Err(Error::TooLarge { limit_bytes });
    }
    let mut data = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|_| Error::Malformed("the body broke off before its end".to_owned()))?;
        let Ok(chunk) = frame.into_data() else {
            continue;
        };
        if (data.len() + chunk.len()) as u64 > limit_bytes {
            return Err(Error::TooLarge { limit_bytes });
        }
        data.extend_from_slice(&chunk);
    }
    match announced {
        Some(length) if length != data.len() as u64 => Err(Error::Malformed(format!(
            "the body has {} bytes, but content-length says {length}",
            data.len()
        ))),
        _ => Ok(data.freeze()),
    }
}

fn content_length(headers: &HeaderMap) -> Result<Option<u64>> {
    let Some(value) = headers.get(CONTENT_LENGTH) else {
        return Ok(None);
    };
    // Rust's integers would also read `+1`.
    let digits = value
        .to_str()
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    match digits.map(str::parse) {
        Some(Ok(length)) => Ok(Some(length)),
        _ => Err(Error::Malformed(format!(
            "content-length is not a number of bytes: {value:?}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use futures::{executor::block_on, stream};
    use http::HeaderValue;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    const LIMIT_BYTES: u64 = 8;

    /// A body of these chunks that then ends, or breaks off.
    fn chunked(chunks: &[&'static str], broken: bool) -> Body {
        let mut frames: Vec<std::result::Result<Frame<Bytes>, BoxError>> = chunks
            .iter()
            .map(|chunk| Ok(Frame::data(Bytes::from_static(chunk.as_bytes()))))
            .collect();
        if broken {
            frames.push(Err("connection reset".into()));
        }
        StreamBody::new(stream::iter(frames)).boxed_unsync()
    }

    fn announced(length: &str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_str(length).unwrap())])
    }

    fn read_now(body: Body, headers: &HeaderMap) -> Result<Bytes> {
        block_on(read(body, headers, LIMIT_BYTES))
    }

    #[test]
    fn the_limit_itself_is_accepted_and_one_byte_more_is_not() {
        for (chunks, want) in [
            (&[][..], true),
            (&["12345678"], true),
            (&["1234", "5678"], true),
            (&["123456789"], false),
            (&["12345678", "9"], false),
        ] {
            let length: usize = chunks.iter().map(|chunk| chunk.len()).sum();
            for headers in [HeaderMap::new(), announced(&length.to_string())] {
                let got = read_now(chunked(chunks, false), &headers);
                match want {
                    true => assert_eq!(got.unwrap(), chunks.concat(), "{chunks:?} {headers:?}"),
                    false => assert!(
                        matches!(
                            got,
                            Err(Error::TooLarge {
                                limit_bytes: LIMIT_BYTES
                            })
                        ),
                        "{chunks:?}"
                    ),
                }
            }
        }
    }

    #[test]
    fn a_body_announced_as_too_large_is_not_read() {
        let got = read_now(chunked(&[], true), &announced("9"));
        assert!(matches!(got, Err(Error::TooLarge { .. })), "{got:?}");
    }

    #[test]
    fn a_body_that_breaks_off_is_malformed() {
        for (body, headers) in [
            (chunked(&["1234"], true), HeaderMap::new()),
            (chunked(&["1234"], true), announced("8")),
            (chunked(&["1234"], false), announced("8")),
            (chunked(&["1234"], false), announced("3")),
        ] {
            let got = read_now(body, &headers);
            assert!(
                matches!(got, Err(Error::Malformed(_))),
                "{headers:?}: {got:?}"
            );
        }
    }

    #[test]
    fn a_length_that_is_no_number_is_malformed() {
        for length in ["", "+4", "-4", "4, 4", "0x4", "99999999999999999999"] {
            let got = read_now(chunked(&["1234"], false), &announced(length));
            assert!(
                matches!(got, Err(Error::Malformed(_))),
                "{length:?}: {got:?}"
            );
        }
    }
}
