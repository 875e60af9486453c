//! Answers, for the runtime.

use spin_sdk::wasip3::http::types::{ErrorCode, HeaderError, Response};

use crate::wasi;

/// Hands an answer over: its head at once, its body as the runtime takes it.
///
/// # Errors
/// A header that the runtime does not let a component set, such as `Connection`.
pub(super) fn response(response: crate::Response) -> Result<Response, ErrorCode> {
    let (parts, body) = response.into_parts();
    let headers = wasi::fields(&parts.headers).map_err(refused)?;
    let (stream, end) = body.into_stream();
    let (response, _sent) = Response::new(headers, stream, end);
    response
        .set_status_code(parts.status.as_u16())
        .map_err(|()| ErrorCode::InternalError(Some("the status is not valid".to_owned())))?;
    Ok(response)
}

fn refused(error: HeaderError) -> ErrorCode {
    ErrorCode::InternalError(Some(format!("a header of the answer is refused: {error}")))
}
