//! `spin:sqlite`, as a component sees it.

mod connections;
mod contention;
mod durability;
mod endings;
mod results;
mod setup;

use std::time::Duration;

use handspun::{Limits, Options};
use tempfile::TempDir;

use crate::support::Probe;

/// A generous bound for what should happen at once.
const SOON: Duration = Duration::from_secs(60);

/// Rows without end.
const ENDLESS: &str = "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) \
                       SELECT n FROM c)";

/// The probe with its state in a folder, which has a database with a table `t`.
struct Database {
    probe: Probe,
    folder: TempDir,
}

impl Database {
    async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let probe = Probe::with(Options {
            limits,
            quiet: true,
            state_dir: Some(folder.path().to_owned()),
            ..Options::default()
        });
        let database = Self { probe, folder };
        assert_eq!(database.run("CREATE TABLE t (x)").await, DONE);
        database
    }

    /// What comes of some statements, a line each, on one connection.
    async fn run(&self, statements: &str) -> String {
        run(&self.probe, statements).await
    }

    /// The only value of the only row of a statement.
    async fn value(&self, statement: &str) -> String {
        let outcome = self.run(statement).await;
        let value = outcome
            .rsplit_once("[[")
            .and_then(|(_, end)| end.split_once("]]"));
        value.unwrap_or_else(|| panic!("{outcome}")).0.to_owned()
    }
}

/// What comes of a statement without rows.
const DONE: &str = "Ok(([], []))\n";

async fn run(probe: &Probe, statements: &str) -> String {
    let body = statements.to_owned();
    let response = probe.client.post("/sqlite/run?default").body(body).await;
    response.unwrap().text().unwrap().to_owned()
}
