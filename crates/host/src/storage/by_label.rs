//! What is behind the labels that a manifest grants.

use std::{
    collections::BTreeMap,
    path::{self, Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;

use super::file::DatabaseFile;

/// The label that needs no runtime configuration.
pub(crate) const DEFAULT: &str = "default";

/// What a label can stand for: an SQLite database, or a key-value store.
pub(crate) trait Storage: Sized {
    /// What the runtime configuration says of one.
    type Config: Clone;

    /// What it is called in messages.
    const NAME: &str;

    /// The file of the default one in the state folder, as under Spin.
    const DEFAULT_FILE: &str;

    /// What is configured where only the file is.
    fn config(path: Option<PathBuf>) -> Self::Config;

    /// Makes one. Nothing is opened yet.
    fn new(label: &str, config: Self::Config) -> Self;

    /// Where it is kept.
    fn file(&self) -> &DatabaseFile;

    /// Opens it, so that what is wrong is known before anybody asks. That another program has
    /// it locked is no error: that passes.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened or written, or is no database.
    fn check(&self) -> anyhow::Result<()>;
}

/// Databases or stores by label: those of an application, or those that a component was granted.
pub(crate) struct ByLabel<T>(BTreeMap<String, Arc<T>>);

impl<T> Clone for ByLabel<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Storage> ByLabel<T> {
    /// Those that a runtime configuration describes, and the default one.
    ///
    /// # Errors
    ///
    /// There is no current folder.
    pub(crate) fn new(
        configured: &BTreeMap<String, T::Config>,
        state_dir: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let mut configured = configured.clone();
        if !configured.contains_key(DEFAULT) {
            // A path that is not absolute could be taken for a `file:` URI.
            let folder = state_dir.map(path::absolute).transpose()?;
            let path = folder.map(|folder| folder.join(T::DEFAULT_FILE));
            configured.insert(DEFAULT.to_owned(), T::config(path));
        }
        let by_label = configured.into_iter().map(|(label, config)| {
            let made = Arc::new(T::new(&label, config));
            (label, made)
        });
        Ok(Self(by_label.collect()))
    }

    /// Those of some labels.
    ///
    /// # Errors
    ///
    /// The labels that stand for nothing.
    pub(crate) fn granted(&self, labels: &[String]) -> Result<Self, Vec<String>> {
        let unknown: Vec<_> = labels
            .iter()
            .filter(|label| !self.0.contains_key(*label))
            .cloned()
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        let mut granted = self.clone();
        granted.0.retain(|label, _| labels.contains(label));
        Ok(granted)
    }

    /// What is behind a label.
    pub(crate) fn get(&self, label: &str) -> Option<&Arc<T>> {
        self.0.get(label)
    }

    /// The file of the default one; `None` where it is in memory.
    pub(crate) fn default_path(&self) -> Option<&Path> {
        self.get(DEFAULT)?.file().path()
    }

    /// The labels of those that are in no file.
    pub(crate) fn in_memory(&self) -> impl Iterator<Item = &str> {
        let in_memory = |(_, storage): &(&String, &Arc<T>)| storage.file().path().is_none();
        self.0
            .iter()
            .filter(in_memory)
            .map(|(label, _)| label.as_str())
    }

    /// [Checks](Storage::check) each.
    ///
    /// # Errors
    ///
    /// The first that fails.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        self.0.iter().try_for_each(|(label, storage)| {
            storage
                .check()
                .with_context(|| described(label, &**storage))
        })
    }
}

/// A database or store in messages.
pub(crate) fn described<T: Storage>(label: &str, storage: &T) -> String {
    format!("the {} {label}, {}", T::NAME, storage.file())
}
