//! One request to one component, until the head of its response.

use tokio::sync::oneshot;
use wasmtime::PoolConcurrencyLimitError;
use wasmtime_wasi_http::handler::{
    ExpirationError, InstantiationError, ProxyHandler, Request, TrapOrPanicError,
};

use crate::{
    http::places::Place,
    log::{Log, output::printable},
    run::{
        body::Body,
        carry_on::CarryOn,
        clocks::{AnswerClock, Late},
        instances::Instances,
        limits::LimitExceeded,
        requests::{Failure, GuestError, Ticket},
    },
};

/// All that a request needs, so that it can go on where nobody waits for it any more: the
/// guest works on, so the request keeps its place and its end is logged.
pub(crate) struct Dispatch {
    pub(crate) component: ProxyHandler<Instances>,
    pub(crate) clock: AnswerClock,
    pub(crate) log: Log,
    pub(crate) place: Place,
}

impl Dispatch {
    /// Hands the request to an instance and waits for the head of the response. Where it is dropped
    /// before, the request goes on.
    ///
    /// # Errors
    ///
    /// There is no response. The log says why, where the operator can do something about it.
    pub(crate) async fn run(self, request: Request) -> Result<http::Response<Body>, Failure> {
        let answer = CarryOn::new(self.ask(request)).await;
        answer.unwrap_or(Err(Failure::Failed(None)))
    }

    async fn ask(self, request: Request) -> Result<http::Response<Body>, Failure> {
        let path = printable(request.uri().path());
        let what = format!("{} {path}", request.method());
        let (ticket, failure) = Ticket::new(what.clone(), self.clock.clone());
        match self.component.handle(ticket, request).await {
            Ok(response) => Ok(response.map(|inner| Body::from_guest(inner, failure, self.place))),
            Err(error) => Err(self.failure(&what, &error, failure).await),
        }
    }

    async fn failure(
        &self,
        what: &str,
        error: &wasmtime::Error,
        told: oneshot::Receiver<Failure>,
    ) -> Failure {
        let id = self.component.state().component();
        if error.is::<ExpirationError>() {
            let late = self.clock.late();
            // The operator can do nothing about a slow client.
            if late == Late::Component {
                let limit = self.clock.limit();
                self.log.line(&format!(
                    "component {id} did not answer {what} within {limit:?}; it was waiting, so \
                     there is no backtrace"
                ));
            }
            return Failure::Late(late);
        }
        if error.is::<TrapOrPanicError>() {
            // The instance is gone. Its worker knows why and has logged it, or will
            // in a moment.
            return told.await.unwrap_or(Failure::Failed(None));
        }
        self.log
            .line(&format!("component {id} failed at {what}: {error:?}"));
        match error.downcast_ref::<InstantiationError<Ticket>>() {
            Some(start) if start.error.is::<PoolConcurrencyLimitError>() => Failure::Busy,
            Some(start) if is_compute_limit(&start.error) => Failure::Late(Late::Component),
            _ => Failure::Failed(Some(GuestError::new(id, error))),
        }
    }
}

fn is_compute_limit(error: &wasmtime::Error) -> bool {
    matches!(error.downcast_ref(), Some(LimitExceeded::Compute { .. }))
}
