#![doc = include_str!("../README.md")]
//!
//! # Where to look
//! - routes, 404, 405, HEAD, OPTIONS, the cross-site check, and forms that mean PUT or DELETE: [`App`];
//!   two views of a route, for programs and for browsers: [`either`]
//! - what came in (`request.args`, `.path_param()`, `.form()`, `.file()`, `.parts()`, `.json()`, `.data()`,
//!   `.cookies()`, `.language()`): [`Request`]
//! - what goes out: [`text`], [`html`], [`jsonify`], [`render_template`], [`redirect`], [`see_other`],
//!   [`temporary_redirect`], [`created`], [`no_content`], [`send_file`], [`stream`], with a [`Cookie`] or as
//!   an [`attachment`]
//! - what depends on what is there: [`ETag`], [`Request::not_modified`], [`Request::check_if_match`]
//! - what can go wrong, with its status: [`Error`], and a page of one's own that says so: [`failing`]
//! - who sent it, behind proxies: [`TrustedProxies`]
//! - Python's view of things: [`MultiDict`], [`python_repr`], [`python_strip`], [`python_float`],
//!   [`python_datetime`]
//! - what a client's session holds, read and written as Flask does (feature `session`): `session`
//! - who is logged in, and what they may change (feature `login`): `login`
//! - passwords, hashed and checked as Werkzeug does (feature `password`): `password`
//! - a SQLite database (feature `sqlite`): `db`
//! - a key-value store, and bytes of any length in one (feature `key-value`): `key_value`, `blobs`
//! - the application's variables (feature `variables`): `variable`
//!
//! Only `variable`, `db::Connection`, `key_value::Store` and what says so call the host, so everything else is tested natively.

#[doc(hidden)]
pub use service::exported as __exported;

mod app;
mod body;
mod conditional;
mod error;
#[cfg(feature = "login")]
pub mod login;
mod multipart;
#[cfg(feature = "password")]
pub mod password;
mod request;
mod response;
mod service;
#[cfg(feature = "session")]
pub mod session;
mod store;
#[cfg(feature = "variables")]
mod variables;

pub use app::{App, either, failing};
pub use body::{Body, MAX_BODY_BYTES};
pub use conditional::{ETag, FileInfo, body_of_file, send_file};
pub use error::{Allow, BoxError, Error, FieldError, Result};
pub use formats::{
    MultiDict, hex, http_date,
    json::{MAX_INTEGER_DIGITS, MAX_JSON_DEPTH},
    python::{
        datetime as python_datetime, float as python_float, repr as python_repr,
        strip as python_strip,
    },
    rfc3339, secure_filename,
    urlencoded::MAX_FIELDS,
};
pub use multipart::{
    FilePart, MAX_FIELD_BYTES, MAX_FORM_PARTS, MAX_PART_HEADER_BYTES, Part, Parts, UploadedFile,
};
pub use request::{LANGUAGE_COOKIE, Language, Request, TextFields, TrustedProxies};
pub use response::{
    Cookie, Response, attachment, created, html, jsonify, no_content, redirect, render_template,
    see_other, stream, temporary_redirect, text,
};
pub use serde_json::{Number, Value, json};
#[cfg(feature = "sqlite")]
pub use store::db;
#[cfg(feature = "key-value")]
pub use store::{blobs, key_value};
#[cfg(feature = "variables")]
pub use variables::variable;
