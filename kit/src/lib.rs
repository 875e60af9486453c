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
//! - what came in (`request.args`, `.form()`, `.json()`, `.data()`): [`Request`]
//! - what goes out: [`text`], [`html`], [`jsonify`], [`render_template`], [`redirect`], [`see_other`],
//!   [`temporary_redirect`], [`no_content`]
//! - what can go wrong, with its status: [`Error`]
//! - Python's view of things: [`MultiDict`], [`python_repr`], [`python_float`]
//!
//! Nothing here calls the host, so everything is tested natively.

mod app;
mod body;
mod cross_site;
mod error;
mod fields;
mod header_options;
mod json;
mod multidict;
mod multipart;
mod negotiate;
mod problem;
mod python_repr;
mod request;
mod response;
mod runtime;
mod urlencoded;

pub use app::App;
pub use body::{Body, BoxError, MAX_BODY_BYTES};
pub use error::{Allow, Error, FieldError, Result};
pub use json::{MAX_INTEGER_DIGITS, MAX_JSON_DEPTH, python_float};
pub use multidict::MultiDict;
pub use multipart::{MAX_FIELD_BYTES, MAX_FORM_PARTS};
pub use python_repr::python_repr;
pub use request::Request;
pub use response::{
    Response, html, jsonify, no_content, redirect, render_template, see_other, temporary_redirect,
    text,
};
pub use serde_json::{Number, Value, json};
