//! A small runtime for Spin applications on one machine, and a test client for
//! them.
//!
//! It reads the same `spin.toml` as Spin 4.1, runs the same `.wasm` files (WASI
//! 0.3), and takes the same flags. Where the two differ, this one is wrong, but for
//! what it leaves out by name and for its stricter [`Limits`].
//!
//! - [`App`] is an application; [`App::handle`] answers a request.
//! - [`serve`] puts it behind a socket, [`TestClient`] in front of a test.
//! - [`Cli`] is the program around it.
//! - [`KeyValueFaults`] make an application's storage fail where a test wants it to.

mod access;
mod app;
mod bindings;
mod body;
mod call;
mod cli;
mod client;
mod clock;
mod copies;
mod descriptors;
mod engine;
mod environment;
mod event_loop;
mod fields;
mod files;
mod find;
mod headers;
mod http2;
mod key_value;
mod labels;
mod limits;
mod lines;
mod load;
mod log;
mod log_file;
pub mod manifest;
mod output;
mod patience;
mod places;
mod preface;
mod produce;
mod refusal;
mod relayed;
pub mod router;
mod runtime_config;
mod server;
mod signals;
mod socket;
mod sqlite;
mod stall;
mod state;
mod stderr;
pub mod variables;
mod worker;

pub use self::{
    app::{App, Options},
    body::{Body, BodyError},
    cli::{Cli, End},
    client::{RequestBuilder, TestClient, TestResponse},
    fields::FileError,
    key_value::{KeyValueCall, KeyValueError, KeyValueFaults, KeyValueOperation},
    limits::Limits,
    log::Log,
    runtime_config::{KeyValueStore, RuntimeConfig, SqliteDatabase},
    server::{SHUTDOWN_GRACE, serve},
};
