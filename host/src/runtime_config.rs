//! Spin's runtime configuration: what an operator says of the databases behind the
//! labels of an application.
//!
//! ```toml
//! [sqlite_database.archive]
//! type = "spin"
//! path = "/var/lib/archive.db"
//! ```

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use toml::Table;

use crate::fields::{self, Fields, Problems, entries};

/// What Spin's file may have besides and this runtime does not.
const OF_SPIN: &[&str] = &[
    "client_tls",
    "config_provider",
    "key_value_store",
    "llm_compute",
    "log_dir",
    "max_instance_memory",
    "outbound_http",
    "outbound_mqtt",
    "outbound_mysql",
    "outbound_networking",
    "outbound_pg",
    "outbound_redis",
    "state_dir",
    "variables_provider",
];

/// A runtime configuration; the default is what holds without a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuntimeConfig {
    /// `[sqlite_database.LABEL]`, by label. The label `default` needs no entry: it is
    /// `sqlite_db.db` in the state folder.
    pub sqlite_databases: BTreeMap<String, SqliteDatabase>,
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

impl RuntimeConfig {
    /// Reads the file at `path`. As under `spin up`, a relative path in it starts from
    /// the current folder, not from the file's.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is not TOML, or has something in it that this
    /// runtime does not have; all problems are reported together.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let folder = env::current_dir().context("there is no current folder")?;
        Ok(fields::read(path, |table| read(table, &folder))?)
    }
}

fn read(table: &Table, folder: &Path) -> Result<RuntimeConfig, Vec<String>> {
    let problems = Problems::default();
    let mut top = Fields::new("", table, &problems);
    let databases = top.table("sqlite_database");
    let sqlite_databases = entries("sqlite_database", databases, &problems)
        .map(|(label, path, table)| {
            let database = sqlite_database(&path, table, folder, &problems);
            (label.clone(), database)
        })
        .collect();
    top.finish(OF_SPIN);
    problems.or(RuntimeConfig { sqlite_databases })
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
    match kind.as_str() {
        "spin" => fields.finish(&[]),
        // Whether it is missing or no string has been noted.
        "" => {}
        "libsql" => fields.problem(
            "type",
            "Spin has libSQL databases, this runtime does not; only \"spin\" is possible",
        ),
        other => fields.problem("type", format_args!("must be \"spin\", is {other:?}")),
    }
    database
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<RuntimeConfig, Vec<String>> {
        read(&text.parse().unwrap(), Path::new("/here"))
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
}
