//! Spin's runtime configuration: what an operator says of the databases and key-value
//! stores behind the labels of an application, and of its outgoing requests.
//!
//! ```toml
//! [sqlite_database.archive]
//! type = "spin"
//! path = "/var/lib/archive.db"
//!
//! [key_value_store.pictures]
//! type = "spin"
//! path = "/var/lib/pictures.db"
//! ```

mod outbound;

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use toml::Table;

pub use self::outbound::{ClientTls, OutboundConfig};
use crate::load::fields::{self, Fields, Problems, entries};

/// What Spin's file may have besides and this runtime does not.
const ONLY_IN_SPIN: &[&str] = &[
    "config_provider",
    "llm_compute",
    "log_dir",
    "max_instance_memory",
    "outbound_mqtt",
    "outbound_mysql",
    "outbound_pg",
    "outbound_redis",
    "state_dir",
    "variables_provider",
];

/// The kinds of key-value stores that Spin has and this runtime does not.
const STORES_OF_SPIN: [(&str, &str); 3] = [
    ("aws_dynamo", "DynamoDB"),
    ("azure_cosmos", "Cosmos DB"),
    ("redis", "Redis"),
];

/// A runtime configuration; the default is what holds without a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuntimeConfig {
    /// `[sqlite_database.LABEL]`, by label. The label `default` needs no entry: it is
    /// `sqlite_db.db` in the state folder.
    pub sqlite_databases: BTreeMap<String, SqliteDatabase>,
    /// `[key_value_store.LABEL]`, by label. The label `default` needs no entry: it is
    /// `sqlite_key_value.db` in the state folder.
    pub key_value_stores: BTreeMap<String, KeyValueStore>,
    /// `[outbound_networking]`, `[outbound_http]` and `[[client_tls]]`.
    pub outbound: OutboundConfig,
}

/// One `[sqlite_database.LABEL]` of the type `spin`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SqliteDatabase {
    /// The file. Without one, each connection has an empty database of its own, in
    /// memory.
    pub path: Option<PathBuf>,
    /// Whether a component may `ATTACH` other files to it.
    pub allow_attach_file: bool,
}

/// One `[key_value_store.LABEL]` of the type `spin`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyValueStore {
    /// The file, an SQLite database. Without one, the store is in memory and ends with
    /// the application.
    pub path: Option<PathBuf>,
}

/// Where the relative paths in a file start.
struct Folders<'a> {
    current: &'a Path,
    of_file: &'a Path,
}

impl RuntimeConfig {
    /// Reads the file at `path`. As under `spin up`, the relative path of a database
    /// starts from the current folder, and that of a key-value store from the file's.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is not TOML, or has something in it that this
    /// runtime does not have; all problems are reported together.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let current = env::current_dir().context("there is no current folder")?;
        let file = current.join(path);
        let folders = Folders {
            of_file: file.parent().unwrap_or(&current),
            current: &current,
        };
        Ok(fields::read(path, |table| read(table, &folders))?)
    }
}

fn read(table: &Table, folders: &Folders<'_>) -> Result<RuntimeConfig, Vec<String>> {
    let problems = Problems::default();
    let mut top = Fields::new("", table, &problems);
    let config = RuntimeConfig {
        sqlite_databases: by_label(&mut top, "sqlite_database", &problems, |path, table| {
            sqlite_database(path, table, folders.current, &problems)
        }),
        key_value_stores: by_label(&mut top, "key_value_store", &problems, |path, table| {
            key_value_store(path, table, folders.of_file, &problems)
        }),
        outbound: outbound::outbound(&mut top, folders.of_file, &problems),
    };
    top.finish(ONLY_IN_SPIN);
    problems.or(config)
}

/// The tables `[name.LABEL]`, each read with `read`, which is given its path and itself.
fn by_label<T>(
    top: &mut Fields<'_>,
    name: &'static str,
    problems: &Problems,
    read: impl Fn(&str, &Table) -> T,
) -> BTreeMap<String, T> {
    let tables = entries(name, top.table(name), problems);
    tables
        .map(|(label, path, table)| (label.clone(), read(&path, table)))
        .collect()
}

fn sqlite_database(
    path: &str,
    table: &Table,
    folder: &Path,
    problems: &Problems,
) -> SqliteDatabase {
    let mut fields = Fields::new(path, table, problems);
    let kind = fields.required_string("type");
    let database = SqliteDatabase {
        path: fields.string("path").map(|path| folder.join(path)),
        allow_attach_file: fields.boolean("allow_attach_file"),
    };
    finish(fields, &kind, &[("libsql", "libSQL")], "databases");
    database
}

fn key_value_store(path: &str, table: &Table, folder: &Path, problems: &Problems) -> KeyValueStore {
    let mut fields = Fields::new(path, table, problems);
    let kind = fields.required_string("type");
    let store = KeyValueStore {
        path: fields.string("path").map(|path| folder.join(path)),
    };
    finish(fields, &kind, &STORES_OF_SPIN, "key-value stores");
    store
}

/// Looks at the type of a database or store, and where it is ours, at what is left of
/// its fields. `only_in_spin` are the types that only Spin has, and what they are called.
fn finish(fields: Fields<'_>, kind: &str, only_in_spin: &[(&str, &str)], what: &str) {
    match (kind, only_in_spin.iter().find(|(name, _)| *name == kind)) {
        ("spin", _) => fields.finish(&[]),
        // Whether it is missing or no string has been noted.
        ("", _) => {}
        (_, Some((_, called))) => fields.problem(
            "type",
            format_args!(
                "this runtime does not support {called} {what} (Spin does); only \"spin\" is supported"
            ),
        ),
        (other, None) => fields.problem("type", format_args!("must be \"spin\", is {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RuntimeConfig, Vec<String>> {
        let folders = Folders {
            current: Path::new("/here"),
            of_file: Path::new("/etc/app"),
        };
        read(&text.parse().unwrap(), &folders)
    }

    #[test]
    fn databases_are_files_or_in_memory() {
        let config = parse(
            r#"
                [sqlite_database.relative]
                type = "spin"
                path = "data/a.db"
                [sqlite_database.absolute]
                type = "spin"
                path = "/b.db"
                allow_attach_file = true
                [sqlite_database.memory]
                type = "spin"
            "#,
        );
        let database = |path: Option<&str>, allow_attach_file| SqliteDatabase {
            path: path.map(PathBuf::from),
            allow_attach_file,
        };
        let want = [
            ("absolute", database(Some("/b.db"), true)),
            ("memory", database(None, false)),
            ("relative", database(Some("/here/data/a.db"), false)),
        ];
        let want = want.map(|(label, database)| (label.to_owned(), database));
        assert_eq!(config.unwrap().sqlite_databases, want.into());
    }

    #[test]
    fn stores_are_files_beside_the_configuration_or_in_memory() {
        let config = parse(
            r#"
                [key_value_store.relative]
                type = "spin"
                path = "data/a.db"
                [key_value_store.absolute]
                type = "spin"
                path = "/b.db"
                [key_value_store.memory]
                type = "spin"
            "#,
        );
        let want = [
            ("absolute", Some("/b.db")),
            ("memory", None),
            ("relative", Some("/etc/app/data/a.db")),
        ];
        let want = want.map(|(label, path)| {
            let path = path.map(PathBuf::from);
            (label.to_owned(), KeyValueStore { path })
        });
        assert_eq!(config.unwrap().key_value_stores, want.into());
    }
}
