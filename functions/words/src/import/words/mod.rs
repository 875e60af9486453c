//! The words of a file: what is in its rows, or in the objects of an export in JSON.

pub(super) mod json;
pub(super) mod line;
pub(super) mod markup;
pub(super) mod table;
