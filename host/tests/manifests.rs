//! Bad manifests and what is said of them: `manifests/NAME.toml` and `NAME.err`.
//!
//! A new case is two new files; `BLESS=1` writes the second.

use std::{fs, path::Path};

use host::manifest::Manifest;

use crate::support::root;

#[test]
fn bad_manifests_get_their_golden_errors() {
    let folder = root().join("host/tests/manifests");
    let mut cases = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            check(&path, &folder);
            cases += 1;
        }
    }
    assert!(cases > 0, "no cases in {}", folder.display());
}

fn check(manifest: &Path, folder: &Path) {
    let error = Manifest::load(manifest).expect_err(&manifest.display().to_string());
    let prefix = format!("{}/", folder.display());
    let text = format!("{error}\n").replace(&prefix, "");
    let golden = manifest.with_extension("err");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &text).unwrap();
    }
    let want = fs::read_to_string(&golden).unwrap_or_default();
    assert_eq!(text, want, "{}", manifest.display());
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
