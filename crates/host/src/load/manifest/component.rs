//! From the manifest's tables of components to [`Component`]s.

use std::{collections::BTreeMap, path::Path};

use toml::{Table, Value};

use super::{
    model::{Build, Component, FileMount, Variable},
    names,
};
use crate::load::{
    allowed_hosts::AllowedHost,
    fields::{Fields, Problems, entries, kind_of},
    variables::template::Template,
};

/// The components of a manifest whose application has these variables; relative paths start from `folder`.
pub(super) fn components(
    table: Option<&Table>,
    folder: &Path,
    application: &BTreeMap<String, Variable>,
    problems: &Problems,
) -> Vec<Component> {
    entries("component", table, problems)
        .map(|(id, path, table)| {
            if let Err(why) = names::component_id(id) {
                problems.note(format!("{path}: not a component's id: {why}"));
            }
            component(id, &path, table, folder, application, problems)
        })
        .collect()
}

fn component(
    id: &str,
    path: &str,
    table: &Table,
    folder: &Path,
    application: &BTreeMap<String, Variable>,
    problems: &Problems,
) -> Component {
    let mut fields = Fields::new(path, table, problems);
    let source = source(&mut fields, table);
    let description = fields.string("description").unwrap_or_default();
    let variables = component_variables(&mut fields, application, problems);
    let environment = environment(&mut fields, problems);
    let files = files(&mut fields, problems);
    let sqlite_databases = labels(&mut fields, "sqlite_databases");
    let key_value_stores = labels(&mut fields, "key_value_stores");
    let allowed_outbound_hosts = allowed_outbound_hosts(&mut fields, application);
    fields.empty_list(
        "allowed_http_hosts",
        "allowed_http_hosts, the older form of allowed_outbound_hosts",
    );
    fields.empty_list("ai_models", "AI models");
    fields.empty_list("exclude_files", "excluding files");
    fields.empty_table("dependencies", "components inside of components");
    // These are for others than `spin up`, or for what was refused above.
    fields.unused(
        "dependencies_inherit_configuration",
        "true or false",
        Value::is_bool,
    );
    fields.unused("profile", "a table", Value::is_table);
    fields.unused("targets", "an array", Value::is_array);
    fields.unused("tool", "a table of tables", is_table_of_tables);
    let build = fields.table("build");
    let build = build.map(|table| build_from(table, path, folder, problems));
    fields.finish(&[]);
    Component {
        id: id.to_owned(),
        source: folder.join(source),
        description,
        variables,
        environment,
        files,
        sqlite_databases,
        key_value_stores,
        allowed_outbound_hosts,
        build,
    }
}

/// What `tool` is: the settings of tools, each in a table of its own.
pub(super) fn is_table_of_tables(value: &Value) -> bool {
    let table = value.as_table();
    table.is_some_and(|table| table.values().all(Value::is_table))
}

/// The file of a component; empty where there is no valid one.
fn source(fields: &mut Fields<'_>, table: &Table) -> String {
    let Some(Value::Table(remote)) = table.get("source") else {
        return fields.required_string("source");
    };
    fields.value("source");
    let place = if remote.contains_key("url") {
        "a URL"
    } else if remote.contains_key("package") {
        "a registry"
    } else {
        fields.problem("source", "must be a string, the path of a file, is a table");
        return String::new();
    };
    fields.problem(
        "source",
        format_args!(
            "this runtime does not support components from {place} (Spin does); only a file is supported"
        ),
    );
    String::new()
}

fn environment(fields: &mut Fields<'_>, problems: &Problems) -> BTreeMap<String, String> {
    let path = fields.path_of("environment");
    let entries = fields.table("environment").into_iter().flatten();
    entries
        .filter_map(|(name, value)| {
            let text = value.as_str();
            if text.is_none() {
                let kind = kind_of(value);
                problems.note(format!("{path}.{name}: must be a string, is {kind}"));
            }
            Some((name.clone(), text?.to_owned()))
        })
        .collect()
}

