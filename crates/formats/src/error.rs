//! What can go wrong, by cause.

use crate::limits::{MAX_FIELDS, MAX_INTEGER_DIGITS};

/// What most functions here return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something is not read or written. None of the texts shows a key or a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A field that must be there is not. Holds its name.
    #[error("the field {0} is missing")]
    MissingField(String),
    /// A query or a form has more than [`MAX_FIELDS`].
    #[error("a query or a form may have {MAX_FIELDS} fields, and this one has more")]
    TooManyFields,
    /// A form has a raw byte that is not UTF-8.
    #[error("the form is not UTF-8: byte {byte} is wrong; send such bytes percent-encoded")]
    FormNotUtf8 {
        /// Its place, counted from 0.
        byte: usize,
    },
    /// A text is no JSON, or more of it than is read. Says why, and where.
    #[error("the JSON cannot be read: {0}")]
    Json(String),
    /// A cookie cannot have this name.
    #[error("{0:?} cannot be the name of a cookie")]
    CookieName(String),
    /// There is no secret key. The sentence is Flask's.
    #[error(
        "The session is unavailable because no secret key was set.  Set the secret_key on the application to \
         something unique and secret."
    )]
    NoSecretKey,
    /// The fallbacks of the secret key are not what they must be.
    #[error(
        "secret_key_fallbacks must be a JSON array of texts that are not empty, such as [\"the key before\"]; \
         [] is for none"
    )]
    SecretKeyFallbacks,
    /// A session is nested deeper than it would be read.
    #[error("the session is nested deeper than it can be read again; keep less in it")]
    SessionTooDeep,
    /// A session is longer than it would be read.
    #[error("the session is larger than it can be read again; keep less in it")]
    SessionTooLarge,
    /// A session takes more than a browser keeps.
    #[error(
        "the session takes {bytes} bytes as a cookie, and browsers drop a cookie of more than {most} bytes \
         without a word; keep less in it"
    )]
    SessionCookieTooLarge {
        /// How many bytes it takes.
        bytes: usize,
        /// How many it may take.
        most: usize,
    },
    /// A text is no integer, or one of too many digits.
    #[error(
        "an integer is at most {} digits, with a minus sign in front if it is negative",
        MAX_INTEGER_DIGITS
    )]
    Integer,
    /// There is no memory to hash a password.
    #[error("there is not enough memory to check a password now; try again")]
    NoMemory,
    /// The machine failed: it has nothing random, for one. Says what happened.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    #[cfg(any(feature = "password", feature = "session"))]
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }
}
