//! The errors of databases, in Spin's words.

pub(super) use crate::run::bindings::spin::sqlite::sqlite::Error;

/// An error in the words of SQLite, as Spin gives it.
pub(super) fn io(error: impl std::fmt::Display) -> Error {
    Error::Io(error.to_string())
}

/// The error for what went wrong in the runtime itself.
pub(super) fn internal() -> Error {
    io("internal runtime error")
}
