//! How long an upstream may keep a client waiting that has sent its whole request.
//!
//! The runtime's own limit counts the time that the client takes for its body, too: a slow client would look like a slow
//! upstream. So a small body goes through the component, which sees its end.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use http_body_util::BodyExt;
use kit::{
    client::{ClientError, Failure},
    response::Body,
};

/// The longest body that is watched, in bytes.
pub(crate) const MAX_BYTES: u64 = 1024 * 1024;

/// When a body was over.
#[derive(Debug, Clone, Default)]
pub(crate) struct End(Arc<OnceLock<Instant>>);

/// The same body, of so many bytes, and its end, which comes when the last byte is taken.
pub(crate) fn watched(body: Body, bytes: u64) -> (Body, End) {
    let end = End::default();
    let (mut left, here) = (bytes, end.clone());
    let body = body.map_frame(move |frame| {
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        left = left.saturating_sub(length);
        if left == 0 {
            here.0.get_or_init(Instant::now);
        }
        frame
    });
    (Body::new(body), end)
}

impl End {
    /// Waits for an answer, from the end of the body on no longer than `limit`.
    ///
    /// # Errors
    /// [`Failure::Timeout`], and those of the answer.
    pub(crate) async fn answer_within<T>(
        &self,
        limit: Duration,
        answer: impl Future<Output = Result<T, ClientError>>,
        sleep: impl AsyncFn(Duration),
    ) -> Result<T, ClientError> {
        let (mut answer, mut late) = (pin!(answer), pin!(self.passed(limit, sleep)));
        poll_fn(|context| {
            let answer = answer.as_mut().poll(context);
            if answer.is_ready() {
                return answer;
            }
            late.as_mut()
                .poll(context)
                .map(|()| Err(Failure::Timeout.into()))
        })
        .await
    }

    /// Waits until so much time has passed since the end.
    async fn passed(&self, limit: Duration, sleep: impl AsyncFn(Duration)) {
        loop {
            let since = self.0.get().map_or(Duration::ZERO, Instant::elapsed);
            match limit.checked_sub(since) {
                None | Some(Duration::ZERO) => return,
                Some(left) => sleep(left).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::{pending, ready},
    };

    use futures::executor::block_on;

    use super::*;

    #[test]
    fn a_body_is_over_with_its_last_byte() {
        let (body, end) = watched(Body::from("wake"), 4);
        assert!(end.0.get().is_none());
        assert_eq!(block_on(body.collect()).unwrap().to_bytes(), "wake");
        assert!(end.0.get().is_some());
        let (body, end) = watched(Body::from("wak"), 4);
        block_on(body.collect()).unwrap();
        assert!(end.0.get().is_none());
    }

    #[test]
    fn the_time_counts_from_the_end_of_the_body() {
        let end = End::default();
        let naps = Cell::new(0);
        let limit = Duration::from_secs(3600);
        let long_ago = Instant::now().checked_sub(limit * 2).unwrap();
        let got = block_on(
            end.answer_within(limit, pending::<Result<(), _>>(), async |time| {
                assert_eq!(time, limit);
                naps.set(naps.get() + 1);
                if naps.get() == 3 {
                    end.0.set(long_ago).unwrap();
                }
            }),
        );
        assert_eq!(got.unwrap_err().failure(), Failure::Timeout);
        assert_eq!(naps.get(), 3);
    }

    #[test]
    fn an_answer_that_is_there_is_not_late() {
        let end = End::default();
        let answer = ready(Err::<(), _>(Failure::Broken.into()));
        let got = block_on(end.answer_within(Duration::ZERO, answer, async |_| {}));
        assert_eq!(got.unwrap_err().failure(), Failure::Broken);
    }
}
