//! The instances of one component: when one is made, which requests it takes, and
//! when it is ended.
//!
//! `wasmtime_wasi_http::handler` runs the instances and hands them requests; it
//! asks the types here. A [`Ticket`] goes along with each request, so that the one
//! who waits for its response learns why there will be none.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use tokio::{sync::oneshot, time::Sleep};
use wasmtime::{Store, StoreContextMut, component::GuestTaskId};
use wasmtime_wasi_http::{
    handler::{
        HandlerState, Instance, Proxy, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
    },
    p3::bindings::ServicePre,
};

use crate::{
    log::Log,
    run::clocks::answer::HeadClock,
    run::engine::Engine,
    run::limits::{LimitExceeded, Limits},
    run::state::{self, Resources, State},
};

/// What the clocks inside and outside of an instance may be apart. The inner one
/// knows more (it has the guest's backtrace), so it goes first.
pub(crate) const CLOCK_GRACE: Duration = Duration::from_secs(1);

/// An instance takes new requests until it has this fraction of its memory: one part
/// in four.
const SHARED_MEMORY: usize = 4;

/// How often an instance whose responses are still being sent is looked at.
const STREAMING_CHECK: Duration = Duration::from_millis(500);

/// What became of an instance that ended with requests in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It took too long.
    TimedOut,
    /// It trapped, or was ended for wanting too much memory.
    Failed,
}

/// One request in an instance. Its receiver lives until the request has failed, or its
/// response's body has ended.
pub(crate) struct Ticket {
    request: String,
    clock: HeadClock,
    fate: oneshot::Sender<Fate>,
}

impl Ticket {
    /// A ticket for a request, described for the log, and where its fate is told.
    pub(crate) fn new(request: String, clock: HeadClock) -> (Self, oneshot::Receiver<Fate>) {
        let (fate, receiver) = oneshot::channel();
        let ticket = Self {
            request,
            clock,
            fate,
        };
        (ticket, receiver)
    }
}

/// Makes the instances of one component.
pub(crate) struct Instances {
    pub(crate) component: Arc<str>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) service: ServicePre<State>,
    pub(crate) resources: Resources,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
}

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Worker>> {
        let state = State::new(&self.limits, &self.resources)?;
        let (memory, overdue) = (state.memory_used(), state.overdue());
        let mut store = state::store(&self.engine, state);
        let service = self.service.instantiate_async(&mut store).await?;
        let requests = Arc::new(Requests::default());
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: State::incoming,
            expiration: Expiration {
                limits: self.limits,
                requests: Arc::clone(&requests),
                overdue: Arc::clone(&overdue),
                streaming: Instant::now(),
                alarm: Box::pin(tokio::time::sleep(self.limits.idle)),
            },
            state: Worker {
                component: Arc::clone(&self.component),
                limits: self.limits,
                log: self.log.clone(),
                requests,
                memory,
                overdue,
            },
        })
    }
}

/// The requests of one instance, shared by its [`Worker`] and its [`Expiration`].
#[derive(Default)]
struct Requests {
    tickets: Mutex<Vec<Ticket>>,
    /// Set once a request waited for its response's head for too long: the guest
    /// has work left that nobody waits for.
    abandoned: AtomicBool,
}

impl Requests {
    /// The requests that somebody still waits for or reads the response of.
    fn open(&self) -> MutexGuard<'_, Vec<Ticket>> {
        // A panic elsewhere leaves the list as it was: it is only pushed to and
        // drained.
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|ticket| !ticket.fate.is_closed());
        tickets
    }
}

/// Decides about one instance from within.
pub(crate) struct Worker {
    component: Arc<str>,
    limits: Limits,
    log: Log,
    requests: Arc<Requests>,
    /// Bytes of memory that the instance has; its limiter counts them.
    memory: Arc<AtomicUsize>,
    /// Set by [`Expiration`] when it ends the instance.
    overdue: Arc<AtomicBool>,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = Ticket;

