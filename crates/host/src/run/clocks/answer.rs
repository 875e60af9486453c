//! The clock of an answer: from a request's arrival to the head of its response.

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
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

/// The clock starts again whenever so many bytes of the request's body have come: a large
/// body on a slow line takes its time, and one that trickles in gets none.
const PROGRESS_BYTES: usize = 64 * 1024;

/// What lies between the four who keep the limit: each has this much longer than the one before,
/// who knows more about the request.
const GRACE: Duration = Duration::from_secs(1);

/// Until when the head of one response has to come. Clones are the same clock.
///
/// While a component reads the request's body, it is the client that takes the time. So
/// the limit counts from the last progress of the body, or from its end.
#[derive(Clone, Debug)]
pub(crate) struct AnswerClock(Arc<State>);

#[derive(Debug)]
struct State {
    limit: Duration,
    arrival: Instant,
    /// When it started, in microseconds after the arrival.
    started: AtomicU64,
    /// Bytes of the body that have come since.
    bytes: AtomicUsize,
    /// Whether the component wants more of the body than has come.
    waits_for_client: AtomicBool,
}

/// Who was waited for when the time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// The client: it did not send its body.
    Client,
    /// The component.
    Component,
}

impl AnswerClock {
    /// The clock of a request that arrives now.
    pub(crate) fn start(limit: Duration) -> Self {
        Self(Arc::new(State {
            limit,
            arrival: Instant::now(),
            started: AtomicU64::new(0),
            bytes: AtomicUsize::new(0),
            waits_for_client: AtomicBool::new(false),
        }))
    }

    /// The limit.
    pub(crate) fn limit(&self) -> Duration {
        self.0.limit
    }

    /// Waits for a place to be served at; `None` where there is none within the limit.
    pub(crate) async fn place<T>(&self, waiting: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.deadline(), waiting).await.ok()
    }

    /// Waits for the answer itself, as the last of those who keep the limit: an instance that
    /// computes does not even take a request from its queue.
    ///
    /// # Errors
    ///
    /// The time is over. Says who was waited for.
    pub(crate) async fn answer<T>(&self, answer: impl Future<Output = T>) -> Result<T, Late> {
        tokio::select! {
            biased;
            answer = answer => Ok(answer),
            () = self.over(2 * GRACE) => Err(self.late()),
        }
    }

    /// Waits, within an instance that has just taken the request, until the time is over: as the
    /// first of those who keep the limit. The request has the whole limit here, however long it
    /// waited for its place: that it was late before is no reason to end an instance.
    pub(crate) async fn over_in_instance(&self) {
        sleep(self.0.limit).await;
        self.over(Duration::ZERO).await;
    }

    /// Who is waited for.
    pub(crate) fn late(&self) -> Late {
        if self.0.waits_for_client.load(Relaxed) {
            Late::Client
        } else {
            Late::Component
        }
    }

    /// Since when the time counts.
    fn started(&self) -> Instant {
        self.0.arrival + Duration::from_micros(self.0.started.load(Relaxed))
    }

    /// When the time is over, as far as can be known now.
    fn deadline(&self) -> Instant {
        self.started() + self.0.limit
    }

    /// Waits until the time has been over for `grace`.
    async fn over(&self, grace: Duration) {
        loop {
            let end = self.deadline() + grace;
            if end <= Instant::now() {
                return;
            }
            sleep_until(end).await;
        }
    }

    fn restart(&self) {
        let since = self.0.arrival.elapsed().as_micros();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        self.0.started.store(since, Relaxed);
        self.0.bytes.store(0, Relaxed);
    }

    fn received(&self, bytes: usize, is_end: bool) {
        let before = self.0.bytes.fetch_add(bytes, Relaxed);
        if is_end || before + bytes >= PROGRESS_BYTES {
            self.restart();
        }
    }
}

