//! What Handspun's functions share: Flask's conveniences, for Spin components.
//!
//! A function names its routes and hands the request over. A view takes a [`Request`] and
//! answers a [`Response`] or an [`Error`], which becomes the right status and a problem
//! document (or a page, for a browser):
//!
//! ```no_run
//! use kit::{App, Request, Response, Result, json, jsonify, text};
//!
//! #[spin_sdk::http_service]
//! async fn handle(request: spin_sdk::http::Request) -> Response {
//!     App::new().get("/hello", hello).run(request).await
//! }
//!
//! async fn hello(request: Request) -> Result<Response> {
//!     let name = request.args().get("name").unwrap_or("world");
//!     if request.wants_json() {
//!         return Ok(jsonify(&json!({ "hello": name })));
//!     }
//!     Ok(text(format!("Hello, {name}!")))
//! }
//! # fn main() {}
//! ```
//!
//! # Where to look
//! - routes, 404, 405, HEAD, OPTIONS and the cross-site check: [`App`]
//! - what came in (`request.args`, `.form()`, `.json()`, `.data()`, `.cookies()`): [`Request`]
//! - what goes out: [`text`], [`html`], [`jsonify`], [`render_template`], [`redirect`], [`see_other`],
//!   [`temporary_redirect`], [`no_content`], [`send_file`], with a [`Cookie`]
//! - what can go wrong, with its status: [`Error`]
//! - who sent it, behind proxies: [`TrustedProxies`]
//! - Python's view of things: [`MultiDict`], [`python_repr`], [`python_float`], [`python_datetime`]
//!
//! Nothing here calls the host, so everything is tested natively.

mod app;
mod body;
mod client_addr;
mod conditional;
mod cookie;
mod cross_site;
mod date;
mod error;
mod etag;
mod fields;
mod header_options;
mod json;
mod multidict;
mod multipart;
mod negotiate;
mod problem;
mod python_repr;
mod range;
mod request;
mod response;
mod runtime;
mod send_file;
mod urlencoded;
mod vary;

pub use app::App;
pub use body::{Body, BoxError, MAX_BODY_BYTES};
pub use client_addr::TrustedProxies;
pub use cookie::Cookie;
pub use date::python_datetime;
pub use error::{Allow, Error, FieldError, Result};
pub use etag::ETag;
pub use json::{MAX_INTEGER_DIGITS, MAX_JSON_DEPTH, python_float};
pub use multidict::MultiDict;
pub use multipart::{MAX_FIELD_BYTES, MAX_FORM_PARTS};
pub use python_repr::python_repr;
pub use request::Request;
pub use response::{
    Response, html, jsonify, no_content, redirect, render_template, see_other, temporary_redirect,
    text,
};
pub use send_file::{FileInfo, body_of_file, send_file};
pub use serde_json::{Number, Value, json};
