//! One request to one component, until the head of its response.

use std::time::Duration;

use tokio::sync::oneshot;
use wasmtime::PoolConcurrencyLimitError;
use wasmtime_wasi_http::handler::{
    ExpirationError, InstantiationError, ProxyHandler, Request, TrapOrPanicError,
};

use crate::{
    http::places::Place,
    http::refusal::Refusal,
    log::Log,
    log::output::printable,
    run::body::Body,
    run::clocks::answer::HeadClock,
    run::instances::{Fate, Instances, Ticket},
    run::limits::LimitExceeded,
};

/// All that a call needs, so that it can go on where nobody waits for it any more: the
/// guest works on, so the request keeps its place and its end is logged.
pub(crate) struct Call {
    pub(crate) component: ProxyHandler<Instances>,
    pub(crate) id: String,
    pub(crate) clock: HeadClock,
    pub(crate) head: Duration,
    pub(crate) log: Log,
    pub(crate) place: Place,
}

impl Call {
    /// Hands the request over and waits for the head of the response.
    pub(crate) async fn run(self, request: Request) -> Result<http::Response<Body>, Refusal> {
        let path = printable(request.uri().path());
        let what = format!("{} {path}", request.method());
        let (ticket, fate) = Ticket::new(what.clone(), self.clock.clone());
        match self.component.handle(ticket, request).await {
            Ok(response) => Ok(response.map(|inner| Body::of_guest(inner, fate, self.place))),
            Err(error) => Err(self.failure(&what, &error, fate).await),
        }
    }

    async fn failure(
        &self,
        what: &str,
        error: &wasmtime::Error,
        fate: oneshot::Receiver<Fate>,
    ) -> Refusal {
        let (id, head) = (&self.id, self.head);
        if error.is::<ExpirationError>() && self.clock.waits_for_client() {
            // Nothing that an operator could mend.
            return Refusal::slow_client();
        }
        if error.is::<ExpirationError>() {
            self.log.line(&format!(
                "component {id} did not answer {what} within {head:?}; it was waiting, so \
                 there is no backtrace"
            ));
            return Refusal::timeout();
        }
        if error.is::<TrapOrPanicError>() {
            // The instance is gone. Its worker knows why and has logged it, or will
            // in a moment.
            return match fate.await {
                Ok(Fate::TimedOut) => Refusal::timeout(),
                Ok(Fate::Failed) | Err(_) => Refusal::internal(),
            };
        }
        self.log
            .line(&format!("component {id} failed at {what}: {error:?}"));
        match error.downcast_ref::<InstantiationError<Ticket>>() {
            Some(start) if start.error.is::<PoolConcurrencyLimitError>() => Refusal::busy(),
            Some(start) if is_compute_limit(&start.error) => Refusal::timeout(),
            _ => Refusal::internal(),
        }
    }
}

fn is_compute_limit(error: &wasmtime::Error) -> bool {
    matches!(error.downcast_ref(), Some(LimitExceeded::Compute { .. }))
}
