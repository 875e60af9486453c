//! The requests that components send: to servers of the test on this machine, and to no other.

mod bodies;
mod connections;
mod grants;
mod server;
mod tls;

use std::{
    fs,
    sync::{Arc, Mutex},
};

use handspun::{App, Options, TestClient};
use tempfile::TempDir;

use crate::support::{OneComponent, build_guests, collecting_log};

/// The component that sends what a test asks it to, as an application.
struct Sender {
    client: TestClient,
    log: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
}

impl Sender {
    /// It may send requests to what these entries allow.
    fn allowed(entries: &[&str]) -> Self {
        Self::with(entries, Options::default())
    }

    fn with(entries: &[&str], options: Options) -> Self {
        Self::load(entries, options).expect("the sender loads")
    }

    fn load(entries: &[&str], options: Options) -> anyhow::Result<Self> {
        build_guests();
        let folder = tempfile::tempdir()?;
        let sender = OneComponent {
            fields: &format!("allowed_outbound_hosts = {entries:?}"),
            ..OneComponent::named("sender")
        };
        let manifest = sender.write(folder.path());
        // For entries that are templates.
        let variables = "[variables]\nupstream = { default = \"\" }\n";
        let text = fs::read_to_string(&manifest)? + variables;
        fs::write(&manifest, text)?;
        let (log, entries) = collecting_log();
        let app = App::from_manifest(manifest, Options { log, ..options })?;
        Ok(Self {
            client: Arc::new(app).test_client(),
            log: entries,
            _folder: folder,
        })
    }

    /// What becomes of a GET for a URL.
    async fn get(&self, url: &str) -> String {
        let response = self.client.get(format!("/get?{url}")).await.unwrap();
        response.text().unwrap().to_owned()
    }

    fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }
}

/// What is told of a response without headers that matter.
fn body(told: &str) -> &str {
    let (head, body) = told.split_once("\n\n").unwrap_or_else(|| panic!("{told}"));
    assert_eq!(head.lines().next(), Some("200"), "{told}");
    body.trim_end()
}
