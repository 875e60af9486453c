//! Conditional requests, by RFC 9110, section 13.
//!
//! A condition by date counts only where the date of a change is known. The files of a component have none: a
//! runtime copies them when it starts. Then such conditions are ignored, as 13.1.3 and 13.1.4 ask for.
//!
//! The crate `headers` (0.4) reads the dates. It does not read the rest as the RFC says, so that is done here:
//! - `If-Match`, `If-None-Match`: a tag may have bytes above 0x7f (8.8.3). `headers` then drops the whole list, and
//!   `PUT` with `If-None-Match: "é", "61"` would overwrite `"61"`. With debug assertions it panics at `"a b"`.
//! - `If-Range`: a date has to match exactly (13.1.5). `headers` accepts any later one. It also skips a second line.
//! - `Range`: the name of a unit is case-insensitive (14.1), and a suffix that is longer than the file means the whole
//!   file (14.1.2). `headers` reads neither `Bytes=0-4` nor `bytes=-99` of 10 bytes, and takes `bytes=+1-2`.

mod etag;
mod range;
mod send_file;

use std::time::{Duration, SystemTime};

use headers::{HeaderMapExt as _, IfModifiedSince, IfUnmodifiedSince};
use http::{
    HeaderMap, HeaderName, Method, StatusCode,
    header::{
        ETAG, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE,
    },
};

use self::etag::Tags;
use crate::{
    body::Body,
    error::{Error, Result},
    request::Request,
    response::Response,
};

pub use self::{
    etag::ETag,
    send_file::{FileInfo, body_of_file, send_file},
};

/// The headers that make a request conditional, or one for a part.
pub(crate) const HEADERS: [HeaderName; 6] = [
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_RANGE,
    IF_UNMODIFIED_SINCE,
    RANGE,
];

impl Request {
    /// Checks that a client changes what it has seen: `If-Match`, compared strongly, names it, and `If-None-Match`
    /// names what must not be there. A request with neither passes.
    ///
    /// `own` is the tag of what is there now. An HTML form cannot send a header, so it may have a hidden field:
    /// `field` is its value, `None` if there is none. Header and field must both hold.
    ///
    /// Another request may come between this check and the change. So name the version in the change's `WHERE`, too.
    ///
    /// # Errors
    /// 412 where something else is there.
    ///
    /// # Example
    /// ```
    /// use kit::{Request, Response, Result, conditional::ETag, response::no_content};
    ///
    /// async fn delete(mut request: Request) -> Result<Response> {
    ///     let own = ETag::from_hash(b"version 7");
    ///     let form = request.form().await?;
    ///     request.check_if_match(&own, form.get("if_match"))?;
    ///     Ok(no_content())
    /// }
    /// ```
    pub fn check_if_match(&self, own: &ETag, field: Option<&str>) -> Result<()> {
        is_unchanged(self.method(), &self.named(&HEADERS), own)?;
        let field = field.map(Tags::parse);
        if field.is_some_and(|tags| !tags.any(|tag| own.strong_eq(tag))) {
            return Err(Error::PreconditionFailed);
        }
        Ok(())
    }

    /// For GET and HEAD: the answer 304, with the tag, if the client has the current version. With `None` the view
    /// sends it, with the tag ([`ETag::header`]).
    ///
    /// A strong tag is of one representation: a page and JSON of the same thing need tags of their own.
    ///
    /// # Errors
    /// 412 where `If-Match` names something else.
    ///
    /// # Example
    /// ```
    /// use kit::{Request, Response, Result, json, jsonify, conditional::ETag};
    ///
    /// async fn show(request: Request) -> Result<Response> {
    ///     let tag = ETag::from_hash(b"version 7");
    ///     if let Some(response) = request.not_modified(&tag)? {
    ///         return Ok(response);
    ///     }
    ///     let mut response = jsonify(&json!({ "id": 7 }));
    ///     response.headers_mut().insert("etag", tag.header());
    ///     Ok(response)
    /// }
    /// ```
    pub fn not_modified(&self, own: &ETag) -> Result<Option<Response>> {
        let unchanged = is_unchanged(self.method(), &self.named(&HEADERS), own)?;
        Ok(unchanged.then(|| {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().insert(ETAG, own.header());
            response
        }))
    }
}

/// Whether the client has the current version: 304.
///
/// # Errors
/// 412 where the client wants something else to be there, or nothing.
pub(crate) fn is_unchanged(method: &Method, headers: &HeaderMap, own: &ETag) -> Result<bool> {
    let if_match = Tags::from_headers(headers, IF_MATCH);
    if if_match.is_some_and(|tags| !tags.any(|tag| own.strong_eq(tag))) {
        return Err(Error::PreconditionFailed);
    }
    let if_none_match = Tags::from_headers(headers, IF_NONE_MATCH);
    let unchanged = if_none_match.is_some_and(|tags| tags.any(|tag| own.weak_eq(tag)));
    if unchanged && method != Method::GET && method != Method::HEAD {
        return Err(Error::PreconditionFailed);
    }
    Ok(unchanged)
}

/// The same of what was changed at a known time as well. A condition by date counts only without the one by tag
/// in whose place it is (RFC 9110, section 13.2.2), and where it is a date.
///
/// # Errors
/// 412 where what is there is not what the client wants to be there.
pub(crate) fn is_unchanged_since(
    method: &Method,
    headers: &HeaderMap,
    own: &ETag,
    modified: SystemTime,
) -> Result<bool> {
    let by_tag = is_unchanged(method, headers, own)?;
    // The crate's own comparison panics for a moment before 1970.
    let if_unmodified_since = headers.typed_get::<IfUnmodifiedSince>();
    let changed = if_unmodified_since.is_some_and(|date| !is_until(modified, date.into()));
    if changed && !headers.contains_key(IF_MATCH) {
        return Err(Error::PreconditionFailed);
    }
    if headers.contains_key(IF_NONE_MATCH) || (method != Method::GET && method != Method::HEAD) {
        return Ok(by_tag);
    }
    let if_modified_since = headers.typed_get::<IfModifiedSince>();
    Ok(if_modified_since.is_some_and(|date| is_until(modified, date.into())))
}

/// Whether a moment was over at a date, which has no part of a second.
fn is_until(moment: SystemTime, date: SystemTime) -> bool {
    moment < date + Duration::from_secs(1)
}

/// Whether `Range` may be looked at: there is no `If-Range`, or it names what is there.
pub(crate) fn allows_range(headers: &HeaderMap, own: &ETag) -> bool {
    let mut lines = headers.get_all(IF_RANGE).iter();
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(line), None) => etag::tag(line.as_bytes())
            .is_some_and(|(tag, rest)| rest.is_empty() && own.strong_eq(&tag)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
