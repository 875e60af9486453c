//! What a database can fail with, and what the client is told.

use crate::error::Error;

/// Why a statement, or the reading of its rows, failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// There is no such database: the runtime's configuration names none by this label.
    #[error("the runtime has no database of this name")]
    Missing,
    /// The component's `sqlite_databases` in `spin.toml` does not list the database.
    #[error("spin.toml does not grant this component the database")]
    Denied,
    /// There is no connection to the database, or its other side has given it up: the statement did not run.
    #[error("the database cannot be reached, or has closed the connection")]
    Gone,
    /// Somebody else held the lock for as long as the runtime waits for it.
    #[error("the database is locked")]
    Locked,
    /// Neither the database nor its disk can take more.
    #[error("the database is full")]
    Full,
    /// The database, or the disk it lies on, can only be read.
    #[error("the database is read-only")]
    ReadOnly,
    /// A constraint refused the change. Holds SQLite's words.
    #[error("{0}")]
    Constraint(String),
    /// A column's value is not of the type that it is read as.
    #[error("the column {column} holds {got} where {want} is read")]
    Column {
        /// The column's name.
        column: String,
        /// The type it is read as.
        want: &'static str,
        /// What it holds.
        got: &'static str,
    },
    /// The result has no column of this name.
    #[error("the result has no column {0}")]
    NoColumn(String),
    /// A single row was expected.
    #[error("one row was expected, not {0}")]
    NotOneRow(usize),
    /// Anything else, in SQLite's words.
    #[error("{0}")]
    Other(String),
}

impl DbError {
    /// What a message of SQLite means. Spin hands on nothing but the message, and libSQL wraps it in
    /// words of its own, so it is looked for anywhere in the text.
    pub(crate) fn from_message(message: String) -> Self {
        let says = |text: &str| message.contains(text);
        if says("database is locked")
            || says("database table is locked")
            || says("SQLITE_BUSY")
            || says("too many statements run at the same time")
        {
            Self::Locked
        } else if says("STREAM_EXPIRED")
            || says("expired due to inactivity")
            || says("invalid baton")
            || says("BATON_INVALID")
            || says("stream not found")
        {
            // What libSQL's server says of a connection that it does not know any more.
            Self::Gone
        } else if says("database or disk is full") || says("SQLITE_FULL") {
            Self::Full
        } else if says("attempt to write a readonly database") || says("SQLITE_READONLY") {
            Self::ReadOnly
        } else if says("constraint failed") {
            Self::Constraint(message)
        } else {
            Self::Other(message)
        }
    }

    /// Whether a column was to be added that is there already.
    pub(crate) fn is_duplicate_column(&self) -> bool {
        matches!(self, Self::Other(message) if message.contains("duplicate column name"))
    }
}

impl From<spin_sdk::sqlite::Error> for DbError {
    fn from(error: spin_sdk::sqlite::Error) -> Self {
        use spin_sdk::sqlite::Error as Spin;
        match error {
            Spin::NoSuchDatabase => Self::Missing,
            Spin::AccessDenied => Self::Denied,
            Spin::DatabaseFull => Self::Full,
            Spin::InvalidConnection => Self::Gone,
            Spin::Io(message) => Self::from_message(message),
        }
    }
}

impl From<DbError> for Error {
    /// The status that the client gets: 503 where trying again can help, 507 where there is no room,
    /// or something has to be granted, 500 where the function is wrong.
    fn from(error: DbError) -> Self {
        match error {
            DbError::Missing => Self::NotGranted(
                "the database is not configured: give it a table [sqlite_database.NAME] in the \
                 runtime's configuration file"
                    .to_owned(),
            ),
            DbError::Denied => Self::NotGranted(
                "the component has no database: grant it with sqlite_databases = [\"default\"] in \
                 spin.toml"
                    .to_owned(),
            ),
            DbError::Gone => Self::Unavailable {
                detail: "the database cannot be reached at the moment; nothing was changed, so try again"
                    .to_owned(),
                retry_after_seconds: 1,
            },
            DbError::Locked => Self::Unavailable {
                detail:
                    "the database is busy with other requests; nothing was changed, so try again"
                        .to_owned(),
                retry_after_seconds: 5,
            },
            DbError::Full => Self::InsufficientStorage(
                "the database has no room for more; nothing was changed".to_owned(),
            ),
            error => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_understood_in_whatever_it_is_wrapped() {
        for (message, want) in [
            ("database is locked", DbError::Locked),
            ("database table is locked: words", DbError::Locked),
            ("SQLite failure: `database is locked`", DbError::Locked),
            ("database or disk is full", DbError::Full),
            ("attempt to write a readonly database", DbError::ReadOnly),
            (
                r#"Hrana: `api error: `status=400 Bad Request, body={"code":"STREAM_EXPIRED"}``"#,
                DbError::Gone,
            ),
            (
                "Hrana: `api error: `status=400 Bad Request, body=Received an invalid baton``",
                DbError::Gone,
            ),
            (
                "UNIQUE constraint failed: words.id",
                DbError::Constraint("UNIQUE constraint failed: words.id".to_owned()),
            ),
            (
                "no such table: words",
                DbError::Other("no such table: words".to_owned()),
            ),
        ] {
            assert_eq!(DbError::from_message(message.to_owned()), want, "{message}");
        }
    }

    #[test]
    fn the_client_learns_whether_trying_again_helps() {
        for (error, status, shown) in [
            (DbError::Missing, 503, "[sqlite_database.NAME]"),
            (DbError::Denied, 503, "sqlite_databases"),
            (DbError::Locked, 503, "busy"),
            (DbError::Gone, 503, "try again"),
            (DbError::Full, 507, "no room"),
            (DbError::ReadOnly, 500, "log"),
            (DbError::Constraint("words.secret".to_owned()), 500, "log"),
            (
                DbError::Other("no such table: words".to_owned()),
                500,
                "log",
            ),
            (DbError::NotOneRow(2), 500, "log"),
        ] {
            let name = error.to_string();
            let error = Error::from(error);
            assert_eq!(error.status().as_u16(), status, "{name}");
            assert!(error.to_string().contains(shown), "{name}: {error}");
            assert!(!error.to_string().contains("words."), "{name}: {error}");
        }
    }
}
