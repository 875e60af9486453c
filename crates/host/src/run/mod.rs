//! Running components: the engine, the instances, a request's way through one, and its clocks.

pub(crate) mod bindings;
pub(crate) mod body;
pub(crate) mod clocks;
pub(crate) mod dispatch;
pub(crate) mod engine;
mod imports;
pub(crate) mod instances;
pub(crate) mod limits;
pub(crate) mod requests;
pub(crate) mod state;
