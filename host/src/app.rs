//! An application, ready to answer requests.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use tokio::{sync::Semaphore, time::timeout};
use wasmtime::PoolConcurrencyLimitError;
use wasmtime_wasi_http::{
    handler::{ExpirationError, InstantiationError, ProxyHandler, TrapOrPanicError},
    p3::bindings::ServicePre,
};

use crate::{
    TestClient,
    body::{self, Body, BodyError},
    engine::Engine,
    files::Files,
    headers,
    limits::Limits,
    log::Log,
    manifest::{Component, Manifest},
    output::Output,
    router::{RouteMatch, Router, WELL_KNOWN_PREFIX},
    state::{Resources, State},
    variables::{self, ComponentVariables, Sources},
    worker::{Fate, Instances, Ticket},
};

/// How an application is run; the default is right for a test.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the values of the application's variables come from.
    pub variables: Sources,
    /// What its instances may use.
    pub limits: Limits,
    /// Where failures of its components are written, and what they print.
    pub log: Log,
    /// Whether what components print is left out of the log.
    pub quiet: bool,
    /// The folder for what outlives the application; without one, nothing does.
    pub state_dir: Option<PathBuf>,
}

/// Where in the state folder the components' output is kept, as under Spin.
const LOGS: &str = "logs";

/// An application: its components compiled, its variables resolved, ready to
/// answer requests.
///
/// The server and [`TestClient`] both go through [`App::handle`].
pub struct App {
    manifest: Manifest,
    router: Router,
    components: HashMap<String, ProxyHandler<Instances>>,
    places: Arc<Semaphore>,
    limits: Limits,
    log: Log,
}

/// What the host itself has to say to a client.
struct Refusal {
    status: StatusCode,
    detail: String,
}

impl App {
    /// Loads the application that the manifest at `path` describes.
    ///
    /// Compiles its components, or takes them from the cache: this blocks.
    ///
    /// # Errors
    ///
    /// A bad manifest, required variables without a value, a component that is
    /// missing or that this runtime cannot run. Problems of one kind are reported
    /// together.
    pub fn from_manifest(path: impl AsRef<Path>, options: Options) -> anyhow::Result<Self> {
        let manifest = Manifest::load(path.as_ref())?;
        let Options {
            variables,
            limits,
            log,
            quiet,
            state_dir,
        } = options;
        let router = Router::new(&manifest.triggers).map_err(anyhow::Error::msg)?;
        for shadowed in router.shadowed() {
            log.line(&format!(
                "the route {} of component {} is never used: component {} has the same, later",
                shadowed.route, shadowed.component, shadowed.by
            ));
        }
        let values = variables::resolve(&manifest, &variables).map_err(missing_variables)?;
        check_files(&manifest.components)?;
        let engine = Arc::new(Engine::new(&limits, &log)?);
        let logs = state_dir.map(|folder| folder.join(LOGS));
        let terminal = (!quiet).then_some(&log);
        let mut components = HashMap::new();
        for component in &manifest.components {
            let (stdout, stderr) = Output::of_component(&component.id, logs.as_deref(), terminal)?;
            let resources = Resources {
                variables: ComponentVariables::new(component, &values)
                    .map_err(anyhow::Error::msg)?
                    .into(),
                environment: component.environment.clone(),
                files: Files::copy(&component.files, &manifest.folder, &log)
                    .with_context(|| format!("component {}", component.id))?,
                stdout,
                stderr,
            };
            let instances = Instances {
                component: component.id.as_str().into(),
                service: load(&engine, component)?,
                engine: Arc::clone(&engine),
                resources,
                limits,
                log: log.clone(),
            };
            components.insert(component.id.clone(), ProxyHandler::new(instances));
        }
        Ok(Self {
            manifest,
            router,
            components,
            places: Arc::new(Semaphore::new(limits.concurrent_requests)),
            limits,
            log,
        })
    }

    /// A client that hands its requests straight to the application, as Flask's
    /// `app.test_client()` does.
    pub fn test_client(self: &Arc<Self>) -> TestClient {
        TestClient::new(Arc::clone(self))
    }

    /// The application's manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The application's routes.
    pub fn router(&self) -> &Router {
        &self.router
    }

