//! The instances of one component: when one is made, which requests it takes, and
//! when it is ended.
//!
//! `wasmtime_wasi_http::handler` runs the instances and hands them requests; it
//! asks the types here. A [`Ticket`] goes along with each request, so that the one
//! who waits for its response learns why there will be none. The time is the matter of
//! [the clocks](crate::run::clocks).

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
};

use wasmtime::{Store, StoreContextMut, component::GuestTaskId};
use wasmtime_wasi_http::{
    handler::{HandlerState, Instance, Proxy, ProxyHandler, ShouldAccept, WorkerState},
    p3::bindings::ServicePre,
};

use crate::{
    log::Log,
    run::{
        clocks::InstanceClock,
        engine::Engine,
        limits::{LimitExceeded, Limits},
        outbound::{self, Gone, Outbound},
        requests::{Failure, GuestError, Requests, Ticket},
        state::{Resources, State},
    },
};

/// An instance takes new requests until it has a quarter of its memory.
const SHARED_MEMORY: usize = 4;

/// What the instances of one component are made of, and share.
pub(crate) struct Blueprint {
    pub(crate) component: Arc<str>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) service: ServicePre<State>,
    pub(crate) resources: Resources,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
}

/// Makes the instances of one component that run in one runtime.
pub(crate) struct Instances {
    of: Arc<Blueprint>,
    outbound: Outbound,
}

impl Instances {
    /// The id of the component.
    pub(crate) fn component(&self) -> &str {
        &self.of.component
    }
}

/// The components of an application, by id, with instances for one runtime.
#[derive(Default)]
pub(crate) struct Handlers(HashMap<String, Handler>);

struct Handler {
    of: Arc<Blueprint>,
    proxy: ProxyHandler<Instances>,
}

impl Handlers {
    /// Without any instance yet.
    pub(crate) fn new(components: &HashMap<String, Arc<Blueprint>>) -> Self {
        Self::default().renewed(components)
    }

    /// For components of which some are new: the others keep their instances.
    pub(crate) fn renewed(&self, components: &HashMap<String, Arc<Blueprint>>) -> Self {
        let handler = |id: &String, of: &Arc<Blueprint>| {
            let same = self.0.get(id).filter(|known| Arc::ptr_eq(&known.of, of));
            let proxy = same.map(|known| known.proxy.clone()).unwrap_or_else(|| {
                ProxyHandler::new(Instances {
                    of: Arc::clone(of),
                    outbound: Outbound::new(&of.resources.outbound),
                })
            });
            let of = Arc::clone(of);
            (id.clone(), Handler { of, proxy })
        };
        Self(components.iter().map(|(id, of)| handler(id, of)).collect())
    }

    /// What hands requests to instances of a component, and makes one where none has room.
    pub(crate) fn get(&self, id: &str) -> Option<&ProxyHandler<Instances>> {
        self.0.get(id).map(|handler| &handler.proxy)
    }
}

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = InstanceClock;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, InstanceClock, Worker>> {
        let of = &self.of;
        let state = State::new(&of.limits, &of.resources, self.outbound.clone())?;
        let (memory, overdue, gone) = (state.memory_used(), state.overdue(), state.gone());
        let mut store = of.engine.store(state);
        let service = of.service.instantiate_async(&mut store).await?;
        let requests = Arc::new(Requests::default());
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: State::messages,
            expiration: InstanceClock::start(
                of.limits,
                Arc::clone(&requests),
                Arc::clone(&overdue),
            ),
            state: Worker {
                component: Arc::clone(&of.component),
                limits: of.limits,
                log: of.log.clone(),
                requests,
                memory,
                overdue,
                gone,
            },
        })
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
    /// Set by the [`InstanceClock`] when it ends the instance.
    overdue: Arc<AtomicBool>,
    /// Set when the instance is ended while it had work.
    gone: Gone,
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
        let clock = ticket.clock().clone();
        self.requests.open().push(ticket);
        let requests = Arc::clone(&self.requests);
        Box::pin(async move {
            clock.over_in_instance().await;
            requests.abandon();
        })
    }

    fn drop(&self, store: Store<State>, result: Result<(), wasmtime::Error>) {
        if let Err(error) = result {
            outbound::tell_gone(&self.gone);
            if !is_cancelled(&error) {
                self.failed(&error);
            }
        }
        // Only now do the bodies end that the instance was still sending.
        drop(store);
    }
}

/// Whether an instance ended only because the whole runtime ends. `wasmtime_wasi_http` has no type
/// for this error, only a text, which it also uses for a panic.
fn is_cancelled(error: &wasmtime::Error) -> bool {
    !std::thread::panicking() && error.to_string() == "worker panicked"
}

impl Worker {
    fn failed(&self, error: &wasmtime::Error) {
        let guest_error = GuestError::new(&self.component, error);
        let failure = match error.downcast_ref::<LimitExceeded>() {
            Some(LimitExceeded::Compute { .. }) => Failure::Endless(guest_error),
            Some(LimitExceeded::Memory { .. }) => Failure::Failed(Some(guest_error)),
            None if self.overdue.load(Relaxed) => Failure::Endless(guest_error),
            None => Failure::Failed(Some(guest_error)),
        };
        let tickets = std::mem::take(&mut *self.requests.open());
        if tickets.is_empty() && self.requests.are_abandoned() {
            // What became of its requests was logged when they were answered.
            return;
        }
        let requests: Vec<_> = tickets.iter().map(Ticket::request).collect();
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
            ticket.fail(failure.clone());
        }
    }
}
