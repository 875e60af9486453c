//! What goes out: text, pages, JSON, redirects.

mod attachment;
pub(crate) mod cookie;

use askama::Template;
use bytes::Bytes;
use futures::{
    future,
    stream::{Stream, StreamExt},
};
use http::{HeaderValue, StatusCode, header};
use http_body::Frame;
use http_body_util::StreamBody;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use crate::error::{BoxError, Error, Result};

pub use self::{attachment::attachment, cookie::Cookie};
pub use crate::body::Body;

/// An answer on its way. Status and headers are changed as those of any [`http::Response`].
///
/// # Example
/// ```
/// use kit::{Response, text};
///
/// fn brewed() -> Response {
///     let mut response = text("tea");
///     *response.status_mut() = http::StatusCode::CREATED;
///     response
/// }
/// assert_eq!(brewed().status(), 201);
/// ```
pub type Response = http::Response<Body>;

/// Text, as `text/plain`. Flask would call it HTML, and what a client sent would run as a script.
///
/// # Example
/// ```
/// let response = kit::text("success");
/// assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
/// ```
pub fn text(text: impl Into<String>) -> Response {
    full("text/plain; charset=utf-8", text.into())
}

/// An HTML page. Nothing in it is escaped: use [`render_template`] for what is not constant.
///
/// It may use this site's scripts, styles, images, fonts and connections, and nothing inline or from
/// elsewhere; other sites may not frame it, and are not told its URL. A view that needs more replaces the
/// headers `Content-Security-Policy` and `Referrer-Policy`.
///
/// # Example
/// ```
/// let response = kit::response::html("<p>tea</p>");
/// assert_eq!(response.headers()["referrer-policy"], "same-origin");
/// ```
pub fn html(page: impl Into<String>) -> Response {
    let mut response = full("text/html; charset=utf-8", page.into());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(PAGE_POLICY),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("same-origin"),
    );
    response
}

/// What a page may load and do (Content Security Policy Level 3).
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// A page from a template, with everything in it escaped (Flask's `render_template`).
///
/// # Errors
/// 500 where the template fails, for example in a filter.
pub fn render_template(template: &impl Template) -> Result<Response> {
    Ok(html(template.render().map_err(Error::internal)?))
}

/// A value as JSON (Flask's `jsonify`). Object keys are sorted, as Flask sorts them.
///
/// # Example
/// ```
/// use kit::{json, jsonify};
///
/// let response = jsonify(&json!({ "sum": 3 }));
/// assert_eq!(response.headers()["content-type"], "application/json");
/// ```
pub fn jsonify(value: &Value) -> Response {
    full("application/json", value.to_string())
}

/// What serializes itself, as JSON: for answers that are large or frequent, as no [`Value`] is made of it. The fields of
/// a struct come in their own order, so they are best sorted by hand.
///
/// # Errors
/// 500 where it cannot be JSON, as a map whose keys are no texts.
pub fn serialized(value: &impl Serialize) -> Result<Response> {
    let text = serde_json::to_string(value).map_err(Error::internal)?;
    Ok(full("application/json", text))
}

/// What was made, as JSON, and where it is: 201 with `Location`.
///
/// # Example
/// ```
/// use kit::{json, response::created};
///
/// let response = created("/words/7", &json!({ "id": 7 }));
/// assert_eq!(response.status(), 201);
/// assert_eq!(response.headers()["location"], "/words/7");
/// ```
pub fn created(target: &str, value: &Value) -> Response {
    let mut response = jsonify(value);
    *response.status_mut() = StatusCode::CREATED;
    response
        .headers_mut()
        .insert(header::LOCATION, location(target));
    response
}

