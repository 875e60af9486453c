//! The form for a file.

use site::fill;

use super::texts::{Texts, max_mib, max_words};
use crate::import::MAX_BODY_BYTES;

/// The form for a file.
pub(super) struct ImportForm {
    pub(super) limits: String,
    pub(super) max_bytes: u64,
    /// Whether lines with mistakes are to be left out.
    pub(super) skip: bool,
}

impl ImportForm {
    pub(super) fn new(texts: &Texts, skip: bool) -> Self {
        let limits = [("mib", max_mib()), ("lines", max_words())];
        let limits = limits
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        Self {
            limits: fill(texts.import_limits, &limits),
            max_bytes: MAX_BODY_BYTES,
            skip,
        }
    }
}
