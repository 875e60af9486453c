//! What the tests share: components built once, applications loaded from them.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, OnceLock},
};

use host::{App, Limits, Log, Options, TestClient, variables::Sources};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
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
            .status()
            .expect("make can be run");
        assert!(status.success(), "the components cannot be built");
    });
}

/// The probe, as an application.
pub(crate) struct Probe {
    pub(crate) app: Arc<App>,
    pub(crate) client: TestClient,
    log: Arc<Mutex<Vec<String>>>,
}

impl Probe {
    pub(crate) fn new(limits: Limits) -> Self {
        build_guests();
        let (log, entries) = collecting_log();
        let options = Options {
            variables: Sources {
                arguments: HashMap::from([("given".to_owned(), "given by the test".to_owned())]),
                ..Sources::default()
            },
            limits,
            log,
            ..Options::default()
        };
        let app = App::from_manifest(root().join("host/tests/probe.toml"), options);
        let app = Arc::new(app.expect("the probe loads"));
        Self {
            client: app.test_client(),
            app,
            log: entries,
        }
    }

    /// What the application has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }
}

/// A log that the test can read.
pub(crate) fn collecting_log() -> (Log, Arc<Mutex<Vec<String>>>) {
    let entries = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&entries);
    let log = Log::new(move |entry| writer.lock().unwrap().push(entry.to_owned()));
    (log, entries)
}
