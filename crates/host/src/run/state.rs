//! What the host keeps for each instance, and what the guest may do over HTTP.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize},
    },
};

use http::HeaderName;
use wasmtime::{ResourceLimiter, component::ResourceTable};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::{
    load::{files::Files, variables::ComponentVariables},
    log::output::Output,
    run::{
        clocks::ComputeClock,
        limits::{Limits, MemoryLimiter},
        outbound::{Answer, Gone, Grant, Outbound, Transmission},
    },
    storage::{
        event_loop::EventLoop,
        key_value::Granted,
        sqlite::{Databases, Life},
    },
};

/// The data of a store: one for each instance.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    fields: Fields,
    messages: Messages,
    pub(crate) table: ResourceTable,
    memory: MemoryLimiter,
    clock: ComputeClock,
    pub(crate) variables: Arc<ComponentVariables>,
    pub(crate) databases: Arc<Databases>,
    /// How many of its connections to databases are open.
    pub(crate) connections: usize,
    pub(crate) key_value: Arc<Granted>,
    /// How many key-value stores it has open.
    pub(crate) stores: usize,
    pub(crate) life: Life,
    pub(crate) event_loop: Arc<EventLoop>,
}

/// What the instances of a component have in common: all that it was granted.
#[derive(Clone)]
pub(crate) struct Resources {
    pub(crate) variables: Arc<ComponentVariables>,
    pub(crate) databases: Arc<Databases>,
    pub(crate) key_value: Arc<Granted>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) files: Option<Arc<Files>>,
    pub(crate) stdout: Arc<Output>,
    pub(crate) stderr: Arc<Output>,
    pub(crate) outbound: Arc<Grant>,
}

impl State {
    /// The state of a new instance, which sends its requests by `outbound`.
    ///
    /// # Errors
    ///
    /// The component's files cannot be opened.
    pub(crate) fn new(
        limits: &Limits,
        resources: &Resources,
        outbound: Outbound,
    ) -> wasmtime::Result<Self> {
        let mut wasi = WasiCtx::builder();
        wasi.stdout(resources.stdout.stream())
            .stderr(resources.stderr.stream());
        for (name, value) in &resources.environment {
            wasi.env(name, value);
        }
        if let Some(files) = &resources.files {
            wasi.preopened_dir(files.path(), "/", FsPerms::ReadOnly)?;
        }
        let Granted { component, log, .. } = &*resources.key_value;
        Ok(Self {
            wasi: wasi.build(),
            http: WasiHttpCtx::default(),
            fields: Fields,
            messages: Messages {
                outbound,
                gone: Gone::default(),
            },
            table: ResourceTable::default(),
            memory: MemoryLimiter::new(limits),
            clock: ComputeClock::new(limits),
            variables: Arc::clone(&resources.variables),
            databases: Arc::clone(&resources.databases),
            connections: 0,
            key_value: Arc::clone(&resources.key_value),
            stores: 0,
            life: Life::default(),
            event_loop: Arc::new(EventLoop::new(Arc::clone(component), log.clone())),
        })
    }
}

impl State {
    /// Bytes of memory that the instance has, as they change.
    pub(crate) fn memory_used(&self) -> Arc<AtomicUsize> {
        self.memory.used()
    }

    /// The view through which requests and responses of others come in, and the guest's requests go out.
    /// What a guest makes goes through [`WasiHttpView::http`].
    pub(crate) fn messages(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.messages,
        }
    }

    /// Set it when the instance is ended while it has work.
    pub(crate) fn gone(&self) -> Gone {
        Arc::clone(&self.messages.gone)
    }

    /// What keeps the guest to its memory.
    pub(crate) fn memory(&mut self) -> &mut dyn ResourceLimiter {
        &mut self.memory
    }

    /// What keeps the guest from computing for ever.
    pub(crate) fn compute_clock(&mut self) -> &mut ComputeClock {
        &mut self.clock
    }

    /// Set it to end a guest that computes at the engine's next tick.
    pub(crate) fn overdue(&self) -> Arc<AtomicBool> {
        self.clock.overdue()
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.fields,
        }
    }
}

/// The fields that a guest makes. They are held to wasmtime's list of forbidden names, which is Spin's:
/// `Host` and what concerns one connection.
struct Fields;

impl WasiHttpHooks for Fields {
    /// Nothing is sent through the view of fields.
    fn send_request(
        &mut self,
        _request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _sent: Transmission,
    ) -> Box<dyn Future<Output = Result<Answer, Error>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

/// How messages pass between a guest and others. As under Spin, all headers of a client's request reach the
/// component, from which `Connection` was taken away before, and all of a response to its own request.
struct Messages {
    outbound: Outbound,
    gone: Gone,
}

impl WasiHttpHooks for Messages {
    /// Wasmtime asks this about the headers of a message that comes in. About the trailers of its body it
    /// asks another function, which keeps to the list.
    fn is_forbidden_header(&mut self, _name: &HeaderName) -> bool {
        false
    }

    /// The client makes a `Host` of the URI.
    fn set_host_header(&mut self) -> bool {
        false
    }

    /// `_taken` would say what became of the response in the component, which is nobody's matter here.
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _taken: Transmission,
    ) -> Box<dyn Future<Output = Result<Answer, Error>> + Send> {
        let gone = Arc::clone(&self.gone);
        Box::new(self.outbound.clone().send(request, options, gone))
    }
}
