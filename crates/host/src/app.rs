//! An application, ready to answer requests.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header, uri::Scheme};

use crate::{
    http::{
        headers,
        open_files::Capacity,
        places::Places,
        refusal::{Refusal, bare},
    },
    load::{
        components::{self, Components},
        manifest::{Component, Manifest},
        options::Options,
    },
    log::Log,
    router::{Router, WELL_KNOWN_PREFIX},
    run::{
        body::{self, Body, BodyError},
        clocks::{AnswerClock, Late, TimedBody},
        dispatch::Dispatch,
        instances::Handlers,
        limits::Limits,
        requests::Failure,
    },
    storage::{key_value::Stores, sqlite::Databases},
};

/// An application: its components compiled, its variables resolved, ready to
/// answer requests.
///
/// The server and [`TestClient`](crate::TestClient) both go through [`App::handle`].
pub struct App {
    manifest: Manifest,
    router: Arc<Router>,
    components: Components,
    /// Those that [`App::handle`] asks.
    handlers: Handlers,
    cores: NonZeroUsize,
    places: Arc<Places>,
    capacity: Capacity,
    limits: Limits,
    log: Log,
    storage: Vec<String>,
    state_dir: Option<PathBuf>,
}

/// An application with instances of its own, for the requests of one thread.
pub(crate) struct OnCore {
    app: Arc<App>,
    handlers: Handlers,
    /// How clients reach it.
    scheme: Scheme,
}

impl OnCore {
    /// Answers one request, as [`App::handle`] does.
    pub(crate) async fn handle<B>(&self, request: Request<B>, client: SocketAddr) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        let Self {
            app,
            handlers,
            scheme,
        } = self;
        app.answer(handlers, request, client, scheme).await
    }

    /// A newer application for the same thread. Components that both have keep their instances.
    pub(crate) fn renewed(&self, app: Arc<App>) -> Self {
        Self {
            handlers: self.handlers.renewed(&app.components),
            app,
            scheme: self.scheme.clone(),
        }
    }

    /// Where the application's failures are written.
    pub(crate) fn log(&self) -> &Log {
        self.app.log()
    }
}

impl App {
    /// Loads the application that the manifest at `path` describes.
    ///
    /// Compiles its components, or takes them from the cache: this blocks.
    ///
    /// # Errors
    ///
    /// A bad manifest, required variables without a value, a component that is
    /// missing or that this runtime cannot run, a database or a store that cannot be
    /// used, a statement of [`Options::sqlite`] or one of [`Options::key_values`] that
    /// fails. Problems of one kind are reported together.
    pub fn from_manifest(path: impl AsRef<Path>, options: Options) -> anyhow::Result<Self> {
        let manifest = Manifest::load(path.as_ref())?;
        let router = Router::new(&manifest.triggers).map_err(anyhow::Error::msg)?;
        components::warn_of_routes(&router, &options.log);
        let (config, state_dir) = (&options.runtime_config, options.state_dir.as_deref());
        let databases = Databases::new(config, state_dir)?;
        let stores = Stores::new(&config.key_value_stores, state_dir)?;
        let sends = |component: &Component| !component.allowed_outbound_hosts.is_empty();
        let sends = manifest.components.iter().any(sends);
        let capacity = Capacity::from_process(manifest.components.len(), sends);
        let connections = capacity.connections;
        let components =
            components::components(&manifest, &databases, &stores, connections, &options)?;
        // Last: an application that does not start should change nothing.
        databases.set_up(&options.sqlite, &options.log)?;
        stores.set_up(&options.key_values)?;
        components::truncate_logs(&options)?;
        // Over HTTP/2 a connection has many requests, and each may open files.
        let requests = options.limits.concurrent_requests.min(capacity.connections);
        Ok(Self {
            storage: components::storage(&manifest, &databases, &stores, &options),
            handlers: Handlers::new(&components),
            cores: options.cores.unwrap_or_else(all_cores),
            components,
            manifest,
            router: Arc::new(router),
            places: Places::new(requests),
            capacity,
            limits: options.limits,
            log: options.log,
            state_dir: options.state_dir,
        })
    }

