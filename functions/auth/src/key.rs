//! What an account is found by.

use kit::{formats::python, login::name_key};

/// The most characters of a name that are looked at. Nobody registers with more than a part of that, and a
/// table that came from elsewhere may have longer names than ours.
const MAX_LOOKED_AT: usize = 256;

/// The key of a name: the same for all that are taken for one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) String);

impl Key {
    /// The key of a name as it was sent.
    pub(crate) fn new(name: &str) -> Self {
        let name: String = python::strip(name).chars().take(MAX_LOOKED_AT).collect();
        Self(name_key(&name))
    }
}
