//! Bad manifests and runtime configurations, and what is said of them: `NAME.toml` and
//! `NAME.err` in `manifests/` and `runtime_configs/`.
//!
//! A new case is two new files; `BLESS=1` writes the second.

use std::{fmt::Display, fs, path::Path};

use handspun::{RuntimeConfig, manifest::Manifest};

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
    let folder = root().join("crates/host/tests").join(folder);
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
fn what_spin_does_not_use_either_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spin.toml");
    let manifest = r#"
        spin_manifest_version = 2
        [application]
        name = "test"
        targets = ["spin-up:4.0", { url = "https://example.org" }]
        tool.editor = { theme = "dark" }
        trigger.http = { base = "/" }
        trigger.redis = { address = "redis://localhost" }
        [[trigger.http]]
        id = "home"
        route = "/"
        component = "a"
        components = {}
        dependencies = {}
        executor = { type = "http" }
        [[trigger.http]]
        route = "/old/*"
        component = "a"
        executor = { type = "spin" }
        [component.a]
        source = "a.wasm"
        files = []
        exclude_files = []
        allowed_http_hosts = []
        allowed_outbound_hosts = []
        key_value_stores = []
        sqlite_databases = []
        ai_models = []
        targets = []
        dependencies_inherit_configuration = false
        [component.a.dependencies]
        [component.a.profile.debug]
        source = "debug.wasm"
        [component.a.tool.editor]
        theme = "dark"
    "#;
    fs::write(&file, manifest).unwrap();
    let manifest = Manifest::load(&file).unwrap();
    assert_eq!(manifest.triggers.len(), 2);
    assert_eq!(manifest.components.len(), 1);
}

#[test]
fn the_projects_own_manifest_is_good() {
    let manifest = Manifest::load(&root().join("spin.toml")).unwrap();
    assert_eq!(manifest.name, "handspun");
}
