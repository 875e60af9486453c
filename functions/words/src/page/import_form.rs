//! The form for a file.

use site::fill;

use super::{
    form::label,
    texts::{Texts, max_mib, max_words},
};
use crate::{draft::Field, import::MAX_BODY_BYTES};

/// The form for a file.
pub(super) struct ImportForm {
    /// What it takes.
    pub(super) text: String,
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
        // What the import takes for a column's name, in any language.
        let columns = Field::ALL
            .map(|field| label(texts, field))
            .join(texts.list_comma);
        Self {
            text: fill(texts.import_text, &[("columns", &columns)]),
            limits: fill(texts.import_limits, &limits),
            max_bytes: MAX_BODY_BYTES,
            skip,
        }
    }
}
