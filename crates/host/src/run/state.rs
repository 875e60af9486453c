//! What the host keeps for each instance, and what a guest can import.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize},
    },
};

use http::HeaderName;
use wasmtime::{
    Store, UpdateDeadline,
    component::{Accessor, HasData, Linker, ResourceTable},
};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

use crate::{
    load::files::Files,
    load::variables::{ComponentVariables, VariableError},
    log::output::Output,
    run::bindings::spin::{key_value::key_value, sqlite::sqlite, variables::variables},
    run::body::BodyError,
    run::engine::Engine,
    run::limits::{ComputeClock, Limits, MemoryLimiter},
    storage::event_loop::EventLoop,
    storage::key_value::{Granted, KeyValue},
    storage::sqlite::{Databases, Life, Sqlite},
};

/// The data of a store: one for each instance.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: Hooks,
    incoming: Incoming,
    pub(crate) table: ResourceTable,
    memory: MemoryLimiter,
    clock: ComputeClock,
    variables: Arc<ComponentVariables>,
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
pub(crate) struct Resources {
    pub(crate) variables: Arc<ComponentVariables>,
    pub(crate) databases: Arc<Databases>,
    pub(crate) key_value: Arc<Granted>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) files: Option<Files>,
    pub(crate) stdout: Arc<Output>,
    pub(crate) stderr: Arc<Output>,
}

impl State {
    /// The state of a new instance.
    ///
    /// # Errors
    ///
    /// The component's files cannot be opened.
    pub(crate) fn new(limits: &Limits, resources: &Resources) -> wasmtime::Result<Self> {
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
            hooks: Hooks,
            incoming: Incoming,
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

    /// The view through which a client's request comes in: its headers are the client's, so
    /// none of them is dropped. What a guest makes goes through [`WasiHttpView::http`].
    pub(crate) fn incoming(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.incoming,
        }
    }

    /// Set it to end a guest that computes at the engine's next tick.
    pub(crate) fn overdue(&self) -> Arc<AtomicBool> {
        self.clock.overdue()
    }
}

/// A store whose guest is held to its limits.
pub(crate) fn store(engine: &Engine, state: State) -> Store<State> {
    let mut store = Store::new(engine.wasmtime(), state);
    store.limiter(|state| &mut state.memory);
    store.call_hook(|mut store, hook| {
        store.data_mut().clock.call(hook);
        Ok(())
    });
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| {
        store.data_mut().clock.tick()?;
        Ok(UpdateDeadline::Yield(1))
    });
    store
}

/// Everything that a guest can import: WASI 0.3 for the component itself, 0.2 for
/// the Rust standard library in it, and Spin's own interfaces.
pub(crate) fn linker(engine: &wasmtime::Engine) -> anyhow::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi::p3::add_to_linker(&mut linker)?;
    wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
    variables::add_to_linker::<_, Variables>(&mut linker, |state| state)?;
    key_value::add_to_linker::<_, KeyValue>(&mut linker, |state| state)?;
    sqlite::add_to_linker::<_, Sqlite>(&mut linker, |state| state)?;
    Ok(linker)
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
            hooks: &mut self.hooks,
        }
    }
}

/// What becomes of sending a request's body.
type Transmission = Box<dyn Future<Output = Result<(), BodyError>> + Send>;

/// The answer to an outgoing request.
type Answer = (http::Response<WasiBody>, Transmission);

/// What a guest may do over HTTP. The fields that it makes are held to wasmtime's list of
/// forbidden names, which is Spin's: `Host` and what concerns one connection.
struct Hooks;

impl WasiHttpHooks for Hooks {
    /// No manifest can grant outgoing requests yet, so there are none.
    fn send_request(
        &mut self,
        _request: http::Request<WasiBody>,
        _options: Option<RequestOptions>,
        _sent: Transmission,
    ) -> Box<dyn Future<Output = Result<Answer, BodyError>> + Send> {
        Box::new(async { Err(BodyError::HttpRequestDenied) })
    }
}

/// How a client's request comes in. As under Spin, all its headers reach the component;
/// `Connection` was taken away before.
struct Incoming;

impl WasiHttpHooks for Incoming {
    /// Wasmtime asks this about the headers of a request that comes in. About the trailers of its body it
    /// asks another function, which keeps to the list.
    fn is_forbidden_header(&mut self, _name: &HeaderName) -> bool {
        false
    }

    /// Nothing that comes in is sent.
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        sent: Transmission,
    ) -> Box<dyn Future<Output = Result<Answer, BodyError>> + Send> {
        Hooks.send_request(request, options, sent)
    }
}

/// Ties `spin:variables` to the state.
struct Variables;

impl HasData for Variables {
    type Data<'a> = &'a mut State;
}

impl variables::Host for State {}

impl variables::HostWithStore<State> for Variables {
    async fn get(
        accessor: &Accessor<State, Self>,
        name: String,
    ) -> Result<String, variables::Error> {
        let variables = accessor.with(|mut access| Arc::clone(&access.get().variables));
        match variables.get(&name) {
            Ok(value) => Ok(value.to_owned()),
            Err(VariableError::InvalidName(why)) => Err(variables::Error::InvalidName(why)),
            Err(VariableError::Undefined(why)) => Err(variables::Error::Undefined(why)),
        }
    }
}
