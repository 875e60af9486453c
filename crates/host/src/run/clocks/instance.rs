//! The clock of an instance, kept from outside: a guest that keeps its event loop busy cannot
//! hold it up.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use tokio::time::{Sleep, sleep};
use wasmtime_wasi_http::handler::{WorkerExpiration, WorkerStatus};

use super::answer::InstanceDeadlines;
use crate::run::{limits::Limits, requests::Requests};

/// How often an instance whose responses are still being sent is looked at.
const STREAMING_CHECK: Duration = Duration::from_millis(500);

/// Decides until when an instance lives.
pub(crate) struct InstanceClock {
    limits: Limits,
    requests: Arc<Requests>,
    /// Asks a guest that computes to end at the next tick.
    overdue: Arc<AtomicBool>,
    /// When a body was last seen being sent.
    streaming: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl InstanceClock {
    /// The clock of a new instance. It sets `overdue` to have the guest stopped at the next tick.
    pub(crate) fn start(limits: Limits, requests: Arc<Requests>, overdue: Arc<AtomicBool>) -> Self {
        Self {
            alarm: Box::pin(sleep(limits.idle)),
            limits,
            requests,
            overdue,
            streaming: Instant::now(),
        }
    }

    /// Until when an instance in this state may live.
    fn deadline(&mut self, status: WorkerStatus, since: Instant) -> Instant {
        match status {
            WorkerStatus::Idle => since + self.limits.idle,
            WorkerStatus::Requests => {
                // The clock within has not ended these requests, so the guest computes
                // and keeps it from running.
                let requests = self.requests.open();
                let clocks = requests.iter().map(|ticket| ticket.clock());
                let deadlines = InstanceDeadlines::new(clocks, since, self.limits.head);
                let stops = Instant::now() >= deadlines.stop;
                self.overdue.store(stops, Relaxed);
                if stops { deadlines.end } else { deadlines.stop }
            }
            WorkerStatus::PostReturn => {
                self.overdue.store(false, Relaxed);
                if !self.requests.open().is_empty() {
                    // A body may take as long as its reader likes.
                    self.streaming = Instant::now();
                    self.streaming + STREAMING_CHECK
                } else if self.requests.are_abandoned() {
                    since
                } else {
                    since.max(self.streaming) + self.limits.after_responses
                }
            }
        }
    }
}

impl WorkerExpiration for InstanceClock {
    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        since: Instant,
    ) -> Poll<()> {
        loop {
            let deadline = self.deadline(status, since);
            self.alarm.as_mut().reset(deadline.into());
            ready!(self.alarm.as_mut().poll(context));
            // It was only the time to look again, unless there is none left.
            if self.deadline(status, since) <= deadline {
                self.overdue.store(true, Relaxed);
                return Poll::Ready(());
            }
        }
    }
}
