//! What the runtime has of a message, as `http` has it, and the other way round.

mod body;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::HOST,
    uri::{self, PathAndQuery},
};
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, HeaderError, Request};

pub(crate) use self::body::{End, Message, body};

/// A request's URI. Its authority is left outside where there is a `Host`, which says the same.
///
/// # Errors
/// It is not valid.
pub(crate) fn uri(request: &Request, headers: &Fields) -> Result<uri::Parts, ErrorCode> {
    let invalid = |_| ErrorCode::HttpRequestUriInvalid;
    let path = request.get_path_with_query();
    let path = path.map(PathAndQuery::from_maybe_shared).transpose();
    let authority = match headers.has(HOST.as_str()) {
        true => None,
        false => request.get_authority(),
    };
    let authority = authority.map(uri::Authority::from_maybe_shared).transpose();
    let scheme = request.get_scheme().map(uri::Scheme::try_from).transpose();
    let mut parts = uri::Parts::default();
    parts.path_and_query = path.map_err(invalid)?;
    parts.authority = authority.map_err(invalid)?;
    parts.scheme = scheme.map_err(invalid)?;
    Ok(parts)
}

/// Headers for the runtime, in one call.
///
/// # Errors
/// One of them no component may set, such as `Connection`; or there are too many.
pub(crate) fn fields(headers: &HeaderMap) -> Result<Fields, HeaderError> {
    let lines = headers.iter();
    let lines: Vec<_> = lines
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    Fields::from_list(&lines)
}

/// All headers that the runtime has, in one call.
pub(crate) fn headers(fields: &Fields) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let lines = fields.copy_all().into_iter();
    lines
        .filter_map(|(name, value)| line(name.parse().ok()?, value))
        .for_each(|(name, value)| {
            headers.append(name, value);
        });
    headers
}

/// One line. The runtime has read it by the same rules, so every line is one.
pub(crate) fn line(name: HeaderName, value: Vec<u8>) -> Option<(HeaderName, HeaderValue)> {
    let value = HeaderValue::from_maybe_shared(Bytes::from(value)).ok()?;
    Some((name, value))
}
