//! How an application is run.

use std::{num::NonZeroUsize, path::PathBuf};

use crate::{
    load::{runtime_config::RuntimeConfig, variables::Sources},
    log::Log,
    run::{limits::Limits, outbound::Upstream},
    storage::key_value::KeyValueFaults,
};

/// How an application is run; the default is right for a test.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the values of the application's variables come from.
    pub variables: Sources,
    /// What its instances may use.
    pub limits: Limits,
    /// On how many threads [`serve`](crate::serve) serves connections; `None` is one for each core that
    /// the process may use.
    pub cores: Option<NonZeroUsize>,
    /// Where failures of its components are written, and what they print.
    pub log: Log,
    /// Whether components are compiled without wasmtime's cache.
    pub disable_cache: bool,
    /// Whether what components print is left out of the log.
    pub quiet: bool,
    /// The folder for what outlives the application; without one, nothing does.
    pub state_dir: Option<PathBuf>,
    /// The folder for what components print. `None` is `logs` in `state_dir`; an empty path means
    /// that nothing is kept.
    pub log_dir: Option<PathBuf>,
    /// Whether what components printed before is taken out of the log files, as
    /// `spin up --truncate-logs` does.
    pub truncate_logs: bool,
    /// What the labels of the application stand for.
    pub runtime_config: RuntimeConfig,
    /// Run before the application is: each a statement for the database `default`, or
    /// `@FILE` or `@FILE:LABEL`, as `spin up --sqlite` takes it.
    pub sqlite: Vec<String>,
    /// Set before the application runs: keys of the key-value store `default` and their
    /// values, as `spin up --key-value` takes them.
    pub key_values: Vec<(String, String)>,
    /// Which calls to key-value stores fail, in a test that wants them to.
    pub key_value_faults: KeyValueFaults,
    /// Answers the requests that components send, in a test that wants no network.
    pub upstream: Option<Upstream>,
}