    fn should_accept_request(&self, _concurrent: usize, total: usize) -> ShouldAccept {
        // An instance's memory never shrinks, so one that has grown is used up: the
        // rest of its memory is for the requests that it already has.
        let grown = self.memory.load(Relaxed) > self.limits.memory_bytes / SHARED_MEMORY;
        if grown || total >= self.limits.requests_per_instance {
            ShouldAccept::Never
        // Wasmtime's own count leaves out the responses that are still being sent.
        } else if self.requests.open().len() >= self.limits.concurrent_per_instance {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _store: StoreContextMut<'_, State>,
        ticket: Ticket,
        _task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        let clock = ticket.clock.clone();
        self.requests.open().push(ticket);
        let head = self.limits.head;
        let requests = Arc::clone(&self.requests);
        Box::pin(async move {
            // A request that waited for its place has its time here nevertheless: that it
            // gave up is no reason to give the instance up.
            tokio::time::sleep(head).await;
            clock.over(Duration::ZERO).await;
            requests.abandoned.store(true, Relaxed);
        })
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        if let Err(error) = result
            && !is_cancelled(&error)
        {
            self.failed(&error);
        }
        // Only now do the bodies end that the instance was still sending.
        drop(store);
    }
}

/// Whether an instance ended only because the whole runtime does. Wasmtime says then
/// what it says of a panic.
fn is_cancelled(error: &wasmtime::Error) -> bool {
    !std::thread::panicking() && error.to_string() == "worker panicked"
}

impl Worker {
    fn failed(&self, error: &wasmtime::Error) {
        let fate = match error.downcast_ref::<LimitExceeded>() {
            Some(LimitExceeded::Compute { .. }) => Fate::TimedOut,
            Some(LimitExceeded::Memory { .. }) => Fate::Failed,
            None if self.overdue.load(Relaxed) => Fate::TimedOut,
            None => Fate::Failed,
        };
        let tickets = std::mem::take(&mut *self.requests.open());
        if tickets.is_empty() && self.requests.abandoned.load(Relaxed) {
            // What became of its requests was logged when they were answered.
            return;
        }
        let requests: Vec<_> = tickets.iter().map(|t| t.request.as_str()).collect();
        self.log.line(&format!(
            "component {} ended while it handled {}: {error:?}",
            self.component,
            if requests.is_empty() {
                "no request".to_owned()
            } else {
                requests.join(", ")
            },
        ));
        for ticket in tickets {
            // Whoever waited may have gone meanwhile.
            let _ = ticket.fate.send(fate);
        }
    }
}

/// Decides about one instance from outside, where a guest that keeps its event
/// loop busy cannot hold it up.
pub(crate) struct Expiration {
    limits: Limits,
    requests: Arc<Requests>,
    /// Asks a guest that computes to end at the next tick.
    overdue: Arc<AtomicBool>,
    /// When a body was last seen being sent.
    streaming: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl Expiration {
    /// Until when an instance in this state may live.
    fn deadline(&mut self, status: WorkerStatus, since: Instant) -> Instant {
        match status {
            WorkerStatus::Idle => since + self.limits.idle,
            WorkerStatus::Requests => {
                // The clock inside has not ended these requests, so the guest computes
                // and keeps it from running. Ended by its own tick it leaves a
                // backtrace; ended from here, where that does not help, none.
                let clocks = self.requests.open();
                let clocks = clocks.iter().map(|ticket| ticket.clock.began().into_std());
                let since = clocks.max().map_or(since, |began| began.max(since));
                let ask = since + self.limits.head + CLOCK_GRACE / 2;
                if Instant::now() < ask {
                    self.overdue.store(false, Relaxed);
                    return ask;
                }
                self.overdue.store(true, Relaxed);
                since + self.limits.head + CLOCK_GRACE
            }
            WorkerStatus::PostReturn => {
                self.overdue.store(false, Relaxed);
                if !self.requests.open().is_empty() {
                    // A body may take as long as its reader likes.
                    self.streaming = Instant::now();
                    self.streaming + STREAMING_CHECK
                } else if self.requests.abandoned.load(Relaxed) {
                    since
                } else {
                    since.max(self.streaming) + self.limits.after_responses
                }
            }
        }
    }
}

impl WorkerExpiration for Expiration {
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
