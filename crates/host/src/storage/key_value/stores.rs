//! The stores of an application, by label.

use anyhow::Context as _;

use super::database::Database;
use crate::storage::by_label::{ByLabel, DEFAULT, described};

/// Key-value stores by label.
pub(crate) type Stores = ByLabel<Database>;

impl Stores {
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
            set.with_context(|| format!("--key-value {key}: {}", described(DEFAULT, &**database)))
        })
    }
}