/// An answer that is made while it is sent, in chunks (Flask's `Response` of a generator).
///
/// It has no `Content-Length`. With the first error it breaks off, so that no client takes what it has for
/// the whole; the error goes to the log.
///
/// # Example
/// ```
/// use futures::stream;
/// use kit::{Error, Response};
///
/// fn export() -> Response {
///     let lines = ["english,chinese\r\n", "wake,唤醒\r\n"];
///     let chunks = lines.map(|line| Ok::<_, Error>(line.into()));
///     kit::response::stream("text/csv; charset=utf-8", stream::iter(chunks))
/// }
/// # assert_eq!(export().headers()["content-type"], "text/csv; charset=utf-8");
/// ```
pub fn stream<S, E>(content_type: &'static str, chunks: S) -> Response
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Into<BoxError> + 'static,
{
    let frames = chunks
        .map(|chunk| chunk.map(Frame::data).map_err(Into::into))
        .scan(false, |failed, frame| {
            let ended = *failed;
            *failed |= frame.is_err();
            future::ready((!ended).then_some(frame))
        });
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// An answer without a body: 204.
pub fn no_content() -> Response {
    let mut response = empty();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Sends the client elsewhere, by GET in practice: 302, as Flask's `redirect`.
///
/// Characters that a URL may not have are escaped, so no target can end the header. If the target comes
/// from a client, check first that it is a path of your own.
pub fn redirect(target: &str) -> Response {
    redirect_with(StatusCode::FOUND, target)
}

/// Sends the client elsewhere, by GET whatever the method was: 303, the answer to a posted form.
pub fn see_other(target: &str) -> Response {
    redirect_with(StatusCode::SEE_OTHER, target)
}

/// Sends the client elsewhere with the same method and body: 307.
pub fn temporary_redirect(target: &str) -> Response {
    redirect_with(StatusCode::TEMPORARY_REDIRECT, target)
}

/// Tells the client that what it asks for is elsewhere for good, with the same method and body: 308.
pub fn permanent_redirect(target: &str) -> Response {
    redirect_with(StatusCode::PERMANENT_REDIRECT, target)
}

/// An empty answer, 200, with a `Content-Length` of 0.
pub(crate) fn empty() -> Response {
    let mut response = Response::new(Body::empty());
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    response
}

/// The value of a `Location`, with everything escaped that may not stand in a URL.
pub(crate) fn location(target: &str) -> HeaderValue {
    // A host may have brackets, a path may not.
    let is_path = target.starts_with('/') && !target.starts_with("//");
    let escaped = if is_path { NOT_IN_A_PATH } else { NOT_IN_A_URL };
    let escaped = utf8_percent_encode(target, escaped).to_string();
    HeaderValue::try_from(escaped).unwrap_or(HeaderValue::from_static("/"))
}

/// Everything that RFC 3986 gives no place in a URL; `%` stays, for what is escaped already.
const NOT_IN_A_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The same for a path with its query.
const NOT_IN_A_PATH: &AsciiSet = &NOT_IN_A_URL.add(b'[').add(b']');

fn redirect_with(status: StatusCode, target: &str) -> Response {
    let mut response = empty();
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::LOCATION, location(target));
    response
}

fn full(content_type: &'static str, content: String) -> Response {
    let length = content.len();
    let mut response = Response::new(Body::from(Bytes::from(content)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

#[cfg(test)]
mod tests {
    use futures::{executor::block_on, stream};
    use http_body_util::BodyExt;

    use super::*;

    #[test]
    fn an_answer_says_what_it_is_and_how_long() {
        for (response, status, content_type, length) in [
            (
                text("唤醒"),
                200,
                Some("text/plain; charset=utf-8"),
                Some("6"),
            ),
            (
                html("<p>"),
                200,
                Some("text/html; charset=utf-8"),
                Some("3"),
            ),
            (
                jsonify(&Value::Null),
                200,
                Some("application/json"),
                Some("4"),
            ),
            (
                created("/", &Value::Null),
                201,
                Some("application/json"),
                Some("4"),
            ),
            (
                stream("text/csv", stream::empty::<Result<Bytes>>()),
                200,
                Some("text/csv"),
                None,
            ),
            (empty(), 200, None, Some("0")),
            (redirect("/"), 302, None, Some("0")),
            (see_other("/"), 303, None, Some("0")),
            (temporary_redirect("/"), 307, None, Some("0")),
            (permanent_redirect("/"), 308, None, Some("0")),
        ] {
            let header = |name| {
                response
                    .headers()
                    .get(name)
                    .map(|value| value.to_str().unwrap())
            };
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(header(header::CONTENT_TYPE), content_type, "{status}");
            assert_eq!(header(header::CONTENT_LENGTH), length, "{status}");
        }
    }

    #[test]
    fn a_page_may_load_nothing_inline_and_nothing_from_elsewhere() {
        let response = html("");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        for directive in policy.split("; ") {
            let (name, source) = directive.split_once(' ').unwrap();
            let want = match name {
                "default-src" | "base-uri" | "frame-ancestors" => "'none'",
                _ => "'self'",
            };
            assert_eq!(source, want, "{name}");
        }
        assert_eq!(response.headers()[header::REFERRER_POLICY], "same-origin");
        assert!(
            !text("")
                .headers()
                .contains_key(header::CONTENT_SECURITY_POLICY)
        );
    }

    /// The texts of the chunks that are sent, and whether the body breaks off then.
    fn sent(chunks: &[Result<&'static str, &'static str>]) -> (Vec<String>, bool) {
        let chunks: Vec<_> = chunks.iter().map(|chunk| chunk.map(Bytes::from)).collect();
        let mut body = super::stream("text/csv", stream::iter(chunks)).into_body();
        let (mut texts, mut broken) = (Vec::new(), false);
        while let Some(frame) = block_on(body.frame()) {
            match frame {
                Ok(frame) => {
                    let data = frame.into_data().unwrap();
                    texts.push(String::from_utf8(data.to_vec()).unwrap());
                }
                Err(_) => broken = true,
            }
        }
        (texts, broken)
    }

    #[test]
    fn a_stream_is_sent_up_to_its_first_error() {
        for (chunks, texts, broken) in [
            (&[][..], &[][..], false),
            (&[Ok("a"), Ok("b")], &["a", "b"], false),
            (&[Err("x")], &[], true),
            (&[Ok("a"), Err("x"), Ok("b"), Err("y")], &["a"], true),
        ] {
            let (got, got_broken) = sent(chunks);
            assert_eq!(
                (got.as_slice(), got_broken),
                (
                    texts
                        .iter()
                        .map(|text| (*text).to_owned())
                        .collect::<Vec<_>>()
                        .as_slice(),
                    broken
                ),
                "{chunks:?}"
            );
        }
    }

    #[test]
    fn a_target_cannot_leave_its_header() {
        for (target, want) in [
            ("/", "/"),
            ("/words?q=a%20b&x=1#top", "/words?q=a%20b&x=1#top"),
            ("/唤醒", "/%E5%94%A4%E9%86%92"),
            ("/a b\"<>", "/a%20b%22%3C%3E"),
            ("/\r\nset-cookie: a=b", "/%0D%0Aset-cookie:%20a=b"),
            ("\\\\evil.example", "%5C%5Cevil.example"),
            ("/\0\u{7f}", "/%00%7F"),
            ("/a[0]?b[]=1", "/a%5B0%5D?b%5B%5D=1"),
            ("http://[::1]:80/", "http://[::1]:80/"),
            ("//[::1]/", "//[::1]/"),
            ("", ""),
        ] {
            assert_eq!(
                redirect(target).headers()[header::LOCATION],
                want,
                "{target:?}"
            );
        }
    }
}
