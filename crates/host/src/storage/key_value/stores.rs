//! The stores of an application, by label.

use std::{collections::BTreeMap, path, path::Path, sync::Arc};

use anyhow::Context as _;

use super::database::Database;
use crate::{
    load::runtime_config::{KeyValueStore, RuntimeConfig},
    storage::by_label::{self, DEFAULT},
};

/// The file of the default store in the state folder, as under Spin.
const DEFAULT_FILE: &str = "sqlite_key_value.db";

/// Stores by label: those of an application, or those that a component was granted.
#[derive(Clone)]
pub(crate) struct Stores {
    by_label: BTreeMap<String, Arc<Database>>,
}

impl Stores {
    /// The stores that a runtime configuration describes, and the default one.
    ///
    /// # Errors
    ///
    /// There is no current folder.
    pub(crate) fn new(config: &RuntimeConfig, state_dir: Option<&Path>) -> anyhow::Result<Self> {
        let mut configured = config.key_value_stores.clone();
        if !configured.contains_key(DEFAULT) {
            // A path that is not absolute could be taken for a `file:` URI.
            let folder = state_dir.map(path::absolute).transpose()?;
            let path = folder.map(|folder| folder.join(DEFAULT_FILE));
            configured.insert(DEFAULT.to_owned(), KeyValueStore { path });
        }
        let by_label = configured.into_iter().map(|(label, config)| {
            let database = Database::new(label.clone(), config);
            (label, Arc::new(database))
        });
        Ok(Self {
            by_label: by_label.collect(),
        })
    }

    /// Those of some labels.
    ///
    /// # Errors
    ///
    /// The labels that stand for no store.
    pub(crate) fn granted(&self, labels: &[String]) -> Result<Self, Vec<String>> {
        let by_label = by_label::granted(&self.by_label, labels)?;
        Ok(Self { by_label })
    }

    /// The database behind a label.
    pub(super) fn get(&self, label: &str) -> Option<&Arc<Database>> {
        self.by_label.get(label)
    }

    /// The file of the default store; `None` where it is in memory.
    pub(crate) fn default_path(&self) -> Option<&Path> {
        self.get(DEFAULT)?.path()
    }

    /// Opens each, so that what is wrong is known before anybody asks.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened or written, or is no database.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        self.by_label.values().try_for_each(|database| {
            let what = || described(database);
            database.check().with_context(what)
        })
    }

    /// Sets what `--key-value` was given, as `spin up` does: keys of the default store.
    ///
    /// # Errors
    ///
    /// The first one that cannot be set.
    pub(crate) fn set_up(&self, pairs: &[(String, String)]) -> anyhow::Result<()> {
        let Some(database) = self.get(DEFAULT) else {
            return Ok(());
        };
        pairs.iter().try_for_each(|(key, value)| {
            let set = database.set_up(key, value.as_bytes());
            set.with_context(|| format!("--key-value {key}: {}", described(database)))
        })
    }
}

/// A store in messages.
fn described(database: &Database) -> String {
    let (label, place) = (database.label(), database.place());
    format!("the key-value store {label}, {place}")
}
