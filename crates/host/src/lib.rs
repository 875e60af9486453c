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

mod app;
mod cli;
mod client;
mod http;
mod load;
mod log;
pub mod router;
mod run;
mod storage;

pub use self::{
    app::App,
    cli::{Cli, End},
    client::{RequestBuilder, TestClient, TestResponse},
    http::server::serve,
    load::{
        fields::FileError,
        manifest,
        options::Options,
        runtime_config::{KeyValueStore, RuntimeConfig, SqliteDatabase},
        variables,
    },
    log::Log,
    run::{
        body::{Body, BodyError},
        clocks::SHUTDOWN_GRACE,
        limits::Limits,
    },
    storage::key_value::{KeyValueCall, KeyValueError, KeyValueFaults, KeyValueOperation},
};
