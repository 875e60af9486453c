//! From a manifest to components that can answer requests.

use std::{
    collections::{BTreeMap, HashMap},
    path::{self, Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use wasmtime_wasi_http::p3::bindings::ServicePre;

use crate::{
    load::{
        allowed_hosts::AllowedHosts,
        files::Files,
        manifest::{Component, Manifest},
        options::Options,
        variables::{self, ComponentVariables},
    },
    log::{Log, file, output::Output},
    router::{Router, WELL_KNOWN_PREFIX},
    run::{
        engine::Engine,
        instances::Blueprint,
        outbound::{Grant, Network, TlsConfigs},
        state::{Resources, State},
    },
    storage::{
        by_label::DEFAULT,
        key_value::{Granted, Stores},
        sqlite::Databases,
    },
};

/// The components of an application, by id.
pub(crate) type Components = HashMap<String, Arc<Blueprint>>;

/// Where in the state folder the components' output is kept, as under Spin.
const LOGS: &str = "logs";

/// Compiles the components of an application that a trigger uses, and gives each what it is
/// granted. They may have so many connections to other servers at the same time.
pub(crate) fn components(
    manifest: &Manifest,
    databases: &Databases,
    stores: &Stores,
    connections: usize,
    options: &Options,
) -> anyhow::Result<Components> {
    let values = variables::resolve(manifest, &options.variables).map_err(missing_variables)?;
    let used: Vec<_> = used(manifest).collect();
    check_sources(&used)?;
    let granted = granted(&used, databases, stores, options)?;
    let grants = outbound(&used, &values, connections, options)?;
    let engine = Arc::new(Engine::new(options)?);
    let mut components = HashMap::new();
    for ((component, granted), outbound) in used.into_iter().zip(granted).zip(grants) {
        let blueprint = Blueprint {
            component: component.id.as_str().into(),
            engine: Arc::clone(&engine),
            service: service(&engine, component)?,
            resources: resources(
                component,
                granted,
                outbound,
                &manifest.folder,
                &values,
                options,
            )
            .with_context(|| format!("component {}", component.id))?,
            limits: options.limits,
            log: options.log.clone(),
        };
        components.insert(component.id.clone(), Arc::new(blueprint));
    }
    Ok(components)
}

/// A component with its `.wasm` and its files read again. What it was granted it keeps.
pub(crate) fn renewed(
    before: &Blueprint,
    component: &Component,
    folder: &Path,
    state_dir: Option<&Path>,
) -> anyhow::Result<Blueprint> {
    Ok(Blueprint {
        component: Arc::clone(&before.component),
        engine: Arc::clone(&before.engine),
        service: service(&before.engine, component)?,
        resources: Resources {
            files: files(component, folder, state_dir, &before.log)
                .with_context(|| format!("component {}", component.id))?,
            ..before.resources.clone()
        },
        limits: before.limits,
        log: before.log.clone(),
    })
}

/// Copies the files that a component sees.
fn files(
    component: &Component,
    folder: &Path,
    state_dir: Option<&Path>,
    log: &Log,
) -> anyhow::Result<Option<Arc<Files>>> {
    let files = Files::copy(&component.files, folder, state_dir, log)?;
    Ok(files.map(Arc::new))
}

/// The components that a trigger uses. As under Spin, the others are not loaded.
fn used(manifest: &Manifest) -> impl Iterator<Item = &Component> {
    let is_used = |component: &&Component| {
        let mut triggers = manifest.triggers.iter();
        triggers.any(|trigger| trigger.component == component.id)
    };
    manifest.components.iter().filter(is_used)
}

/// Logs the routes that can never be reached.
pub(crate) fn warn_of_routes(router: &Router, log: &Log) {
    for shadowed in router.shadowed() {
        log.line(&format!(
            "the route {} of component {} is never used: component {} has the same route, and comes later",
            shadowed.route, shadowed.component, shadowed.by
        ));
    }
    for route in router.routes() {
        if route.absolute().starts_with(WELL_KNOWN_PREFIX) {
            log.line(&format!(
                "the route {} of component {} is never used: the runtime answers \
                 {WELL_KNOWN_PREFIX}... itself",
                route.raw, route.component
            ));
        }
    }
}

/// Where the application's data and its components' output are kept, in Spin's words.
pub(crate) fn storage(
    manifest: &Manifest,
    databases: &Databases,
    stores: &Stores,
    options: &Options,
) -> Vec<String> {
    let uses = |labels: fn(&Component) -> &[String]| {
        used(manifest).any(|component| labels(component).iter().any(|label| label == DEFAULT))
    };
    let mut lines = Vec::new();
    if uses(|component| &component.key_value_stores) {
        let place = place(stores.default_path(), "store");
        lines.push(format!("Storing default key-value data to {place}."));
    }
    if uses(|component| &component.sqlite_databases) {
        let place = place(databases.by_label().default_path(), "database");
        lines.push(format!("Storing default SQLite data to {place}."));
    }
    if let Some(folder) = log_folder(options) {
        let folder = path::absolute(&folder).unwrap_or(folder);
        // The empty part puts a slash at the end.
        let folder = folder.join("");
        lines.push(format!(
            "Logging component stdio to \"{}\"",
            folder.display()
        ));
    }
    lines
}

/// A file, or that there is none.
fn place(file: Option<&Path>, what: &str) -> String {
    match file {
        Some(file) => format!("\"{}\"", file.display()),
        None => format!("a temporary in-memory {what}"),
    }
}

/// What each component may open. Everything that is used is opened once, to find errors early.
fn granted(
    components: &[&Component],
    databases: &Databases,
    stores: &Stores,
    options: &Options,
) -> anyhow::Result<Vec<(Databases, Stores)>> {
    let mut granted = Vec::new();
    let mut undefined = Vec::new();
    for component in components {
        let databases = databases.granted(&component.sqlite_databases);
        let stores = stores.granted(&component.key_value_stores);
        let mut note = |what: &str, table: &str, labels: &[String]| {
            undefined.extend(labels.iter().map(|label| {
                format!(
                    "the {what} {label} of component {} is not defined; check the spelling, \
                     or define it with [{table}.{label}] in the file that \
                     --runtime-config-file names",
                    component.id
                )
            }));
        };
        match (databases, stores) {
            (Ok(databases), Ok(stores)) => granted.push((databases, stores)),
            (databases, stores) => {
                let unknown = databases.err().unwrap_or_default();
                note("SQLite database", "sqlite_database", &unknown);
                let unknown = stores.err().unwrap_or_default();
                note("key-value store", "key_value_store", &unknown);
            }
        }
    }
    if !undefined.is_empty() {
        bail!("{}", undefined.join("\n"));
    }
    let labels: Vec<_> = components
        .iter()
        .flat_map(|component| component.sqlite_databases.iter().cloned())
        .collect();
    if let Ok(used) = databases.granted(&labels) {
        used.by_label().check()?;
        for label in used.by_label().in_memory() {
            options.log.line(&format!(
                "the SQLite database {label} is in memory: each connection has an empty one of its \
                 own, so nothing is kept from one request to the next. Give it a file, with \
                 --state-dir or in the runtime configuration"
            ));
        }
    }
    for (_, stores) in &granted {
        stores.check()?;
    }
    Ok(granted)
}

/// Where each component may send requests, and how.
fn outbound(
    components: &[&Component],
    values: &BTreeMap<String, String>,
    connections: usize,
    options: &Options,
) -> anyhow::Result<Vec<Grant>> {
    let config = &options.runtime_config.outbound;
    let network = Arc::new(Network::new(config, connections));
    let mut grants = Vec::new();
    let mut problems = Vec::new();
    for component in components {
        match allowed_hosts(component, values) {
            Ok(allowed) => grants.push(Grant {
                component: component.id.as_str().into(),
                allowed,
                network: Arc::clone(&network),
                tls: TlsConfigs::new(&component.id, &config.client_tls)?,
                upstream: options.upstream.clone(),
                log: options.log.clone(),
            }),
            Err(entries) => problems.extend(entries.into_iter().map(|entry| {
                let id = &component.id;
                format!("component {id}: allowed_outbound_hosts: {entry}")
            })),
        }
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(grants)
}

fn allowed_hosts(
    component: &Component,
    values: &BTreeMap<String, String>,
) -> Result<AllowedHosts, Vec<String>> {
    let templates = component.allowed_outbound_hosts.iter();
    let entries = templates.map(|template| variables::render(template, values));
    AllowedHosts::new(
        entries
            .collect::<Result<Vec<_>, _>>()
            .map_err(|why| vec![why])?,
    )
}

/// Where what components print is kept.
fn log_folder(options: &Options) -> Option<PathBuf> {
    match &options.log_dir {
        Some(folder) if folder.as_os_str().is_empty() => None,
        Some(folder) => Some(folder.clone()),
        None => options.state_dir.as_ref().map(|folder| folder.join(LOGS)),
    }
}

/// Empties the log files, where that is asked for.
pub(crate) fn truncate_logs(options: &Options) -> anyhow::Result<()> {
    match log_folder(options) {
        Some(folder) if options.truncate_logs => file::truncate(&folder),
        _ => Ok(()),
    }
}

fn resources(
    component: &Component,
    (databases, stores): (Databases, Stores),
    outbound: Grant,
    folder: &Path,
    values: &BTreeMap<String, String>,
    options: &Options,
) -> anyhow::Result<Resources> {
    let logs = log_folder(options);
    let terminal = (!options.quiet).then_some(&options.log);
    let (stdout, stderr) =
        Output::for_component(&component.id, logs.as_deref(), terminal, &options.log)?;
    let variables = ComponentVariables::new(component, values).map_err(anyhow::Error::msg)?;
    let key_value = Granted {
        component: component.id.as_str().into(),
        stores,
        patience: options.limits.key_value,
        faults: options.key_value_faults.clone(),
        log: options.log.clone(),
    };
    Ok(Resources {
        variables: Arc::new(variables),
        databases: Arc::new(databases),
        key_value: Arc::new(key_value),
        environment: component.environment.clone(),
        files: files(
            component,
            folder,
            options.state_dir.as_deref(),
            &options.log,
        )?,
        stdout,
        stderr,
        outbound: Arc::new(outbound),
    })
}

fn service(engine: &Engine, component: &Component) -> anyhow::Result<ServicePre<State>> {
    let what = || {
        let (id, file) = (&component.id, component.source.display());
        format!("component {id}: {file} cannot be run")
    };
    let instance = engine.load(&component.source).with_context(what)?;
    ServicePre::new(instance)
        .map_err(anyhow::Error::from)
        .with_context(what)
}

fn check_sources(components: &[&Component]) -> anyhow::Result<()> {
    let missing: Vec<_> = components
        .iter()
        .filter(|component| !component.source.is_file())
        .map(|component| {
            let (id, file) = (&component.id, component.source.display());
            format!("component {id}: there is no file {file}")
        })
        .collect();
    if !missing.is_empty() {
        bail!(
            "{}; build the components with `make build`",
            missing.join("\n")
        );
    }
    Ok(())
}

fn missing_variables(names: Vec<String>) -> anyhow::Error {
    let lines = names.iter().map(|name| {
        format!(
            "the variable {name} is required and has no value; set it with --variable \
             {name}=VALUE or SPIN_VARIABLE_{}",
            name.to_ascii_uppercase()
        )
    });
    anyhow::Error::msg(lines.collect::<Vec<_>>().join("\n"))
}
