//! A body on its way out, for the runtime.

use http_body::Body as _;
use http_body_util::BodyExt;
use spin_sdk::{
    wasip3::{http::types::ErrorCode, wit_future, wit_stream},
    wit_bindgen::{self, FutureReader, FutureWriter, StreamReader, StreamWriter},
};

use super::Body;
use crate::wasi::End;

impl Body {
    /// The body in the runtime's form: no stream where there is nothing in it, and as it came in where nobody
    /// read it.
    pub(crate) fn into_stream(self) -> (Option<StreamReader<u8>>, FutureReader<End>) {
        let body = match self.into_wasi() {
            Ok(message) => {
                let (stream, end) = message.into_stream();
                return (Some(stream), end);
            }
            Err(body) => body,
        };
        let (end_to, end) = wit_future::new(|| Err(unfinished()));
        let (stream_to, stream) = if body.is_end_stream() {
            (None, None)
        } else {
            let (stream_to, stream) = wit_stream::new();
            (Some(stream_to), Some(stream))
        };
        wit_bindgen::spawn(send(body, stream_to, end_to));
        (stream, end)
    }
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

fn unfinished() -> ErrorCode {
    ErrorCode::InternalError(Some("the body broke off".to_owned()))
}
