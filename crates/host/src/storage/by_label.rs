//! What is behind the labels that a manifest grants.

use std::collections::BTreeMap;

/// The label that needs no runtime configuration.
pub(crate) const DEFAULT: &str = "default";

/// Of all that there is by label, what some labels stand for.
///
/// # Errors
///
/// The labels that stand for nothing.
pub(crate) fn granted<T: Clone>(
    all: &BTreeMap<String, T>,
    labels: &[String],
) -> Result<BTreeMap<String, T>, Vec<String>> {
    let unknown: Vec<_> = labels
        .iter()
        .filter(|label| !all.contains_key(*label))
        .cloned()
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut granted = all.clone();
    granted.retain(|label, _| labels.contains(label));
    Ok(granted)
}
