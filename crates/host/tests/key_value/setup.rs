//! What holds before the first request: the runtime configuration, `--key-value`, and a
//! store that is not there.

use std::{fs, path::Path};

use handspun::{App, KeyValueStore, Options, RuntimeConfig};

use super::{DONE, run, run_at};
use crate::support::{
    OneComponent, Probe, build_guests, load_probe,
    program::{self, Running, handspun, stderr},
    store::{keys, value},
};

/// A runtime configuration of one store.
fn config(label: &str, path: Option<&Path>) -> RuntimeConfig {
    let store = KeyValueStore {
        path: path.map(Path::to_owned),
    };
    RuntimeConfig {
        key_value_stores: [(label.to_owned(), store)].into(),
        ..RuntimeConfig::default()
    }
}

/// Why the probe does not start.
fn refused(options: Options) -> String {
    let error = load_probe(options).err().expect("it starts");
    format!("{error:#}")
}

#[tokio::test]
async fn without_a_state_folder_the_store_is_in_memory() {
    let start = || {
        Probe::with(Options {
            key_values: vec![("given".to_owned(), "x=y".to_owned())],
            ..Options::default()
        })
    };
    let probe = start();
    assert_eq!(
        run(&probe, "get given\nset a 1").await,
        "Ok(Some(\"x=y\"))\nOk(())\n"
    );
    // Another component, another request, another instance: the same store.
    let other = "/other/x/key-value/run?default";
    assert_eq!(run_at(&probe, other, "get a").await, "Ok(Some(\"1\"))\n");
    assert_eq!(run(&start(), "keys").await, "Ok([\"given\"])\n");
}

#[tokio::test]
async fn a_runtime_configuration_says_where_a_store_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/folders/own.db");
    let probe = Probe::with(Options {
        state_dir: Some(folder.path().to_owned()),
        runtime_config: config("default", Some(&path)),
        ..Options::default()
    });
    assert_eq!(run(&probe, "set a 1").await, DONE);
    assert!(path.is_file());
    assert!(!folder.path().join("sqlite_key_value.db").exists());
}

#[test]
fn a_store_that_is_not_defined_ends_the_start() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        fields: r#"key_value_stores = ["default", "archive", "pictures_old"]"#,
        ..OneComponent::named("probe")
    };
    let manifest = manifest.write(folder.path());
    let refused = |runtime_config| {
        let options = Options {
            runtime_config,
            ..Options::default()
        };
        let error = App::from_manifest(&manifest, options).err();
        error.expect("it starts").to_string()
    };
    let hint = |label: &str| {
        format!(
            "the key-value store {label} of component probe is not defined; check the \
             spelling, or define it with [key_value_store.{label}] in the file that \
             --runtime-config-file names"
        )
    };
    let both = format!("{}\n{}", hint("archive"), hint("pictures_old"));
    assert_eq!(refused(RuntimeConfig::default()), both);
    assert_eq!(refused(config("archive", None)), hint("pictures_old"));
}

#[test]
fn a_store_that_cannot_be_used_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let text = "this is text, and longer than the head of a database";
    fs::write(&file, text).unwrap();
    for (path, want) in [
        (file.clone(), "file is not a database"),
        (folder.path().to_owned(), "unable to open database file"),
        (file.join("store.db"), "its folder cannot be created: "),
    ] {
        let error = refused(Options {
            runtime_config: config("default", Some(&path)),
            ..Options::default()
        });
        let start = format!("the key-value store default, {}: ", path.display());
        assert!(error.starts_with(&start) && error.contains(want), "{error}");
    }
}

#[test]
fn the_program_takes_a_runtime_configuration_and_keys() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    let manifest = OneComponent {
        fields: r#"key_value_stores = ["default", "archive"]"#,
        ..OneComponent::named("probe")
    };
    manifest.write(folder.path());
    let config = "[key_value_store.archive]\ntype = \"spin\"\npath = \"data/archive.db\"\n";
    fs::create_dir(folder.path().join("conf")).unwrap();
    fs::write(folder.path().join("conf/runtime.toml"), config).unwrap();
    let start = |value: &str| {
        let mut command = handspun();
        command
            .current_dir(folder.path())
            .args(["up", "--listen", "127.0.0.1:0", "--quiet"])
            .args(["--runtime-config-file", "conf/runtime.toml"])
            .args(["--key-value", &format!("a={value}")])
            .args(["--key-value", "=empty = key", "--key-value", "b="]);
        Running::start(&mut command)
    };
    for value in ["1", "2"] {
        let running = start(value);
        let answer = running.post("/key-value/run?archive", "keys\nset here 1");
        let kept = if value == "1" { "" } else { "\"here\"" };
        assert!(
            answer.ends_with(&format!("Ok([{kept}])\n{DONE}")),
            "{answer}"
        );
        let answer = running.post("/key-value/run?default", "get a");
        assert!(
            answer.ends_with(&format!("Ok(Some(\"{value}\"))\n")),
            "{answer}"
        );
    }
    // A relative path starts from the folder of the configuration, as under Spin.
    assert!(folder.path().join("conf/data/archive.db").is_file());
    let state = folder.path().join(".spin");
    assert_eq!(keys(&state), ["", "a", "b"]);
    assert_eq!(value(&state, ""), Some(b"empty = key".to_vec()));
}

#[test]
fn a_key_without_a_value_is_refused() {
    let output = program::run(&["up", "--listen", "127.0.0.1:0", "--key-value", "key"]);
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains("it must be KEY=VALUE"), "{text}");
}

#[test]
fn a_key_that_cannot_be_set_ends_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    // The table is there, and is another.
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE spin_key_value (x)")
        .unwrap();
    let error = refused(Options {
        runtime_config: config("default", Some(&path)),
        key_values: vec![("a".to_owned(), "1".to_owned())],
        ..Options::default()
    });
    let start = format!(
        "--key-value a: the key-value store default, {}: ",
        path.display()
    );
    assert!(error.starts_with(&start), "{error}");
}

#[test]
fn another_version_of_the_interface_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.wasm");
    let name = "fermyon:spin/key-value@2.0.0";
    // A component that imports an instance of that name with a function `open`.
    let instance = b"\x01\x42\x02\x01\x40\x00\x01\x00\x04\x00\x04open\x01\x00";
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    component.extend([7, instance.len() as u8]);
    component.extend(instance);
    component.extend([10, name.len() as u8 + 5, 1, 0, name.len() as u8]);
    component.extend(name.bytes());
    component.extend([5, 0]);
    fs::write(&file, component).unwrap();
    let manifest = OneComponent {
        source: file,
        ..OneComponent::named("old")
    };
    let manifest = manifest.write(folder.path());
    let error = App::from_manifest(manifest, Options::default()).err();
    let error = format!("{:#}", error.expect("it starts"));
    assert!(error.contains(name), "{error}");
}
