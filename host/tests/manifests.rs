//! Bad manifests and runtime configurations, and what is said of them: `NAME.toml` and
//! `NAME.err` in `manifests/` and `runtime_configs/`.
//!
//! A new case is two new files; `BLESS=1` writes the second.

use std::{fmt::Display, fs, path::Path};

use host::{RuntimeConfig, manifest::Manifest};

use crate::support::root;

#[test]
fn bad_manifests_get_their_golden_errors() {
    check_folder("manifests", |file| Manifest::load(file).err());
}

#[test]
fn bad_runtime_configurations_get_their_golden_errors() {
    check_folder("runtime_configs", |file| RuntimeConfig::load(file).err());
}

/// Checks what is said of the files in a folder.
fn check_folder<E: Display>(folder: &str, error_of: impl Fn(&Path) -> Option<E>) {
    let folder = root().join("host/tests").join(folder);
    let mut cases = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let error = error_of(&path);
            let error = error.unwrap_or_else(|| panic!("{} is good", path.display()));
            check(&path, &folder, &error.to_string());
            cases += 1;
        }
    }
    assert!(cases > 0, "no cases in {}", folder.display());
}

fn check(file: &Path, folder: &Path, error: &str) {
    let prefix = format!("{}/", folder.display());
    let text = format!("{error}\n").replace(&prefix, "");
    let golden = file.with_extension("err");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &text).unwrap();
    }
    let want = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(text, want, "{}", file.display());
}

#[test]
fn a_manifest_that_is_not_there_is_named() {
    let error = Manifest::load(Path::new("none/spin.toml")).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("none/spin.toml: cannot be read: ")
    );
}

#[test]
fn the_projects_own_manifest_is_good() {
    let manifest = Manifest::load(&root().join("spin.toml")).unwrap();
    assert_eq!(manifest.name, "handspun");
}
