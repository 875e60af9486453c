//! Reading an answer to its end.

use bytes::Bytes;
use formats::json;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::Value;

use crate::{
    body::Body,
    error::{GatewayError, Result},
};

impl Body {
    /// The most bytes of an answer that are read into memory. That many are accepted; one more is 502.
    pub const MAX_ANSWER_BYTES: usize = 1024 * 1024;

    /// All bytes of another server's answer (`response.content`).
    ///
    /// # Errors
    /// 502 where it breaks off, or is larger than [`Self::MAX_ANSWER_BYTES`].
    pub async fn data(self) -> Result<Bytes> {
        match Limited::new(self, Self::MAX_ANSWER_BYTES).collect().await {
            Ok(data) => Ok(data.to_bytes()),
            Err(why) if why.is::<LengthLimitError>() => {
                let detail = format!(
                    "the server's answer is larger than {} bytes",
                    Self::MAX_ANSWER_BYTES
                );
                Err(GatewayError::bad_gateway("answer-too-large", detail).into())
            }
            Err(_) => {
                let detail = "the server's answer broke off before its end";
                Err(GatewayError::bad_gateway("broken-answer", detail).into())
            }
        }
    }

    /// Another server's answer as text (`response.text`). What is not UTF-8 in it becomes U+FFFD.
    ///
    /// # Errors
    /// Those of [`Self::data`].
    pub async fn text(self) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.data().await?).into_owned())
    }

    /// Another server's answer as JSON (`response.json()`).
    ///
    /// # Errors
    /// Those of [`Self::data`]; 502 where it is not JSON.
    pub async fn json(self) -> Result<Value> {
        json::parse(&self.data().await?).map_err(|why| {
            let detail = format!("the server's answer is not JSON: {why}");
            GatewayError::bad_gateway("broken-answer", detail).into()
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::{executor::block_on, stream};
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;
    use crate::error::{BoxError, Error};

    #[test]
    fn an_answer_is_read_to_its_end() {
        let body = || Body::from(Bytes::from("{\"a\": \"唤醒\"}"));
        assert_eq!(block_on(body().text()).unwrap(), "{\"a\": \"唤醒\"}");
        assert_eq!(block_on(body().json()).unwrap()["a"], "唤醒");
    }

    #[test]
    fn the_limit_itself_is_accepted_and_one_byte_more_is_not() {
        let read = |bytes: usize| block_on(Body::from(Bytes::from(vec![b'x'; bytes])).data());
        assert!(read(Body::MAX_ANSWER_BYTES).is_ok());
        let error = read(Body::MAX_ANSWER_BYTES + 1).unwrap_err();
        assert_eq!(
            (error.status().as_u16(), error.code()),
            (502, "answer-too-large")
        );
    }

    #[test]
    fn what_breaks_off_or_is_not_json_is_the_other_servers_fault() {
        let frames = [
            Ok(Frame::data(Bytes::from("{}"))),
            Err(BoxError::from("reset")),
        ];
        let cut = Body::new(StreamBody::new(stream::iter(frames)));
        for error in [
            block_on(cut.json()).unwrap_err(),
            block_on(Body::from(Bytes::from("<html>")).json()).unwrap_err(),
        ] {
            assert!(matches!(error, Error::Gateway(_)), "{error:?}");
            assert_eq!(error.code(), "broken-answer");
        }
    }
}
