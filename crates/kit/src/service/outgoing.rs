//! An answer, for the runtime.

use http_body::Body as _;
use http_body_util::BodyExt;
use spin_sdk::{
    wasip3::{
        http::types::{ErrorCode, Fields, HeaderError, Response, Trailers},
        wit_future, wit_stream,
    },
    wit_bindgen::{self, FutureWriter, StreamWriter},
};

use crate::body::Body;

/// How a body ends, for the runtime.
type End = Result<Option<Trailers>, ErrorCode>;

/// Hands an answer over: its head at once, its body as the runtime takes it.
///
/// # Errors
/// A header that the runtime does not let a component set, such as `Connection`.
pub(super) fn response(response: crate::Response) -> Result<Response, ErrorCode> {
    let (parts, body) = response.into_parts();
    let lines = parts.headers.iter();
    let lines: Vec<_> = lines
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let headers = Fields::from_list(&lines).map_err(refused)?;
    let (end_to, end) = wit_future::new(|| Err(unfinished()));
    let (stream_to, stream) = if body.is_end_stream() {
        (None, None)
    } else {
        let (stream_to, stream) = wit_stream::new();
        (Some(stream_to), Some(stream))
    };
    let (response, _sent) = Response::new(headers, stream, end);
    response
        .set_status_code(parts.status.as_u16())
        .map_err(|()| ErrorCode::InternalError(Some("the status is none".to_owned())))?;
    wit_bindgen::spawn(send(body, stream_to, end_to));
    Ok(response)
}

/// Sends a body, and says how it ended: what breaks off must not look whole.
async fn send(mut body: Body, stream: Option<StreamWriter<u8>>, end_to: FutureWriter<End>) {
    if let Some(mut stream) = stream {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else {
                // The app has logged why.
                let _ = end_to.write(Err(unfinished())).await;
                return;
            };
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if !stream.write_all(data.into()).await.is_empty() {
                // Nobody takes it any more.
                break;
            }
        }
    }
    let _ = end_to.write(Ok(None)).await;
}

fn refused(error: HeaderError) -> ErrorCode {
    ErrorCode::InternalError(Some(format!("a header of the answer is refused: {error}")))
}

fn unfinished() -> ErrorCode {
    ErrorCode::InternalError(Some("the body broke off".to_owned()))
}