    /// Where the application's failures are written.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Answers one request, which came from `client`.
    ///
    /// Never fails: what goes wrong becomes a response, and an entry in the log if
    /// the client cannot mend it.
    pub async fn handle<B>(&self, request: Request<B>, client: SocketAddr) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        let path = request.uri().path().to_owned();
        if let Some(well_known) = path.strip_prefix(WELL_KNOWN_PREFIX) {
            return self.well_known(well_known);
        }
        let Some(matched) = self.router.route(&path) else {
            return bare(StatusCode::NOT_FOUND);
        };
        match self.dispatch(request, &matched, client).await {
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
        mut request: Request<B>,
        matched: &RouteMatch<'_, '_>,
        client: SocketAddr,
    ) -> Result<Response<Body>, Refusal>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        headers::prepare(&mut request, matched, client)
            .map_err(|bad| Refusal::new(StatusCode::BAD_REQUEST, bad.to_string()))?;
        let component = &matched.route.component;
        let Some(handler) = self.components.get(component) else {
            self.log.line(&format!("there is no component {component}"));
            return Err(Refusal::internal());
        };
        let waiting = timeout(self.limits.head, Arc::clone(&self.places).acquire_owned());
        let Ok(Ok(place)) = waiting.await else {
            return Err(Refusal::busy());
        };
        let what = format!("{} {}", request.method(), request.uri().path());
        let (ticket, fate) = Ticket::new(what.clone());
        match handler.handle(ticket, request.map(body::wasi)).await {
            Ok(response) => Ok(response.map(|inner| Body::of_guest(inner, fate, place))),
            Err(error) => Err(self.failure(component, &what, error, fate).await),
        }
    }

    /// The answer to a request that its component did not answer.
    async fn failure(
        &self,
        component: &str,
        what: &str,
        error: wasmtime::Error,
        fate: tokio::sync::oneshot::Receiver<Fate>,
    ) -> Refusal {
        if error.is::<ExpirationError>() {
            let head = self.limits.head;
            self.log.line(&format!(
                "component {component} did not answer {what} within {head:?}; it was waiting, \
                 so there is no backtrace"
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
        if let Some(instantiation) = error.downcast_ref::<InstantiationError<Ticket>>()
            && instantiation.error.is::<PoolConcurrencyLimitError>()
        {
            return Refusal::busy();
        }
        self.log.line(&format!(
            "component {component} failed at {what}: {error:?}"
        ));
        Refusal::internal()
    }
}

fn load(engine: &Engine, component: &Component) -> anyhow::Result<ServicePre<State>> {
    let what = || {
        format!(
            "component {}: {} cannot be run",
            component.id,
            component.source.display()
        )
    };
    let instance = engine.load(&component.source).with_context(what)?;
    ServicePre::new(instance)
        .map_err(anyhow::Error::from)
        .with_context(what)
}

fn check_files(components: &[Component]) -> anyhow::Result<()> {
    let missing: Vec<_> = components
        .iter()
        .filter(|component| !component.source.is_file())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let lines = missing.iter().map(|component| {
        let file = PathBuf::from(&component.source);
        format!(
            "component {}: there is no file {}",
            component.id,
            file.display()
        )
    });
    bail!(
        "{}; `make build` makes the components",
        lines.collect::<Vec<_>>().join("\n")
    )
}

fn missing_variables(names: Vec<String>) -> anyhow::Error {
    let lines = names.iter().map(|name| {
        format!(
            "the variable {name} is required and has no value; give it with --variable \
             {name}=VALUE or SPIN_VARIABLE_{}",
            name.to_ascii_uppercase()
        )
    });
    anyhow::Error::msg(lines.collect::<Vec<_>>().join("\n"))
}

/// A response without a body, as Spin gives it where no component is asked.
fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::full(""));
    *response.status_mut() = status;
    response
}

impl Refusal {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
    }

    fn internal() -> Self {
        let detail = "The server could not answer this request.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    fn timeout() -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, "The answer took too long.")
    }

    fn busy() -> Self {
        let detail = "The server has too many requests to answer this one now.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// The refusal as an RFC 9457 problem document.
    fn into_response(self) -> Response<Body> {
        let problem = serde_json::json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        let mut response = Response::new(Body::full(problem.to_string()));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
