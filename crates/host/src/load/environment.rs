//! Environment variables that Spin reads and this runtime does not.

/// What `spin up` and its HTTP trigger read besides `SPIN_HTTP_LISTEN_ADDR`,
/// `RUNTIME_CONFIG_FILE` and the variables of the application. Where a flag of ours is given
/// one of these, it leaves the list.
const ONLY_IN_SPIN: &[&str] = &[
    "SPIN_ALWAYS_BUILD",
    "SPIN_HTTP1_MAX_BUF_SIZE",
    "SPIN_MAX_INSTANCE_COUNT",
    "SPIN_MAX_INSTANCE_MEMORY",
    "SPIN_OUTBOUND_H2C_PRIOR_KNOWLEDGE",
    "WASMTIME_CACHE_FILE",
];

/// The prefix of Spin's settings for its engine.
const ENGINE_PREFIX: &str = "SPIN_WASMTIME_";

/// A warning about the settings among these names that have no effect here, if there are any.
pub(crate) fn warning<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut ignored: Vec<_> = names
        .filter(|name| ONLY_IN_SPIN.contains(name) || name.starts_with(ENGINE_PREFIX))
        .collect();
    ignored.sort_unstable();
    match ignored.as_slice() {
        [] => None,
        [one] => Some(format!(
            "{one} is set in the environment; this runtime does not support this setting (Spin does)"
        )),
        many => Some(format!(
            "{} are set in the environment; this runtime does not support these settings (Spin does)",
            many.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_effect_is_named() {
        for (names, want) in [
            (
                ["PATH", "SPIN_HTTP_LISTEN_ADDR", "SPIN_VARIABLE_A"].as_slice(),
                None,
            ),
            (
                &["SPIN_ALWAYS_BUILD"],
                Some(
                    "SPIN_ALWAYS_BUILD is set in the environment; this runtime does not support \
                     this setting (Spin does)",
                ),
            ),
            (
                &["SPIN_WASMTIME_POOLING", "SPIN_ALWAYS_BUILD"],
                Some(
                    "SPIN_ALWAYS_BUILD, SPIN_WASMTIME_POOLING are set in the environment; this runtime \
                     does not support these settings (Spin does)",
                ),
            ),
        ] {
            let warning = warning(names.iter().copied());
            assert_eq!(warning.as_deref(), want, "{names:?}");
        }
    }
}
