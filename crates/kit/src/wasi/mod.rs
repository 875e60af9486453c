//! What the runtime has of a request, as `http` has it.

mod body;

use http::{
    header::HOST,
    uri::{self, PathAndQuery},
};
use spin_sdk::wasip3::http::types::{ErrorCode, Fields, Request};

pub(crate) use self::body::body;

/// A request's URI. Its authority is left outside where there is a `Host`, which says the same.
///
/// # Errors
/// It is none.
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
