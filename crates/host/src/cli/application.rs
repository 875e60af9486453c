//! What the command line says about the application.

use std::{
    collections::HashMap,
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use clap::Args;

use crate::{
    Options, RuntimeConfig,
    load::{
        environment,
        find_manifest::{self, MANIFEST},
        variables,
    },
};

/// The file that variables are read from, as by `spin up`.
const DOTENV: &str = ".env";

/// Where `spin up` keeps the state of an application.
const STATE_DIR: &str = ".spin";

/// Which application.
#[derive(Debug, Args)]
#[command(next_help_heading = "The application")]
pub(super) struct ManifestFile {
    /// The manifest, or the folder with its spin.toml [default: spin.toml here, or in the nearest
    /// folder above]
    #[arg(short, long, alias = "file", value_name = "FILE")]
    from: Option<PathBuf>,
}

/// Which application, and how it is run.
#[derive(Debug, Args)]
#[command(next_help_heading = "The application")]
pub(super) struct Application {
    #[command(flatten)]
    manifest: ManifestFile,

    /// Set a variable of the application; repeatable. A file may have the value (KEY=@FILE) or several
    /// variables (@FILE.json, @FILE.toml)
    #[arg(long, value_name = "KEY=VALUE")]
    variable: Vec<String>,

    /// Where databases and key-value stores are, and rules for outgoing requests
    #[arg(long, value_name = "FILE", env = "RUNTIME_CONFIG_FILE")]
    runtime_config_file: Option<PathBuf>,

    /// Compile components without wasmtime's cache
    #[arg(
        long,
        env = "DISABLE_WASMTIME_CACHE",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    disable_cache: bool,

    #[command(flatten)]
    state: State,

    #[command(flatten)]
    logs: Logs,
}

/// What lasts from one start to the next.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
struct State {
    /// The folder for data and logs; "" keeps none [default: .spin beside the manifest]
    #[arg(long, value_name = "FOLDER")]
    state_dir: Option<OsString>,

    /// Set a key of the key-value store `default` before the start; repeatable
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    key_value: Vec<(String, String)>,

    /// Run a statement on the SQLite database `default` before the start, or those of a file (@FILE,
    /// or @FILE:DATABASE for another database); repeatable
    #[arg(long, value_name = "SQL")]
    sqlite: Vec<String>,
}

/// What is written where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logs")]
struct Logs {
    /// The folder for what components print; "" keeps nothing [default: logs in the state folder]
    #[arg(short = 'L', long, value_name = "FOLDER", env = "SPIN_LOG_DIR")]
    log_dir: Option<OsString>,

    /// Empty the log files of components before the start
    #[arg(long)]
    truncate_logs: bool,

    /// Show neither requests nor what components print; log files are written all the same
    #[arg(short, long)]
    quiet: bool,
}

impl ManifestFile {
    /// The manifest. As with `spin up`, a folder means the `spin.toml` in it; without `-f`, the folders
    /// above are searched.
    ///
    /// # Errors
    ///
    /// None was named, and none is found.
    pub(super) fn find(&self) -> anyhow::Result<PathBuf> {
        match &self.from {
            Some(folder) if folder.is_dir() => Ok(folder.join(MANIFEST)),
            Some(file) => Ok(file.clone()),
            None => {
                let here = env::current_dir().context("there is no current folder")?;
                find_manifest::manifest_above(&here).with_context(|| {
                    format!(
                        "there is no {MANIFEST} in this folder or above it; name another \
                         manifest with -f FILE"
                    )
                })
            }
        }
    }
}

impl Application {
    /// The manifest, and how its application is run.
    ///
    /// # Errors
    ///
    /// There is no manifest; an argument, `.env` or the runtime configuration is wrong.
    pub(super) fn load(&self) -> anyhow::Result<(PathBuf, Options)> {
        let mut arguments = HashMap::new();
        for argument in &self.variable {
            arguments.extend(variables::parse_argument(argument).context("--variable")?);
        }
        let runtime_config = match &self.runtime_config_file {
            Some(file) => RuntimeConfig::load(file)?,
            None => RuntimeConfig::default(),
        };
        let manifest = self.manifest.find()?;
        let options = Options {
            variables: variables::Sources::from_process(arguments, DOTENV.as_ref())?,
            disable_cache: self.disable_cache,
            quiet: self.logs.quiet,
            state_dir: self.state_dir(&manifest),
            log_dir: self.logs.log_dir.as_ref().map(PathBuf::from),
            truncate_logs: self.logs.truncate_logs,
            runtime_config,
            sqlite: self.state.sqlite.clone(),
            key_values: self.state.key_value.clone(),
            ..Options::default()
        };
        let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let names: Vec<_> = names.collect();
        if let Some(warning) = environment::warning(names.iter().map(String::as_str)) {
            options.log.line(&warning);
        }
        Ok((manifest, options))
    }

    /// Whether requests and what components print are not shown.
    pub(super) fn is_quiet(&self) -> bool {
        self.logs.quiet
    }

    /// The state folder; `None` where its name is empty.
    fn state_dir(&self, manifest: &Path) -> Option<PathBuf> {
        match &self.state.state_dir {
            Some(folder) if folder.is_empty() => None,
            Some(folder) => Some(folder.into()),
            None => Some(manifest.with_file_name(STATE_DIR)),
        }
    }
}

/// Parses `--key-value`: everything after the first `=` is the value.
fn key_value(argument: &str) -> anyhow::Result<(String, String)> {
    let (key, value) = argument.split_once('=').context("it must be KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
