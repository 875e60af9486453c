//! What the tests share: components built once, applications loaded from them.

pub(crate) mod authority;
pub(crate) mod program;
pub(crate) mod store;

use std::{
    collections::HashMap,
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, OnceLock},
};

use bytes::Bytes;
use futures::{StreamExt as _, future, stream};
use handspun::{App, Body, Limits, Log, Options, RequestBuilder, TestClient, variables::Sources};
use http_body_util::{BodyExt as _, StreamBody};
use tokio::sync::oneshot;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Builds every function and guest for wasm, once a test process. `make test` has
/// just done it, so there this only looks at dates.
pub(crate) fn build_guests() {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let status = Command::new("make")
            .arg("functions")
            .current_dir(root())
            // What `cargo test` was told about the native build does not hold for
            // wasm.
            .env_remove("CARGO_PROFILE_RELEASE_LTO")
            .env_remove("CARGO_PROFILE_RELEASE_CODEGEN_UNITS")
            .env_remove("CARGO_INCREMENTAL")
            .status()
            .expect("make can be run");
        assert!(status.success(), "the components cannot be built");
    });
}

/// Where a function or a guest is once it is built.
pub(crate) fn wasm(name: &str) -> PathBuf {
    root().join(format!("target/wasm32-wasip2/release/{name}.wasm"))
}

/// What signs sessions.
const SECRET_KEY: (&str, &str) = ("secret_key", "of-the-tests");

/// The application with its state in a folder. Each call is what another machine, or a restart, would be.
pub(crate) fn application(state: &Path, variables: &[(&str, &str)]) -> TestClient {
    application_of(
        &root().join("spin.toml"),
        state,
        variables,
        Options::default(),
    )
}

/// The application of a manifest, with options but for its state, its variables and its log.
pub(crate) fn application_of(
    manifest: &Path,
    state: &Path,
    variables: &[(&str, &str)],
    options: Options,
) -> TestClient {
    build_guests();
    let arguments = [SECRET_KEY].into_iter().chain(variables.iter().copied());
    let options = Options {
        state_dir: Some(state.to_owned()),
        log: Log::new(|_| {}),
        variables: Sources {
            arguments: arguments
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            ..Sources::default()
        },
        ..options
    };
    let app = App::from_manifest(manifest, options).expect("the application loads");
    Arc::new(app).test_client()
}

/// An application of one component, with files or settings of a test's own.
pub(crate) struct OneComponent<'a> {
    pub(crate) component: &'a str,
    pub(crate) route: &'a str,
    pub(crate) source: PathBuf,
    /// More fields of the component, in TOML.
    pub(crate) fields: &'a str,
}

impl<'a> OneComponent<'a> {
    /// A function or a guest at every path.
    pub(crate) fn named(component: &'a str) -> Self {
        Self {
            component,
            route: "/...",
            source: wasm(component),
            fields: "",
        }
    }

    /// Writes its manifest into a folder, and returns its path.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        let Self {
            component,
            route,
            source,
            fields,
        } = self;
        let manifest = format!(
            r#"
                spin_manifest_version = 2
                [application]
                name = "test"
                [[trigger.http]]
                route = {route:?}
                component = {component:?}
                [component.{component}]
                source = {source:?}
                {fields}
            "#
        );
        let path = folder.join("spin.toml");
        fs::write(&path, manifest).unwrap();
        path
    }
}

/// The probe, as an application.
pub(crate) struct Probe {
    pub(crate) app: Arc<App>,
    pub(crate) client: TestClient,
    log: Arc<Mutex<Vec<String>>>,
    /// How many entries the log had once the application was loaded.
    at_start: usize,
}

impl Probe {
    /// The probe with no state.
    pub(crate) fn new(limits: Limits) -> Self {
        Self::with(Options {
            limits,
            ..Options::default()
        })
    }

    /// The probe with these options, but for its variables and its log.
    pub(crate) fn with(options: Options) -> Self {
        let (log, entries) = collecting_log();
        let app = Arc::new(load_probe(Options { log, ..options }).expect("the probe loads"));
        let at_start = entries.lock().unwrap().len();
        Self {
            client: app.test_client(),
            app,
            log: entries,
            at_start,
        }
    }

    /// What the application has logged since it was loaded.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap()[self.at_start..].join("\n")
    }

    /// What it logged while it was loaded.
    pub(crate) fn log_at_start(&self) -> String {
        self.log.lock().unwrap()[..self.at_start].join("\n")
    }
}

/// Loads the probe with these options, but for its variables.
pub(crate) fn load_probe(options: Options) -> anyhow::Result<App> {
    build_guests();
    let given = ("given".to_owned(), "given by the test".to_owned());
    let variables = Sources {
        arguments: HashMap::from([given]),
        ..Sources::default()
    };
    let manifest = root().join("crates/host/tests/probe.toml");
    App::from_manifest(
        manifest,
        Options {
            variables,
            ..options
        },
    )
}

/// A body that is empty and has no end until the sender says so.
pub(crate) fn open_body() -> (
    oneshot::Sender<()>,
    impl http_body::Body<Data = Bytes, Error = Infallible>,
) {
    let (end, ended) = oneshot::channel();
    let chunks = stream::once(ended).filter_map(|_| future::ready(None));
    (end, StreamBody::new(chunks))
}

/// Something that a guest holds open for a request, until it is told to drop it.
pub(crate) struct Held {
    release: oneshot::Sender<()>,
    body: Body,
}

impl Held {
    /// Sends a request to a guest that then says `held`.
    pub(crate) async fn by(request: RequestBuilder) -> Self {
        let (release, body) = open_body();
        let mut body = request.stream(body).send().await.unwrap().into_body();
        let first = body.frame().await.unwrap().unwrap();
        assert_eq!(first.into_data().unwrap(), "held");
        Self { release, body }
    }

    /// Has the guest drop it, and waits until it has.
    pub(crate) async fn release(self) {
        self.release.send(()).unwrap();
        let rest = self.body.collect().await.unwrap();
        assert_eq!(rest.to_bytes(), "dropped");
    }
}

/// A log that the test can read.
pub(crate) fn collecting_log() -> (Log, Arc<Mutex<Vec<String>>>) {
    let entries = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&entries);
    let log = Log::new(move |entry| writer.lock().unwrap().push(entry.to_owned()));
    (log, entries)
}
