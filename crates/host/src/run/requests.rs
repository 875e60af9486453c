//! The requests in one instance.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use tokio::sync::oneshot;

use crate::run::clocks::{AnswerClock, Late};

/// Why a component gave no answer.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// The time was over before the head of the response was there.
    Late(Late),
    /// There was no place for the request.
    Busy,
    /// It trapped, wanted too much memory, returned an error, or could not be run. The log says what it was, and so
    /// does the error, where it is known.
    Failed(Option<Arc<GuestError>>),
    /// It computed for too long.
    Endless(Arc<GuestError>),
}

impl Failure {
    /// What the component did.
    pub(crate) fn error(&self) -> Option<&Arc<GuestError>> {
        match self {
            Self::Failed(error) => error.as_ref(),
            Self::Endless(error) => Some(error),
            Self::Late(_) | Self::Busy => None,
        }
    }
}

/// A component that failed while it answered a request: it trapped, as a panic does, went beyond a limit, or returned
/// an error in place of an answer.
#[derive(Clone, Debug)]
pub struct GuestError {
    /// The component's id.
    pub component: String,
    /// What went wrong, such as "wasm `unreachable` instruction executed", which is how a panic ends.
    pub message: String,
    /// Where in the component, one line or two for each function, the innermost first; empty where that is not known.
    pub backtrace: String,
    /// What the component printed meanwhile, a line each, such as a panic's message; empty where nobody kept it.
    pub printed: Vec<String>,
}

impl GuestError {
    pub(crate) fn new(component: &str, error: &wasmtime::Error) -> Arc<Self> {
        let backtrace = error.downcast_ref::<wasmtime::WasmBacktrace>();
        Arc::new(Self {
            component: component.to_owned(),
            message: error.root_cause().to_string(),
            backtrace: backtrace.map(ToString::to_string).unwrap_or_default(),
            printed: Vec::new(),
        })
    }
}

impl fmt::Display for GuestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "component {} failed: {}", self.component, self.message)?;
        if !self.backtrace.is_empty() {
            write!(f, "\n{}", self.backtrace.trim_end())?;
        }
        let mut printed = self.printed.iter();
        printed.try_for_each(|line| write!(f, "\nprinted: {line}"))
    }
}

impl std::error::Error for GuestError {}

/// One request in an instance. Its receiver lives until the request has failed, or its
/// response's body has ended.
pub(crate) struct Ticket {
    request: String,
    clock: AnswerClock,
    failure: oneshot::Sender<Failure>,
}

impl Ticket {
    /// A ticket for a request, described for the log, and where it is told that its instance
    /// ended.
    pub(crate) fn new(request: String, clock: AnswerClock) -> (Self, oneshot::Receiver<Failure>) {
        let (failure, receiver) = oneshot::channel();
        let ticket = Self {
            request,
            clock,
            failure,
        };
        (ticket, receiver)
    }

    /// The request, for the log.
    pub(crate) fn request(&self) -> &str {
        &self.request
    }

    /// Until when its answer has to come.
    pub(crate) fn clock(&self) -> &AnswerClock {
        &self.clock
    }

    /// Tells whoever waits, if somebody still does, that there will be no answer.
    pub(crate) fn fail(self, failure: Failure) {
        let _ = self.failure.send(failure);
    }
}

/// The requests of one instance, shared by those who decide about it.
#[derive(Default)]
pub(crate) struct Requests {
    tickets: Mutex<Vec<Ticket>>,
    abandoned: AtomicBool,
}

impl Requests {
    /// Those that somebody still waits for or reads the response of.
    pub(crate) fn open(&self) -> MutexGuard<'_, Vec<Ticket>> {
        // A panic elsewhere leaves the list as it was: it is only pushed to and
        // drained.
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        tickets.retain(|ticket| !ticket.failure.is_closed());
        tickets
    }

    /// A request waited for its response's head for too long: the guest has work left that nobody
    /// waits for.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Relaxed);
    }

    /// Whether one was.
    pub(crate) fn are_abandoned(&self) -> bool {
        self.abandoned.load(Relaxed)
    }
}
