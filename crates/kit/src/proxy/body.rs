//! A request's body on its way to the next server.

use futures::{StreamExt as _, stream};
use http::{
    HeaderMap, Method,
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};
use http_body_util::{BodyExt, BodyStream, StreamBody};

use crate::{
    body::Body,
    error::{Error, GatewayError, Result},
    request::Request,
};

/// A body that can be sent once, or nothing, which can be sent again.
#[derive(Debug)]
pub struct Passed(Option<Body>);

impl Passed {
    /// The body of a request.
    ///
    /// # Errors
    /// 400 where the body is in another coding than chunks: it would be passed on without its name. 411 where the
    /// method is one that usually has no body, and there is one without a length: the runtime would drop it
    /// silently.
    pub async fn from_request(request: &mut Request) -> Result<Self> {
        let length = request.header(CONTENT_LENGTH);
        let is_chunked = is_chunked(&request.named(&[TRANSFER_ENCODING]))?;
        let mut body = request.take_body()?;
        if length.as_ref().is_some_and(|length| length == "0") {
            return Ok(Self(None));
        }
        let is_put = request.method() == Method::PUT;
        if length.is_some() || has_usually_one(request.method()) && (is_chunked || !is_put) {
            return Ok(Self(Some(body)));
        }
        if is_chunked {
            return Err(length_required(request));
        }
        // With HTTP/2 there may be one that no header announces. A PUT without one can be sent again.
        match body.frame().await {
            None => Ok(Self(None)),
            Some(Err(_)) => Err(Error::Malformed(
                "the body broke off before its end".to_owned(),
            )),
            Some(first) if is_put => {
                let frames = stream::once(async { first }).chain(BodyStream::new(body));
                Ok(Self(Some(Body::new(StreamBody::new(frames)))))
            }
            Some(_) => Err(length_required(request)),
        }
    }

    /// Whether there is nothing to send, or was.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// What to send.
    pub fn take(&mut self) -> Body {
        self.0.take().unwrap_or_else(Body::empty)
    }
}

fn length_required(request: &Request) -> Error {
    let detail = format!("a body with {} needs a Content-Length", request.method());
    GatewayError::length_required(detail).into()
}

/// Whether a body comes in chunks.
fn is_chunked(headers: &HeaderMap) -> Result<bool> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    if codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"chunked")) {
        let detail = "Transfer-Encoding must be chunked and nothing else";
        return Err(Error::Malformed(detail.to_owned()));
    }
    Ok(headers.contains_key(TRANSFER_ENCODING))
}

/// Whether requests of a method usually have a body.
fn has_usually_one(method: &Method) -> bool {
    let seldom = [
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::TRACE,
        Method::DELETE,
    ];
    !seldom.contains(method)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::executor::block_on;
    use http_body::Frame;
    use http_body_util::Full;

    use super::*;
    use crate::error::BoxError;

    /// Whether a request has a body to pass on; or the status.
    fn passes(method: &str, lines: &[(&str, &str)], body: &'static str) -> Result<bool, u16> {
        let request = http::Request::builder().method(method).uri("/");
        let request = lines.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let mut request = Request::new(request.body(Full::new(Bytes::from(body))).unwrap());
        let passed = block_on(Passed::from_request(&mut request));
        let passed = passed.map_err(|error| error.status().as_u16())?;
        Ok(!passed.is_empty())
    }

    #[test]
    fn a_body_is_passed_on_or_refused_and_never_lost() {
        const LENGTH: (&str, &str) = ("content-length", "1");
        const NONE: (&str, &str) = ("content-length", "0");
        const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");
        for (method, lines, body, want) in [
            ("GET", &[][..], "", Ok(false)),
            ("GET", &[LENGTH], "x", Ok(true)),
            ("GET", &[CHUNKED], "x", Err(411)),
            // As with HTTP/2.
            ("GET", &[], "x", Err(411)),
            ("DELETE", &[], "", Ok(false)),
            ("DELETE", &[CHUNKED], "x", Err(411)),
            ("POST", &[NONE], "", Ok(false)),
            ("POST", &[LENGTH], "x", Ok(true)),
            ("POST", &[CHUNKED], "x", Ok(true)),
            ("PUT", &[], "", Ok(false)),
            ("PUT", &[], "x", Ok(true)),
            ("PURGE", &[], "x", Ok(true)),
            (
                "POST",
                &[("transfer-encoding", "gzip, chunked")],
                "x",
                Err(400),
            ),
            (
                "POST",
                &[("transfer-encoding", "gzip"), CHUNKED],
                "x",
                Err(400),
            ),
        ] {
            assert_eq!(passes(method, lines, body), want, "{method} {lines:?}");
        }
    }

    #[test]
    fn a_body_that_nothing_announced_is_whole() {
        let frames = ["wake", " up"].map(|text| Ok::<_, BoxError>(Frame::data(Bytes::from(text))));
        let body = StreamBody::new(stream::iter(frames));
        let mut request = Request::new(http::Request::put("/").body(body).unwrap());
        let body = block_on(Passed::from_request(&mut request)).unwrap().take();
        assert_eq!(block_on(body.collect()).unwrap().to_bytes(), "wake up");
    }

    #[test]
    fn a_body_that_breaks_off_at_once_is_the_clients_fault() {
        for method in ["PUT", "GET"] {
            let frames = [Err::<Frame<Bytes>, _>(BoxError::from("reset"))];
            let body = StreamBody::new(stream::iter(frames));
            let request = http::Request::builder().method(method).body(body);
            let passed = block_on(Passed::from_request(&mut Request::new(request.unwrap())));
            assert!(matches!(passed, Err(Error::Malformed(_))), "{method}");
        }
    }

    #[test]
    fn a_body_is_sent_once() {
        let mut passed = Passed(Some(Body::new(Full::new(Bytes::from("x")))));
        let sent = |body: Body| block_on(body.collect()).unwrap().to_bytes();
        assert_eq!(sent(passed.take()), "x");
        assert_eq!(sent(passed.take()), "");
    }
}
