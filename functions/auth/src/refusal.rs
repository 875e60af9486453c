//! Why something was not done.

use kit::Error;

use crate::{
    credentials::{Flaws, unprocessable},
    paths::LOG_IN,
};

/// Why something was not done, for a page to say in the reader's language.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Fields are wrong.
    Flaws(Flaws),
    /// There is an account of the name already.
    Taken,
    /// The name is free, and stands in the variable `admins`: whoever took it would be an administrator.
    Reserved,
    /// Too many accounts were registered from the client's address: 429, with when to come again.
    Crowded(Error),
    /// The name is wrong, or the password. Nobody is told which.
    Wrong,
    /// Anything else.
    Other(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Flaws(flaws) => unprocessable(&flaws),
            // What exists is an account, and this is where its owner uses it: nobody else may see more.
            Refusal::Taken => Self::Conflict {
                code: "name-taken",
                detail: "an account with this name already exists".to_owned(),
                location: LOG_IN.to_owned(),
            },
            Refusal::Reserved => Self::forbidden(
                "name-reserved",
                "the variable admins names it and no account has it, so nobody can register it: remove it from \
                 admins, register it, and then add it again",
            ),
            Refusal::Wrong => {
                Self::unauthorized("wrong-login", "the name or the password is wrong")
            }
            Refusal::Crowded(error) | Refusal::Other(error) => error,
        }
    }
}
