//! Reading a body, never more of it than allowed.

use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_LENGTH};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};

use super::Body;
use crate::error::{BoxError, Error, Result};

/// A body on its way in, of which no more comes out than its limit.
///
/// What `Content-Length` announces is believed where it is too much: nothing is read then. A chunked
/// body announces nothing and is counted while it comes in.
#[derive(Debug)]
pub(crate) struct Incoming {
    body: UnsyncBoxBody<Bytes, BoxError>,
    announced: Option<u64>,
    limit_bytes: u64,
    read_bytes: u64,
    ended: bool,
}

impl Incoming {
    /// # Errors
    /// 413 where more than the limit is announced.
    pub(crate) fn new(body: Body, headers: &HeaderMap, limit_bytes: u64) -> Result<Self> {
        let announced = content_length(headers)?;
        if announced.is_some_and(|length| length > limit_bytes) {
            return Err(Error::TooLarge { limit_bytes });
        }
        Ok(Self {
            body: body.started(announced),
            announced,
            limit_bytes,
            read_bytes: 0,
            ended: false,
        })
    }

    /// One that has come in already.
    pub(crate) fn from_data(data: Bytes) -> Self {
        let length = data.len() as u64;
        Self {
            body: Body::from(data).started(None),
            announced: Some(length),
            limit_bytes: length,
            read_bytes: 0,
            ended: false,
        }
    }

    /// The next bytes, never none of them; `None` at the end. Where a length was announced, that is the end:
    /// HTTP leaves no room behind it, and so nothing is asked for that cannot be there.
    ///
    /// # Errors
    /// 413 above the limit; 400 where the body breaks off or its length is not what was announced.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        while !self.ended && self.announced != Some(self.read_bytes) {
            let Some(frame) = self.body.frame().await else {
                self.ended = true;
                break;
            };
            let frame = frame
                .map_err(|_| Error::Malformed("the body broke off before its end".to_owned()))?;
            let Ok(chunk) = frame.into_data() else {
                continue;
            };
            self.read_bytes += chunk.len() as u64;
            if self.read_bytes > self.limit_bytes {
                return Err(Error::TooLarge {
                    limit_bytes: self.limit_bytes,
                });
            }
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
        match self.announced {
            Some(length) if length != self.read_bytes => Err(Error::Malformed(format!(
                "the body has {} bytes, but content-length says {length}",
                self.read_bytes
            ))),
            _ => Ok(None),
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// Those of [`Self::chunk`].
    pub(crate) async fn read(mut self) -> Result<Bytes> {
        let mut data = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            append(&mut data, &chunk, self.most_bytes());
        }
        Ok(data.into())
    }

    /// How many bytes it can have.
    pub(crate) fn most_bytes(&self) -> u64 {
        self.announced.unwrap_or(self.limit_bytes)
    }

    /// How many bytes came in so far.
    pub(crate) fn read_bytes(&self) -> u64 {
        self.read_bytes
    }
}

/// Adds a chunk to what grows up to `most_bytes`. A vector alone doubles its room, and 17 MiB would
/// hold 32 of the 128 that an instance has.
pub(crate) fn append(data: &mut Vec<u8>, chunk: &[u8], most_bytes: u64) {
    let length = data.len() + chunk.len();
    if length > data.capacity() {
        let most = usize::try_from(most_bytes).unwrap_or(usize::MAX);
        let room = data.capacity().saturating_mul(2).min(most).max(length);
        data.reserve_exact(room - data.len());
    }
    data.extend_from_slice(chunk);
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
        Body::new(StreamBody::new(stream::iter(frames)))
    }

    fn announced(length: &str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_LENGTH, HeaderValue::from_str(length).unwrap())])
    }

    fn read_now(body: Body, headers: &HeaderMap) -> Result<Bytes> {
        block_on(Incoming::new(body, headers, LIMIT_BYTES)?.read())
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

    #[test]
    fn a_chunk_is_never_empty_and_the_end_stays_the_end() {
        let body = chunked(&["", "12", "", "3", ""], false);
        let mut incoming = Incoming::new(body, &HeaderMap::new(), LIMIT_BYTES).unwrap();
        let mut next = || block_on(incoming.chunk()).unwrap();
        assert_eq!([next(), next()], [Some("12".into()), Some("3".into())]);
        assert_eq!([next(), next()], [None, None]);
        assert_eq!(incoming.read_bytes(), 3);
    }

    #[test]
    fn room_is_not_made_for_more_than_there_can_be() {
        let most_bytes = 1000;
        let mut data = Vec::new();
        for _ in 0..most_bytes {
            append(&mut data, b"x", most_bytes);
            assert!(data.capacity() as u64 <= most_bytes);
        }
        append(&mut data, b"one more", most_bytes);
        assert_eq!(data.len() as u64, most_bytes + 8);
    }
}