/// When an instance that keeps its event loop busy is told to stop, and when it is ended, by the
/// clocks of its requests: between who keeps the limit within it and who waits for the answer.
pub(crate) struct InstanceDeadlines {
    /// From now on the guest traps at its next tick, which leaves a backtrace in the log.
    pub(crate) stop: std::time::Instant,
    /// From now on the instance is ended from outside, without one.
    pub(crate) end: std::time::Instant,
}

impl InstanceDeadlines {
    /// The deadlines of an instance that has been at these requests since then, without a turn of
    /// its event loop.
    pub(crate) fn new<'a>(
        requests: impl Iterator<Item = &'a AnswerClock>,
        since: std::time::Instant,
        limit: Duration,
    ) -> Self {
        let started = requests.map(|clock| clock.started().into_std());
        let since = started.max().map_or(since, |started| started.max(since));
        Self {
            stop: since + limit + GRACE / 2,
            end: since + limit + GRACE,
        }
    }
}

/// A request's body that tells the clock what comes in.
pub(crate) struct TimedBody<B> {
    inner: B,
    clock: AnswerClock,
    /// Whether its end was told: it counts once, and not where there was nothing to come.
    has_ended: bool,
}

impl<B: http_body::Body> TimedBody<B> {
    pub(crate) fn new(inner: B, clock: AnswerClock) -> Self {
        let has_ended = inner.is_end_stream();
        Self {
            inner,
            clock,
            has_ended,
        }
    }
}

impl<B> Drop for TimedBody<B> {
    fn drop(&mut self) {
        // Nobody wants more of it.
        self.clock.0.waits_for_client.store(false, Relaxed);
    }
}

impl<B: http_body::Body<Data = Bytes> + Unpin> http_body::Body for TimedBody<B> {
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
        let clock = AnswerClock::start(LIMIT);
        let pieces = stream::iter(pieces).then(|bytes| async move {
            sleep(PAUSE).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from(vec![0; *bytes])))
        });
        let arrival = Instant::now();
        let body = TimedBody::new(StreamBody::new(Box::pin(pieces)), clock.clone());
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
        let clock = AnswerClock::start(LIMIT);
        assert_eq!(clock.late(), Late::Component);
        let frames = stream::once(async {
            sleep(PAUSE).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"x")))
        });
        let mut body = TimedBody::new(StreamBody::new(Box::pin(frames)), clock.clone());
        let mut first = Box::pin(body.frame());
        assert!(futures::poll!(&mut first).is_pending());
        assert_eq!(clock.late(), Late::Client);
        first.await.unwrap().unwrap();
        assert_eq!(clock.late(), Late::Component);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_dropped_is_waited_for_no_more() {
        let clock = AnswerClock::start(LIMIT);
        let frames = stream::pending::<Result<Frame<Bytes>, Infallible>>();
        let mut body = TimedBody::new(StreamBody::new(frames), clock.clone());
        assert!(futures::poll!(Box::pin(body.frame())).is_pending());
        assert_eq!(clock.late(), Late::Client);
        drop(body);
        assert_eq!(clock.late(), Late::Component);
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_counts_once_and_an_error_is_one() {
        let clock = AnswerClock::start(LIMIT);
        let frames = stream::iter([Err::<Frame<Bytes>, _>("cut off")]);
        let mut body = TimedBody::new(StreamBody::new(frames), clock.clone());
        let arrival = clock.started();
        sleep(PAUSE).await;
        assert!(body.frame().await.unwrap().is_err());
        assert_eq!(clock.started(), arrival + PAUSE);
        sleep(PAUSE).await;
        assert!(body.frame().await.is_none());
        assert_eq!(clock.started(), arrival + PAUSE);
        // Nothing was to come of one that is empty.
        let clock = AnswerClock::start(LIMIT);
        let mut body = TimedBody::new(http_body_util::Empty::<Bytes>::new(), clock.clone());
        let arrival = clock.started();
        sleep(PAUSE).await;
        assert!(body.frame().await.is_none());
        assert_eq!(clock.started(), arrival);
    }
}
