//! Spin's application manifest, version 2: what of it this runtime has.
//!
//! Fields mean what they mean to Spin 4.1. A field or value that this runtime
//! does not have is a problem that names it, never silently skipped: an
//! application that starts here must not behave differently under `spin up`. What
//! `spin up` does not use either, such as `tool`, is accepted.

mod component;
mod model;
pub(crate) mod names;
mod parse;

pub use self::model::{Build, Component, FileMount, HttpTrigger, Manifest, Variable};
