//! From files to an application: its manifest, its variables, its components and the files
//! that they see, and the runtime configuration.

pub(crate) mod allowed_hosts;
pub(crate) mod blocked_networks;
pub(crate) mod components;
mod copies;
pub(crate) mod destination;
pub(crate) mod environment;
mod field_lines;
pub(crate) mod fields;
pub(crate) mod files;
pub(crate) mod find_manifest;
pub mod manifest;
pub(crate) mod options;
pub(crate) mod runtime_config;
pub mod variables;