fn files(fields: &mut Fields<'_>, problems: &Problems) -> Vec<FileMount> {
    let path = fields.path_of("files");
    let entries = match fields.value("files") {
        Some(Value::Array(entries)) => entries.as_slice(),
        Some(other) => {
            let kind = kind_of(other);
            fields.problem("files", format_args!("must be an array, is {kind}"));
            &[]
        }
        None => &[],
    };
    let mount = |(number, entry): (usize, &Value)| match entry {
        Value::String(pattern) => Some(FileMount::Pattern(pattern.clone())),
        Value::Table(table) => {
            let mut fields = Fields::new(format!("{path}[{number}]"), table, problems);
            let mount = FileMount::Placement {
                source: fields.required_string("source"),
                destination: fields.required_string("destination"),
            };
            fields.finish(&[]);
            Some(mount)
        }
        other => {
            let kind = kind_of(other);
            problems.note(format!(
                "{path}[{number}]: must be a string or a table, is {kind}"
            ));
            None
        }
    };
    entries.iter().enumerate().filter_map(mount).collect()
}

/// The names of databases or stores. What they stand for is the runtime's matter.
fn labels(fields: &mut Fields<'_>, name: &'static str) -> Vec<String> {
    let labels = fields.strings(name);
    for label in &labels {
        if let Err(why) = names::label(label) {
            fields.problem(name, format_args!("{label:?} is not a label: {why}"));
        }
    }
    labels
}

/// Entries that are templates are checked again once their variables have values.
fn allowed_outbound_hosts(
    fields: &mut Fields<'_>,
    application: &BTreeMap<String, Variable>,
) -> Vec<String> {
    let name = "allowed_outbound_hosts";
    let entries = fields.strings(name);
    for entry in &entries {
        match parsed(entry, application) {
            Err(why) => fields.problem(name, why),
            Ok(template) if template.names().next().is_some() => {}
            Ok(_) => {
                if let Err(why) = AllowedHost::parse(entry) {
                    fields.problem(name, format_args!("{entry:?}: {why}"));
                }
            }
        }
    }
    entries
}

fn component_variables(
    fields: &mut Fields<'_>,
    application: &BTreeMap<String, Variable>,
    problems: &Problems,
) -> BTreeMap<String, String> {
    let path = fields.path_of("variables");
    let Some(table) = fields.table("variables") else {
        return BTreeMap::new();
    };
    let mut variables = BTreeMap::new();
    for (name, value) in table {
        let path = format!("{path}.{name}");
        if let Err(why) = names::variable(name) {
            problems.note(format!("{path}: not a variable's name: {why}"));
        }
        let Some(template) = value.as_str() else {
            problems.note(format!("{path}: must be a string, is {}", kind_of(value)));
            continue;
        };
        if let Err(why) = parsed(template, application) {
            problems.note(format!("{path}: {why}"));
        }
        variables.insert(name.clone(), template.to_owned());
    }
    variables
}

/// A template whose variables the application has.
fn parsed(template: &str, application: &BTreeMap<String, Variable>) -> Result<Template, String> {
    let parsed = Template::parse(template)?;
    let unknown = parsed.names().find(|name| !application.contains_key(*name));
    match unknown {
        Some(name) => Err(format!("there is no variable {name:?}")),
        None => Ok(parsed.clone()),
    }
}

/// How a component is built, as `spin build` does it.
fn build_from(table: &Table, component: &str, folder: &Path, problems: &Problems) -> Build {
    let mut fields = Fields::new(format!("{component}.build"), table, problems);
    let commands = match fields.value("command") {
        Some(Value::String(command)) => vec![command.clone()],
        Some(Value::Array(commands)) if commands.iter().all(Value::is_str) => {
            let commands = commands.iter().filter_map(Value::as_str);
            commands.map(str::to_owned).collect()
        }
        other => {
            let problem = other.map_or_else(
                || "missing".to_owned(),
                |other| {
                    let kind = kind_of(other);
                    format!("must be a string or an array of strings, is {kind}")
                },
            );
            fields.problem("command", problem);
            Vec::new()
        }
    };
    let build = Build {
        commands,
        workdir: folder.join(fields.string("workdir").unwrap_or_default()),
        watch: fields.strings("watch"),
    };
    fields.finish(&[]);
    build
}
