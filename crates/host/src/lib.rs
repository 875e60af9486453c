#![doc = include_str!("../README.md")]
//!
//! # What is where
//!
//! - [`App`] is an application; [`App::handle`] answers a request. [`Options`] and [`Limits`] say how.
//! - [`TestClient`] sends requests to it in a test; [`KeyValueFaults`] make its storage fail there, and an
//!   [`Upstream`] answers the requests that it sends.
//! - [`serve`] puts it behind a socket, and [`Cli`] is the program around that.
//! - [`manifest`], [`variables`], [`RuntimeConfig`] and [`router`] are what it is loaded from.
//!
//! A request comes in at a socket (`http`), is routed ([`App::handle`]), waits for a place and for an
//! instance (`run`), and is answered by a component, which keeps things in `storage` and sends requests of
//! its own (`run::outbound`). `run::clocks` shows how long each of these may take.

mod app;
mod cli;
mod http;
mod load;
mod log;
pub mod router;
mod run;
mod storage;
mod testing;
mod tls;

pub use self::{
    app::App,
    cli::{Cli, End},
    http::{listener::Listener, server::serve, tls::Tls},
    load::{
        blocked_networks::BlockedNetworks,
        fields::FileError,
        manifest,
        options::Options,
        runtime_config::{ClientTls, KeyValueStore, OutboundConfig, RuntimeConfig, SqliteDatabase},
        variables,
    },
    log::Log,
    run::{
        body::{Body, BodyError},
        clocks::{END_GRACE, SHUTDOWN_GRACE},
        limits::Limits,
        outbound::{Upstream, UpstreamError},
        requests::GuestError,
    },
    storage::key_value::{KeyValueCall, KeyValueError, KeyValueFaults, KeyValueOperation},
    testing::{
        MultipartForm, RequestBuilder, TestApp, TestAppBuilder, TestClient, TestResponse, TestStore,
    },
};

/// The library in whose types a test reads the rows of a database; see [`TestApp::database`].
pub use rusqlite;