    /// The same application, but with the `.wasm` and the files of these components read again. All the rest
    /// is shared by both: other components, limits, databases and stores.
    ///
    /// Compiles the components: this blocks.
    ///
    /// # Errors
    ///
    /// A component that this runtime cannot run; a file that cannot be copied.
    pub(crate) fn renewed(&self, ids: &BTreeSet<String>) -> anyhow::Result<Self> {
        let mut components = self.components.clone();
        let folder = &self.manifest.folder;
        for component in &self.manifest.components {
            let blueprint = components.get_mut(&component.id);
            if let Some(blueprint) = blueprint.filter(|_| ids.contains(&component.id)) {
                let state_dir = self.state_dir.as_deref();
                let renewed = components::renewed(blueprint, component, folder, state_dir)?;
                *blueprint = Arc::new(renewed);
            }
        }
        Ok(Self {
            handlers: self.handlers.renewed(&components),
            components,
            manifest: self.manifest.clone(),
            router: Arc::clone(&self.router),
            cores: self.cores,
            places: Arc::clone(&self.places),
            capacity: self.capacity,
            limits: self.limits,
            log: self.log.clone(),
            storage: self.storage.clone(),
            state_dir: self.state_dir.clone(),
        })
    }

    /// The application's manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The application's routes.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Where its data and its components' output are kept, a line each, as `spin up` says it.
    pub fn storage(&self) -> &[String] {
        &self.storage
    }

    /// Where the application's failures are written.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// How much it may serve at the same time.
    pub(crate) fn capacity(&self) -> Capacity {
        self.capacity
    }

    /// On how many threads it is served.
    pub(crate) fn cores(&self) -> NonZeroUsize {
        self.cores
    }

    /// The application for one thread. The rest, limits included, it shares with all others.
    pub(crate) fn on_core(self: &Arc<Self>, scheme: Scheme) -> OnCore {
        OnCore {
            app: Arc::clone(self),
            handlers: Handlers::new(&self.components),
            scheme,
        }
    }

    /// Answers one request, which came from `client` over plain HTTP.
    ///
    /// Never fails: what goes wrong becomes a response, and an entry in the log if
    /// the client cannot mend it.
    pub async fn handle<B>(&self, request: Request<B>, client: SocketAddr) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        self.answer(&self.handlers, request, client, &Scheme::HTTP)
            .await
    }

    async fn answer<B>(
        &self,
        handlers: &Handlers,
        mut request: Request<B>,
        client: SocketAddr,
        scheme: &Scheme,
    ) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        if request.method() == Method::CONNECT {
            // It has no path to route, and no component can be handed a tunnel.
            return Refusal::no_tunnel().into_response();
        }
        let path = request.uri().path().to_owned();
        if let Some(well_known) = path.strip_prefix(WELL_KNOWN_PREFIX) {
            return self.well_known(well_known);
        }
        let Some(matched) = self.router.route(&path) else {
            return bare(StatusCode::NOT_FOUND);
        };
        if let Err(bad) = headers::prepare(&mut request, &matched, client, scheme) {
            return Refusal::from(bad).into_response();
        }
        let component = &matched.route.component;
        match self.dispatch(handlers, component, request, client).await {
            Ok(response) => response,
            Err(refusal) => refusal.into_response(),
        }
    }

    /// The paths that the runtime answers itself.
    fn well_known(&self, name: &str) -> Response<Body> {
        match name {
            "health" => Response::new(Body::full("OK")),
            "info" => self.info(),
            _ => bare(StatusCode::NOT_FOUND),
        }
    }

    fn info(&self) -> Response<Body> {
        let mut info = serde_json::json!({ "name": self.manifest.name });
        if !self.manifest.version.is_empty() {
            info["version"] = self.manifest.version.as_str().into();
        }
        let mut response = Response::new(Body::full(format!("{info:#}")));
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }

    async fn dispatch<B>(
        &self,
        handlers: &Handlers,
        id: &str,
        request: Request<B>,
        client: SocketAddr,
    ) -> Result<Response<Body>, Refusal>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        let clock = AnswerClock::start(self.limits.head);
        let Some(component) = handlers.get(id) else {
            self.log.line(&format!("there is no component {id}"));
            return Err(Refusal::internal());
        };
        let Some(place) = clock.place(self.places.wait(client.ip())).await else {
            return Err(Refusal::busy());
        };
        let dispatch = Dispatch {
            component: component.clone(),
            clock: clock.clone(),
            log: self.log.clone(),
            place,
        };
        let timed = |body| body::wasi(TimedBody::new(body::wasi(body), clock.clone()));
        let answer = dispatch.run(request.map(timed));
        match clock.answer(answer).await {
            Ok(answer) => Ok(answer?),
            Err(late) => {
                if late == Late::Component {
                    let limit = self.limits.head;
                    self.log.line(&format!(
                        "component {id} did not take a request within {limit:?}"
                    ));
                }
                Err(Failure::Late(late).into())
            }
        }
    }
}

/// The cores that the process may use.
fn all_cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
