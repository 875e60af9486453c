//! The errors of key-value stores, in Spin's words.

pub use crate::run::bindings::spin::key_value::key_value::Error;

/// An error in the words of `rusqlite`, as Spin gives it: its debug form.
pub(super) fn other(error: impl std::fmt::Debug) -> Error {
    Error::Other(format!("{error:?}"))
}

/// The error for what went wrong in the runtime itself.
pub(super) fn internal() -> Error {
    Error::Other("internal runtime error".to_owned())
}
