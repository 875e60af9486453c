//! The pages, and the scripts and templates that have to fit them.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{draft::Field, page::book::MODULES};

#[test]
fn all_modules_are_loaded_at_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../static/js");
    let mut reached = BTreeSet::new();
    let mut waiting = vec!["words".to_owned()];
    while let Some(name) = waiting.pop() {
        let script = fs::read_to_string(folder.join(format!("{name}.js"))).unwrap();
        let imports = script.split(" from \"./").skip(1);
        let imports = imports.map(|rest| rest.split_once(".js\"").unwrap().0.to_owned());
        waiting.extend(imports.filter(|import| reached.insert(import.clone())));
    }
    let listed: BTreeSet<String> = MODULES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(listed, reached);
}

/// What the row editor does not find there it would send back empty.
#[test]
fn a_row_and_its_editor_have_every_field_of_a_word() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let (row, editor) = (
        read("templates/row.html"),
        read("../../static/js/fields.js"),
    );
    for name in Field::NAMES {
        assert!(row.contains(&format!("data-field=\"{name}\"")), "{name}");
        assert!(editor.contains(&format!("\"{name}\"")), "{name}");
    }
}
