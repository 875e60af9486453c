//! Building components before a test.

use std::{
    collections::HashSet,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
};

use anyhow::{Context as _, bail};

use crate::load::manifest::Manifest;

/// What `cargo test` tells the program of a test about its own, native build. It does not hold for wasm.
const OF_THE_TEST: [&str; 4] = [
    "CARGO_PROFILE_",
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_ENCODED_RUSTFLAGS",
];

/// The commands that this process has run, each with its folder.
static DONE: Mutex<Option<HashSet<(PathBuf, String)>>> = Mutex::new(None);

/// Builds each component that says how, where this process has not built it yet.
///
/// # Errors
/// The first command that fails, with what it printed to its error output.
pub(super) fn components(manifest: &Manifest) -> anyhow::Result<()> {
    // Held until all are built: another test must not load what is half written.
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    let done = done.get_or_insert_default();
    for component in &manifest.components {
        let Some(build) = &component.build else {
            continue;
        };
        for command in &build.commands {
            let key = (build.workdir.clone(), command.clone());
            if done.contains(&key) {
                continue;
            }
            run(command, &build.workdir)
                .with_context(|| format!("component {} cannot be built", component.id))?;
            done.insert(key);
        }
    }
    Ok(())
}

fn run(command: &str, workdir: &PathBuf) -> anyhow::Result<()> {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .current_dir(workdir)
        .stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OF_THE_TEST.iter().any(|prefix| text.starts_with(prefix)) {
            shell.env_remove(&name);
        }
    }
    let output = shell
        .output()
        .with_context(|| format!("{command:?} cannot be run in {}", workdir.display()))?;
    if !output.status.success() {
        let [out, err] =
            [&output.stdout, &output.stderr].map(|printed| String::from_utf8_lossy(printed));
        bail!("{command:?} failed, {}:\n{out}{err}", output.status);
    }
    Ok(())
}
