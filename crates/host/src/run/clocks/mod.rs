//! The clocks of a request.

pub(crate) mod answer;
pub(crate) mod write;
