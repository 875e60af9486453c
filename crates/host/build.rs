//! Finds the WIT of Spin's interfaces, which comes with the `spin-sdk` crate, and
//! writes the macro call that generates this side of them.
//!
//! The files are used where cargo keeps the crate: a copy in this repository would
//! have to be kept in step with the version that the components are built with.

use std::{env, error::Error, fs, path::Path};

use cargo_metadata::MetadataCommand;

/// What components can import of Spin's own.
const WORLD: &str = "
    package handspun:host;

    world host {
        import spin:key-value/key-value@3.0.0;
        import spin:sqlite/sqlite@3.1.0;
        import spin:variables/variables@3.0.0;
    }
";

fn main() -> Result<(), Box<dyn Error>> {
    let wit = spin_sdk_wit()?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../Cargo.lock");
    println!("cargo::rerun-if-changed={wit}");
    let bindings = format!(
        r#"wasmtime::component::bindgen!({{
    path: {wit:?},
    inline: {WORLD:?},
    world: "handspun:host/host",
    imports: {{
        "spin:key-value/key-value.[method]store.get-keys": async | trappable,
        "spin:sqlite/sqlite.[method]connection.changes": async | trappable,
        "spin:sqlite/sqlite.[method]connection.changes-async": async | trappable,
        "spin:sqlite/sqlite.[method]connection.last-insert-rowid": async | trappable,
        "spin:sqlite/sqlite.[method]connection.last-insert-rowid-async": async | trappable,
        default: async,
    }},
    with: {{
        "spin:key-value/key-value.store": crate::storage::key_value::Store,
        "spin:sqlite/sqlite.connection": crate::storage::sqlite::Connection,
    }},
}});
"#
    );
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("spin.rs"), bindings)?;
    Ok(())
}

fn spin_sdk_wit() -> Result<String, Box<dyn Error>> {
    let metadata = MetadataCommand::new()
        .other_options([
            "--locked".to_owned(),
            format!("--filter-platform={}", env::var("TARGET")?),
        ])
        .exec()?;
    let spin_sdk = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "spin-sdk")
        .ok_or("the workspace does not depend on spin-sdk")?;
    let folder = spin_sdk
        .manifest_path
        .parent()
        .ok_or("spin-sdk has no folder")?;
    Ok(folder.join("wit").to_string())
}
