//! From the manifest's table to [`Manifest`].

use std::{collections::BTreeMap, path::Path};

use toml::{Table, Value};

use super::{
    component::{components, is_table_of_tables},
    model::{HttpTrigger, Manifest, Variable},
    names,
};
use crate::{
    load::fields::{self, Fields, FileError, Problems, entries, kind_of},
    router,
};

impl Manifest {
    /// Reads and checks the manifest at `path`.
    ///
    /// # Errors
    ///
    /// [`FileError`] when the file cannot be read, is not TOML, or has problems; all
    /// of them are reported together.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        // The parent of a bare file name is empty, which is no folder to the system.
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        let folder = folder.unwrap_or(Path::new("."));
        fields::read(path, |table| manifest(table, folder))
    }
}

/// Reads a manifest; relative paths in it start from `folder`.
fn manifest(table: &Table, folder: &Path) -> Result<Manifest, Vec<String>> {
    let problems = Problems::default();
    let mut top = Fields::new("", table, &problems);
    match top.value("spin_manifest_version") {
        Some(Value::Integer(2)) => {}
        Some(other) => top.problem(
            "spin_manifest_version",
            format_args!("must be 2, is {other}"),
        ),
        None => top.problem(
            "spin_manifest_version",
            "missing; this runtime reads version 2",
        ),
    }
    let (name, version) = application(top.table("application"), &problems);
    let variables = variables(top.table("variables"), &problems);
    let triggers = triggers(top.table("trigger"), &problems);
    let components = components(top.table("component"), folder, &variables, &problems);
    top.finish(&[]);
    for (number, trigger) in triggers.iter().enumerate() {
        let known = components.iter().any(|c| c.id == trigger.component);
        if !known && !trigger.component.is_empty() {
            problems.note(format!(
                "trigger.http[{number}].component: there is no component {:?}",
                trigger.component
            ));
        }
    }
    problems.or(Manifest {
        folder: folder.to_owned(),
        name,
        version,
        variables,
        triggers,
        components,
    })
}

fn application(table: Option<&Table>, problems: &Problems) -> (String, String) {
    let Some(table) = table else {
        problems.note("application: missing".to_owned());
        return Default::default();
    };
    let mut fields = Fields::new("application", table, problems);
    let name = fields.required_string("name");
    let version = fields.string("version").unwrap_or_default();
    fields.string("description");
    fields.strings("authors");
    fields.unused("targets", "an array", Value::is_array);
    fields.unused("tool", "a table of tables", is_table_of_tables);
    let settings = fields.table("trigger");
    for (kind, path, settings) in entries("application.trigger", settings, problems) {
        // Settings of other triggers go unused with them, which are refused elsewhere.
        if kind != "http" {
            continue;
        }
        let mut fields = Fields::new(path, settings, problems);
        if fields.string("base").is_some_and(|base| base != "/") {
            fields.problem(
                "base",
                "no longer supported, not by Spin either; write it at the start of each route",
            );
        }
        fields.finish(&[]);
    }
    fields.finish(&[]);
    (name, version)
}

fn variables(table: Option<&Table>, problems: &Problems) -> BTreeMap<String, Variable> {
    entries("variables", table, problems)
        .map(|(name, path, table)| {
            if let Err(why) = names::variable(name) {
                problems.note(format!("{path}: not a variable's name: {why}"));
            }
            let mut fields = Fields::new(&path, table, problems);
            let default = fields.string("default");
            let required = fields.boolean("required");
            // Nothing here shows a value, so there is nothing to hide.
            fields.boolean("secret");
            fields.string("description");
            if required == table.contains_key("default") {
                problems.note(format!(
                    "{path}: must have either required = true or a default, not both"
                ));
            }
            fields.finish(&[]);
            (name.clone(), Variable { default })
        })
        .collect()
}

fn triggers(table: Option<&Table>, problems: &Problems) -> Vec<HttpTrigger> {
    let Some(table) = table else {
        problems.note("trigger: missing; an application needs a [[trigger.http]]".to_owned());
        return Vec::new();
    };
    let mut triggers = Fields::new("trigger", table, problems);
    let mut others = table.keys().filter(|kind| *kind != "http").peekable();
    let http = match triggers.value("http") {
        Some(Value::Array(array)) => array.as_slice(),
        Some(other) => {
            triggers.problem(
                "http",
                format_args!(
                    "must be an array of tables, [[trigger.http]], is {}",
                    kind_of(other)
                ),
            );
            &[]
        }
        None if others.peek().is_none() => {
            triggers.problem("http", "missing");
            &[]
        }
        None => &[],
    };
    for kind in others {
        triggers.only_in_spin(kind, "triggers other than http");
    }
    http.iter()
        .enumerate()
        .filter_map(|(number, value)| {
            let path = format!("trigger.http[{number}]");
            let Some(table) = value.as_table() else {
                problems.note(format!("{path}: must be a table, is {}", kind_of(value)));
                return None;
            };
            Some(trigger(&path, table, problems))
        })
        .collect()
}

fn trigger(path: &str, table: &Table, problems: &Problems) -> HttpTrigger {
    let mut fields = Fields::new(path, table, problems);
    let route = route(&mut fields, table);
    let component = component_id(&mut fields, table);
    fields.unused("id", "a string", Value::is_str);
    executor(fields.table("executor"), path, problems);
    fields.refused("static_response", "static responses");
    fields.empty_table("components", "several components of one trigger");
    fields.empty_table("dependencies", "middleware");
    fields.finish(&[]);
    HttpTrigger { route, component }
}

/// The id of a trigger's component; empty where it has none.
fn component_id(fields: &mut Fields<'_>, table: &Table) -> String {
    match table.get("component") {
        Some(Value::Table(_)) => {
            fields.value("component");
            fields.problem(
                "component",
                "this runtime does not support components inside of triggers (Spin does); define it as \
                 [component.ID], and name its ID here",
            );
            String::new()
        }
        // In its place there may be a response that needs none.
        None if table.contains_key("static_response") => String::new(),
        _ => fields.required_string("component"),
    }
}

/// The route; empty where it is missing or of another type.
fn route(fields: &mut Fields<'_>, table: &Table) -> String {
    if table.get("route").is_some_and(Value::is_table) {
        fields.value("route");
        fields.only_in_spin("route", "private routes");
        return String::new();
    }
    let route = fields.required_string("route");
    if let Err(why) = router::check(&route) {
        fields.problem("route", why);
    }
    route
}

/// How a component is called. There is one way here, which is also Spin's usual one.
fn executor(table: Option<&Table>, trigger: &str, problems: &Problems) {
    let Some(table) = table else { return };
    let path = format!("{trigger}.executor");
    let mut fields = Fields::new(&path, table, problems);
    match fields.required_string("type").as_str() {
        // Whether it is missing or no string has been noted.
        "http" | "spin" | "" => fields.finish(&[]),
        "wagi" => fields.only_in_spin("type", "the executor \"wagi\""),
        other => fields.problem("type", format_args!("must be \"http\", is {other:?}")),
    }
}
