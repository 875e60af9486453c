//! An application under test, with a state of its own.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Context as _;
use bytes::Bytes;
use http::Request;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{build, client::TestClient, store::TestStore};
use crate::{
    App, KeyValueFaults, KeyValueStore, Limits, Log, Options, SqliteDatabase, Upstream,
    load::manifest::Manifest,
    storage::{by_label::DEFAULT, lock::BUSY_TIMEOUT},
};

/// What the application logged and its components printed.
pub(super) type Lines = Arc<Mutex<Vec<String>>>;

/// An application under test: its databases and stores are files in a temporary folder, which is deleted with it.
///
/// # Example
/// ```no_run
/// # async fn test() -> anyhow::Result<()> {
/// use handspun::TestApp;
///
/// let app = TestApp::builder("spin.toml")
///     .build_components()
///     .variable("secret_key", "of-the-tests")
///     .load()?;
///
/// let response = app.client().post("/words").form(&[("english", "spin"), ("chinese", "旋转")]).await?;
/// assert_eq!(response.status, 201);
///
/// let words = app.database("default")?;
/// let count: i64 = words.query_row("SELECT count(*) FROM words", [], |row| row.get(0))?;
/// assert_eq!(count, 1);
/// # Ok(())
/// # }
/// ```
pub struct TestApp {
    app: Arc<App>,
    testing: bool,
    lines: Lines,
    databases: Vec<(String, PathBuf)>,
    stores: Vec<(String, PathBuf)>,
    upstream: Option<Upstream>,
    /// Deleted last.
    _state: TempDir,
}

/// An application that is to be loaded for a test.
#[must_use = "an application is loaded by `load`"]
pub struct TestAppBuilder {
    manifest: PathBuf,
    build: bool,
    testing: bool,
    options: Options,
}

impl TestApp {
    /// Begins with the application of this manifest.
    pub fn builder(manifest: impl AsRef<Path>) -> TestAppBuilder {
        TestAppBuilder {
            manifest: manifest.as_ref().to_owned(),
            build: false,
            testing: false,
            options: Options::default(),
        }
    }

    /// A client without cookies.
    pub fn client(&self) -> TestClient {
        TestClient::with_lines(Arc::clone(&self.app), Arc::clone(&self.lines)).testing(self.testing)
    }

    /// A connection to one of the application's SQLite databases, of which components see each change at once, as the
    /// test sees theirs. Components apply their migrations on first use, so before any request there may be no table.
    ///
    /// # Errors
    /// No component is granted a database of this label, or it cannot be opened.
    pub fn database(&self, label: &str) -> anyhow::Result<Connection> {
        connect(&self.databases, label, "SQLite database")
    }

    /// One of the application's key-value stores.
    ///
    /// # Errors
    /// No component is granted a store of this label, or it cannot be opened.
    pub fn store(&self, label: &str) -> anyhow::Result<TestStore> {
        let connection = connect(&self.stores, label, "key-value store")?;
        TestStore::new(connection, label)
    }

    /// What the application has logged until now, an entry each, and what its components have printed: a line
    /// each, behind the component's name, as in `words: thread panicked`.
    pub fn log(&self) -> Vec<String> {
        lock(&self.lines).clone()
    }

    /// The requests that components have sent until now, whole, where an [`Upstream`] answers them; otherwise none.
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        let requests = self.upstream.as_ref().map(Upstream::requests);
        requests.unwrap_or_default()
    }
}

impl TestAppBuilder {
    /// Builds the components before they are loaded, each by its `build.command` in the manifest, once in a test
    /// process. As cargo sees what has changed, that costs little where nothing has.
    pub fn build_components(mut self) -> Self {
        self.build = true;
        self
    }

    /// Gives a variable of the application a value.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let variables = &mut self.options.variables;
        variables.arguments.insert(name.into(), value.into());
        self
    }

    /// Makes a component's failure an error of the test ([`TestClient::testing`]), for all clients.
    pub fn testing(mut self, testing: bool) -> Self {
        self.testing = testing;
        self
    }

    /// Has the requests that components send answered by the test instead of the network.
    pub fn upstream(mut self, upstream: Upstream) -> Self {
        self.options.upstream = Some(upstream);
        self
    }

    /// Makes calls to key-value stores fail.
    pub fn key_value_faults(mut self, faults: KeyValueFaults) -> Self {
        self.options.key_value_faults = faults;
        self
    }

    /// What instances may use.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.options.limits = limits;
        self
    }

    /// Runs statements on the database `default` before the first request: one, or `@FILE`, as `spin up --sqlite`
    /// takes them.
    pub fn sqlite(mut self, statements: impl Into<String>) -> Self {
        self.options.sqlite.push(statements.into());
        self
    }

    /// Sets a key of the key-value store `default` before the first request.
    pub fn key_value(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.key_values.push((key.into(), value.into()));
        self
    }

    /// Loads the application.
    ///
    /// # Errors
    /// A component that cannot be built, no temporary folder, and all that [`App::from_manifest`] says.
    pub fn load(self) -> anyhow::Result<TestApp> {
        let Self {
            manifest: path,
            build,
            testing,
            mut options,
        } = self;
        let manifest = Manifest::load(&path)?;
        if build {
            build::components(&manifest)?;
        }
        let state = tempfile::tempdir().context("there is no temporary folder")?;
        let databases = files(&manifest, state.path(), "database", |component| {
            &component.sqlite_databases
        });
        let stores = files(&manifest, state.path(), "store", |component| {
            &component.key_value_stores
        });
        let config = &mut options.runtime_config;
        for (label, path) in &databases {
            let database = SqliteDatabase {
                path: Some(path.clone()),
                ..SqliteDatabase::default()
            };
            config.sqlite_databases.insert(label.clone(), database);
        }
        for (label, path) in &stores {
            let path = Some(path.clone());
            let store = KeyValueStore { path };
            config.key_value_stores.insert(label.clone(), store);
        }
        let lines = Lines::default();
        let logged = Arc::clone(&lines);
        options.log = Log::new(move |line| lock(&logged).push(line.to_owned()));
        options.state_dir = Some(state.path().to_owned());
        let upstream = options.upstream.clone();
        Ok(TestApp {
            app: Arc::new(App::from_manifest(&path, options)?),
            testing,
            lines,
            databases,
            stores,
            upstream,
            _state: state,
        })
    }
}

/// A file for each label that a component is granted.
fn files(
    manifest: &Manifest,
    folder: &Path,
    kind: &str,
    labels: impl Fn(&crate::load::manifest::Component) -> &[String],
) -> Vec<(String, PathBuf)> {
    let mut all: BTreeSet<&str> = [DEFAULT].into();
    for component in &manifest.components {
        all.extend(labels(component).iter().map(String::as_str));
    }
    all.into_iter()
        .map(|label| (label.to_owned(), folder.join(format!("{kind}-{label}.db"))))
        .collect()
}

fn connect(files: &[(String, PathBuf)], label: &str, kind: &str) -> anyhow::Result<Connection> {
    let found = files.iter().find(|(known, _)| known == label);
    let (_, path) =
        found.with_context(|| format!("no component of the application has a {kind} {label:?}"))?;
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// The lines, which are only added to: a panic elsewhere leaves them as they were.
pub(super) fn lock(lines: &Lines) -> MutexGuard<'_, Vec<String>> {
    lines.lock().unwrap_or_else(PoisonError::into_inner)
}
