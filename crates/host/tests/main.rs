//! The host with real components, and the application with its own.
//!
//! One program, because each that links wasmtime takes its time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod cli;
mod commands;
mod cores;
mod http2;
mod key_value;
mod limits;
mod logs;
mod manifests;
mod mounts;
mod outbound;
mod places;
mod requests;
mod shutdown;
mod spin;
mod sqlite;
mod support;
mod testing;
mod tls;
mod watch;

#[path = "../../../tests/auth/mod.rs"]
mod auth;

#[path = "../../../tests/functions.rs"]
mod functions;

#[path = "../../../tests/upload/mod.rs"]
mod upload;

#[path = "../../../tests/words/mod.rs"]
mod words;
