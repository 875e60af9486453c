//! What a store can fail with, and what the client is told.

use spin_sdk::key_value::Error as Spin;

use crate::error::Error;

/// Why a call to a store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyValueError {
    /// There is no such store: the runtime's configuration names none by this label.
    #[error("the runtime has no key-value store of this name")]
    Missing,
    /// The component's `key_value_stores` in `spin.toml` does not list the store.
    #[error("spin.toml does not grant this component the key-value store")]
    Denied,
    /// Too many stores are open, or somebody held the store for as long as the runtime waits for it.
    #[error("the key-value store is busy")]
    Busy,
    /// Neither the store nor its disk can take more.
    #[error("the key-value store is full")]
    Full,
    /// Anything else, in the runtime's words.
    #[error("{0}")]
    Other(String),
}

impl KeyValueError {
    /// What a message means. Spin hands on the words of what is behind the store, which is SQLite where
    /// nothing else is configured.
    fn from_message(message: String) -> Self {
        let says = |text: &str| message.contains(text);
        if says("database or disk is full") || says("SQLITE_FULL") {
            Self::Full
        } else if says("database is locked") || says("SQLITE_BUSY") || says("has served nobody for")
        {
            Self::Busy
        } else {
            Self::Other(message)
        }
    }
}

impl From<Spin> for KeyValueError {
    fn from(error: Spin) -> Self {
        match error {
            Spin::NoSuchStore => Self::Missing,
            Spin::AccessDenied => Self::Denied,
            Spin::StoreTableFull => Self::Busy,
            Spin::Other(message) => Self::from_message(message),
        }
    }
}

impl From<KeyValueError> for Error {
    /// The status that the client gets: 503 where trying again can help, 507 where there is no room,
    /// or something has to be granted, 500 where the function is wrong.
    fn from(error: KeyValueError) -> Self {
        match error {
            KeyValueError::Missing => Self::NotGranted(
                "the key-value store is not configured: give it a table [key_value_store.NAME] in \
                 the runtime's configuration file"
                    .to_owned(),
            ),
            KeyValueError::Denied => Self::NotGranted(
                "the component has no key-value store: grant it with key_value_stores = \
                 [\"default\"] in spin.toml"
                    .to_owned(),
            ),
            KeyValueError::Busy => Self::Unavailable {
                detail: "the key-value store is busy with other requests; try again".to_owned(),
                retry_after_seconds: 5,
            },
            KeyValueError::Full => {
                Self::InsufficientStorage("the key-value store has no room for more".to_owned())
            }
            error => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_learns_whether_trying_again_helps() {
        let other = |message: &str| Spin::Other(message.to_owned());
        for (error, status, shown) in [
            (Spin::NoSuchStore, 503, "[key_value_store.NAME]"),
            (Spin::AccessDenied, 503, "key_value_stores"),
            (Spin::StoreTableFull, 503, "busy"),
            (other("SQLite: `database is locked`"), 503, "busy"),
            (
                other("the key-value store default has served nobody for 25s: component words"),
                503,
                "busy",
            ),
            (other("database or disk is full"), 507, "no room"),
            (other("redis://user:secret@host: gone"), 500, "log"),
        ] {
            let name = error.to_string();
            let error = Error::from(KeyValueError::from(error));
            assert_eq!(error.status().as_u16(), status, "{name}");
            assert!(error.to_string().contains(shown), "{name}: {error}");
            assert!(!error.to_string().contains("secret"), "{name}: {error}");
        }
    }
}
