//! The requests in one instance.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use tokio::sync::oneshot;

use crate::run::clocks::{AnswerClock, Late};

/// Why a component gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The time was over before the head of the response was there.
    Late(Late),
    /// There was no place for the request.
    Busy,
    /// It trapped, wanted too much memory, or could not be run. The log says what it was.
    Failed,
}

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
