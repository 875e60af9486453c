//! `spin:key-value`, as a component sees it.

mod contention;
mod durability;
mod endings;
mod faults;
mod setup;
mod values;

use std::time::Duration;

use handspun::{Limits, Options};
use tempfile::TempDir;

use crate::support::{Probe, store::default_store};

/// A generous bound for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// The probe with its state in a folder.
struct Store {
    probe: Probe,
    folder: TempDir,
}

impl Store {
    fn new() -> Self {
        Self::with(Options::default())
    }

    /// One whose calls do not wait for long.
    fn impatient() -> Self {
        Self::with(Options {
            limits: Limits {
                key_value: Duration::from_secs(1),
                ..Limits::default()
            },
            ..Options::default()
        })
    }

    fn with(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let probe = Probe::with(Options {
            quiet: true,
            state_dir: Some(folder.path().to_owned()),
            ..options
        });
        Self { probe, folder }
    }

    /// What comes of some calls, a line each, in the default store.
    async fn run(&self, lines: &str) -> String {
        run(&self.probe, lines).await
    }

    /// What the probe says at a path.
    async fn ask(&self, path: &str) -> String {
        let response = self.probe.client.get(path).await.unwrap();
        response.text().unwrap().to_owned()
    }

    /// Puts so many keys into it, `key 0` and so on, past the host.
    fn fill(&self, count: usize) {
        let mut store = default_store(self.folder.path());
        let filling = store.transaction().unwrap();
        for n in 0..count {
            let insert = "INSERT INTO spin_key_value VALUES ('default', ?, ?)";
            let row = (format!("key {n}"), n.to_string().into_bytes());
            filling.execute(insert, row).unwrap();
        }
        filling.commit().unwrap();
    }
}

/// What comes of a call that returns nothing.
const DONE: &str = "Ok(())\n";

async fn run(probe: &Probe, lines: &str) -> String {
    run_at(probe, "/key-value/run?default", lines).await
}

async fn run_at(probe: &Probe, path: &str, lines: &str) -> String {
    let response = probe.client.post(path).body(lines.to_owned()).await;
    response.unwrap().text().unwrap().to_owned()
}
