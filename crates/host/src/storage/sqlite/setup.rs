//! What `--sqlite` runs before the application is served.

use std::fs;

use anyhow::{Context as _, bail};
use rusqlite::{Batch, Connection, fallible_iterator::FallibleIterator as _};

use super::database::Databases;
use crate::{
    log::Log,
    storage::by_label::{DEFAULT, described},
};

/// What one `--sqlite` asks for.
#[derive(Debug, PartialEq, Eq)]
enum Setup<'a> {
    /// A statement for the default database.
    Statement(&'a str),
    /// All statements of a file, for the database behind a label.
    File { file: &'a str, label: &'a str },
}

impl Databases {
    /// Runs what `--sqlite` was given, each on a connection of its own, as `spin up`
    /// does: a statement for the default database, `@FILE` or `@FILE:LABEL`.
    ///
    /// # Errors
    ///
    /// The first one that cannot be run.
    pub(crate) fn set_up(&self, arguments: &[String], log: &Log) -> anyhow::Result<()> {
        arguments.iter().try_for_each(|argument| {
            let what = || format!("--sqlite {argument:?}");
            match Setup::parse(argument).with_context(what)? {
                Setup::Statement(sql) => {
                    let more = statement(&self.connect(DEFAULT)?, sql).with_context(what)?;
                    if more {
                        // As under Spin; but there, nobody is told.
                        log.line(&format!(
                            "{}: only its first statement was run; put several into a file \
                             and give --sqlite @FILE",
                            what()
                        ));
                    }
                    Ok(())
                }
                Setup::File { file, label } => {
                    let text = fs::read_to_string(file)
                        .context("the file cannot be read")
                        .with_context(what)?;
                    let connection = self.connect(label).with_context(what)?;
                    statements(&connection, &text).with_context(what)
                }
            }
        })
    }

    fn connect(&self, label: &str) -> anyhow::Result<Connection> {
        let database = self.by_label().get(label);
        let database = database.with_context(|| format!("there is no database {label:?}"))?;
        let open = database.open();
        let open = open.with_context(|| described(label, &**database))?;
        Ok(open.connection)
    }
}

impl<'a> Setup<'a> {
    fn parse(argument: &'a str) -> anyhow::Result<Self> {
        let Some(config) = argument.strip_prefix('@') else {
            return Ok(Self::Statement(argument));
        };
        let (file, label) = config.split_once(':').unwrap_or((config, DEFAULT));
        let (file, label) = (file.trim(), label.trim());
        if file.is_empty() {
            bail!("the file's name is missing");
        }
        if label.is_empty() {
            bail!("the database's label is missing behind \":\"");
        }
        Ok(Self::File { file, label })
    }
}

/// Runs the first statement of a text, and tells whether there are more.
fn statement(connection: &Connection, sql: &str) -> anyhow::Result<bool> {
    let mut batch = Batch::new(connection, sql);
    let mut first = batch.next()?.context("there is no statement in it")?;
    let mut rows = first.raw_query();
    while rows.next()?.is_some() {}
    // What cannot be understood is more, too.
    Ok(!matches!(batch.next(), Ok(None)))
}

/// Runs all statements of a text.
fn statements(connection: &Connection, text: &str) -> anyhow::Result<()> {
    let mut batch = Batch::new(connection, text);
    for number in 1.. {
        let what = || format!("statement {number}");
        let Some(mut statement) = batch.next().map_err(in_short).with_context(what)? else {
            break;
        };
        let mut rows = statement.raw_query();
        while rows.next().with_context(what)?.is_some() {}
    }
    Ok(())
}

/// The error without the statement, which would be the whole rest of a file.
fn in_short(error: rusqlite::Error) -> anyhow::Error {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } => anyhow::Error::msg(msg),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_is_a_statement_or_a_file_with_or_without_a_label() {
        let file = |file, label| Some(Setup::File { file, label });
        for (argument, want) in [
            ("SELECT 1", Some(Setup::Statement("SELECT 1"))),
            ("", Some(Setup::Statement(""))),
            ("@a.sql", file("a.sql", "default")),
            ("@a.sql:other", file("a.sql", "other")),
            ("@ a.sql : other ", file("a.sql", "other")),
            ("@", None),
            ("@:other", None),
            ("@a.sql:", None),
            ("@a.sql: ", None),
        ] {
            assert_eq!(Setup::parse(argument).ok(), want, "{argument:?}");
        }
    }
}
