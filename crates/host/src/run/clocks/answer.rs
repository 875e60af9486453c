//! How long a request waits for the head of its response, and what puts that off.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

/// The clock begins anew whenever so many bytes of the request's body have come: a large
/// body on a slow line takes its time, and one that trickles in gets none.
const PROGRESS_BYTES: usize = 64 * 1024;

/// Until when the head of one response has to come.
///
/// While a component reads the request's body, it is the client that takes the time. So
/// the limit counts from the last progress of the body, or from its end.
#[derive(Clone, Debug)]
pub(crate) struct HeadClock(Arc<State>);

#[derive(Debug)]
struct State {
    limit: Duration,
    arrival: Instant,
    /// When it began anew, in microseconds after the arrival.
    began: AtomicU64,
    /// Bytes of the body that have come since.
    bytes: AtomicUsize,
    /// Whether the component wants more of the body than has come.
    waits_for_client: AtomicBool,
}

impl HeadClock {
    /// The clock of a request that arrives now.
    pub(crate) fn new(limit: Duration) -> Self {
        Self(Arc::new(State {
            limit,
            arrival: Instant::now(),
            began: AtomicU64::new(0),
            bytes: AtomicUsize::new(0),
            waits_for_client: AtomicBool::new(false),
        }))
    }

    /// Since when the time counts.
    pub(crate) fn began(&self) -> Instant {
        self.0.arrival + Duration::from_micros(self.0.began.load(Relaxed))
    }

    /// When the time is over, as far as can be known now.
    pub(crate) fn deadline(&self) -> Instant {
        self.began() + self.0.limit
    }

    /// Waits until the time has been over for `grace`.
    pub(crate) async fn over(&self, grace: Duration) {
        loop {
            let end = self.deadline() + grace;
            if end <= Instant::now() {
                return;
            }
            sleep_until(end).await;
        }
    }

    /// Whether it is the client that others wait for.
    pub(crate) fn waits_for_client(&self) -> bool {
        self.0.waits_for_client.load(Relaxed)
    }

    fn begin_anew(&self) {
        let since = self.0.arrival.elapsed().as_micros();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        self.0.began.store(since, Relaxed);
        self.0.bytes.store(0, Relaxed);
    }

    fn received(&self, bytes: usize, is_end: bool) {
        let before = self.0.bytes.fetch_add(bytes, Relaxed);
        if is_end || before + bytes >= PROGRESS_BYTES {
            self.begin_anew();
        }
    }
}

/// A request's body that tells the clock what comes in.
pub(crate) struct Timed<B> {
    inner: B,
    clock: HeadClock,
    /// Whether its end was told: it counts once, and not where there was nothing to come.
    has_ended: bool,
}

impl<B: http_body::Body> Timed<B> {
    pub(crate) fn new(inner: B, clock: HeadClock) -> Self {
        let has_ended = inner.is_end_stream();
        Self {
            inner,
            clock,
            has_ended,
        }
    }
}

impl<B> Drop for Timed<B> {
    fn drop(&mut self) {
        // Nobody wants more of it.
        self.clock.0.waits_for_client.store(false, Relaxed);
    }
}

impl<B: http_body::Body<Data = Bytes> + Unpin> http_body::Body for Timed<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        self.clock
            .0
            .waits_for_client
            .store(polled.is_pending(), Relaxed);
        if let Poll::Ready(frame) = &polled {
            let data = frame
                .as_ref()
                .and_then(|frame| frame.as_ref().ok()?.data_ref());
            let bytes = data.map_or(0, Bytes::len);
            // An error is an end as well.
            let is_over = !matches!(frame, Some(Ok(_))) || self.inner.is_end_stream();
            let is_end = is_over && !std::mem::replace(&mut self.has_ended, is_over);
            self.clock.received(bytes, is_end);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::{StreamExt as _, stream};
    use http_body_util::{BodyExt as _, StreamBody};
    use tokio::time::sleep;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);
    const PAUSE: Duration = Duration::from_secs(29);

    /// How long after its arrival the head of a request is late, whose body comes in pieces of so many bytes,
    /// one after each pause.
    async fn late_after(pieces: &'static [usize]) -> Duration {
        let clock = HeadClock::new(LIMIT);
        let pieces = stream::iter(pieces).then(|bytes| async move {
            sleep(PAUSE).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from(vec![0; *bytes])))
        });
        let arrival = Instant::now();
        let body = Timed::new(StreamBody::new(Box::pin(pieces)), clock.clone());
        let reading = async {
            body.collect().await.unwrap();
            // What the component does then takes too long.
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = reading => {}
            () = clock.over(Duration::ZERO) => {}
        }
        arrival.elapsed().as_secs() as u32 * Duration::from_secs(1)
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_moves_puts_the_end_off() {
        assert_eq!(late_after(&[]).await, LIMIT);
        assert_eq!(late_after(&[PROGRESS_BYTES]).await, PAUSE + LIMIT);
        assert_eq!(late_after(&[PROGRESS_BYTES; 5]).await, 5 * PAUSE + LIMIT);
        // The end of a body counts, however little of it was left.
        assert_eq!(late_after(&[PROGRESS_BYTES, 1]).await, 2 * PAUSE + LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_does_not() {
        assert_eq!(late_after(&[PROGRESS_BYTES - 1, 0, 0]).await, LIMIT);
        assert_eq!(late_after(&[1; 100]).await, LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_waited_for_is_known() {
        let clock = HeadClock::new(LIMIT);
        assert!(!clock.waits_for_client());
        let frames = stream::once(async {
            sleep(PAUSE).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"x")))
        });
        let mut body = Timed::new(StreamBody::new(Box::pin(frames)), clock.clone());
        let mut first = Box::pin(body.frame());
        assert!(futures::poll!(&mut first).is_pending());
        assert!(clock.waits_for_client());
        first.await.unwrap().unwrap();
        assert!(!clock.waits_for_client());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_dropped_is_waited_for_no_more() {
        let clock = HeadClock::new(LIMIT);
        let frames = stream::pending::<Result<Frame<Bytes>, Infallible>>();
        let mut body = Timed::new(StreamBody::new(frames), clock.clone());
        assert!(futures::poll!(Box::pin(body.frame())).is_pending());
        assert!(clock.waits_for_client());
        drop(body);
        assert!(!clock.waits_for_client());
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_counts_once_and_an_error_is_one() {
        let clock = HeadClock::new(LIMIT);
        let frames = stream::iter([Err::<Frame<Bytes>, _>("cut off")]);
        let mut body = Timed::new(StreamBody::new(frames), clock.clone());
        let arrival = clock.began();
        sleep(PAUSE).await;
        assert!(body.frame().await.unwrap().is_err());
        assert_eq!(clock.began(), arrival + PAUSE);
        sleep(PAUSE).await;
        assert!(body.frame().await.is_none());
        assert_eq!(clock.began(), arrival + PAUSE);
        // Nothing was to come of one that is empty.
        let clock = HeadClock::new(LIMIT);
        let mut body = Timed::new(http_body_util::Empty::<Bytes>::new(), clock.clone());
        let arrival = clock.began();
        sleep(PAUSE).await;
        assert!(body.frame().await.is_none());
        assert_eq!(clock.began(), arrival);
    }
}
