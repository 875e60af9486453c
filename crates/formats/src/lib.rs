//! The formats of Flask and Werkzeug, for Rust programs that stand beside a Flask application.
//!
//! What one side writes, the other reads: a user who logged in on a page of Flask's stays logged in on one of
//! yours, and the table of users moves over as it is. There is no HTTP library in it, so it fits any.
//!
//! # Where to look
//! - a client's session, in Flask's signed cookie (feature `session`): `session`
//! - passwords, as Werkzeug hashes them (feature `password`): `password`
//! - cookies: [`cookie`]
//! - queries and forms: [`urlencoded`], and the [`MultiDict`] that they become
//! - JSON as Python reads it, with integers of any size: [`json`]
//! - how Python prints a text, a float or a moment, and how it strips: [`python`]
//! - the names of uploaded files: [`secure_filename`]
//! - `form-data; name="image"`: [`header_options`]
//! - moments and bytes as text: [`http_date`], [`rfc3339`], [`hex`]

pub mod cookie;
mod date;
mod error;
pub mod header_options;
mod hex;
pub mod json;
mod limits;
mod multi_dict;
#[cfg(feature = "password")]
pub mod password;
pub mod python;
mod secure_filename;
#[cfg(feature = "session")]
pub mod session;
pub mod urlencoded;

pub use date::{http_date, rfc3339};
pub use error::{Error, Result};
pub use hex::hex;
pub use multi_dict::MultiDict;
pub use secure_filename::secure_filename;

/// The example of the README is compiled with the tests of the documentation.
#[cfg(all(doctest, feature = "session"))]
#[doc = include_str!("../README.md")]
struct Readme;
