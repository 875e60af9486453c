#![doc = include_str!("../README.md")]
//!
//! # What is where
//!
//! - [`App`] is an application; [`App::handle`] answers a request. [`Options`] and [`Limits`] say how.
//! - [`TestClient`] sends requests to it in a test; [`KeyValueFaults`] make its storage fail there.
//! - [`serve`] puts it behind a socket, and [`Cli`] is the program around that.
//! - [`manifest`], [`variables`], [`RuntimeConfig`] and [`router`] are what it is loaded from.
//!
//! A request comes in at a socket (`http`), is routed ([`App::handle`]), waits for a place and for an
//! instance (`run`), and is answered by a component, which keeps things in `storage`. `run::clocks`
//! shows how long each of these may take.

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
        clocks::{END_GRACE, SHUTDOWN_GRACE},
        limits::Limits,
    },
    storage::key_value::{KeyValueCall, KeyValueError, KeyValueFaults, KeyValueOperation},
};
