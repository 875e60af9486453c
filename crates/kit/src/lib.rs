#![doc = include_str!("../README.md")]
//!
//! # Where to look
//! - routes, 404, 405, HEAD, OPTIONS, the cross-site check, and forms that mean PUT or DELETE: [`App`];
//!   two views of a route, for programs and for browsers: [`either`]
//! - a component's entrance: [`service!`]
//! - what came in (`request.args`, `.path_param()`, `.form()`, `.file()`, `.parts()`, `.json()`, `.data()`,
//!   `.cookies()`, `.best_language()`): [`Request`]; files: [`multipart`]
//! - what proxies say about a request (`X-Forwarded-For`, `Forwarded`, `Via`): [`forwarded`]
//! - what goes out: [`text`], [`jsonify`], [`render_template`], [`redirect`]; the rest, and cookies: [`response`]
//! - entity tags, ranges, files: [`conditional`], [`Request::not_modified`], [`Request::check_if_match`]
//! - what can go wrong, with its status: [`Error`], and your own page for it: [`failing`]
//! - a client's session, as Flask reads and writes it (feature `session`): `session`
//! - who is logged in, and what they may change (feature `login`): `login`
//! - passwords, hashed and checked as Werkzeug does (feature `password`): `password`
//! - a SQLite database (feature `sqlite`): `db`
//! - a key-value store, and bytes of any length in one (feature `key-value`): `key_value`, `blobs`
//! - requests to other servers (feature `client`): `client`; what a proxy does with headers: `proxy`
//! - the application's variables (feature `variables`): `variable`
//! - Python's formats: [`formats`]
//!
//! Only `variable`, `db::Connection`, `key_value::Store` and items whose documentation says so call the host. Native
//! tests cover the rest.

#[doc(hidden)]
pub use service::exported as __exported;

mod app;
mod body;
#[cfg(feature = "client")]
pub mod client;
pub mod conditional;
mod error;
pub mod forwarded;
#[cfg(feature = "login")]
pub mod login;
pub mod multipart;
#[cfg(feature = "password")]
pub mod password;
#[cfg(feature = "client")]
pub mod proxy;
mod request;
pub mod response;
mod service;
#[cfg(feature = "session")]
pub mod session;
mod store;
#[cfg(feature = "variables")]
mod variables;
mod wasi;

pub use app::{App, either, failing};
pub use error::{BoxError, Error, FieldError, GatewayError, Result};
pub use formats::{self, MultiDict};
pub use request::{Request, TextFields};
pub use response::{Response, jsonify, redirect, render_template, text};
pub use serde_json::{Value, json};
#[cfg(feature = "sqlite")]
pub use store::db;
#[cfg(feature = "key-value")]
pub use store::{blobs, key_value};
#[cfg(feature = "variables")]
pub use variables::variable;
