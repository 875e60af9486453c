//! The tutorial's programs as a native server, in its own process and on its own files: as much as the
//! machine can be expected to give.
//!
//! It does the work that the functions do, on the tables that they made, with the crates that they use. What
//! keeps strangers out of a public server is left away (limits, checks of who sends a request, odd input).

mod accounts;
mod database;
mod failure;
mod pictures;
mod simple;
mod words;

use std::{net::SocketAddr, path::PathBuf};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use clap::Parser;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

use crate::{database::Database, pictures::Pictures};

/// The most bytes of an upload, as the variable `max_content_length` has them.
const MAX_UPLOAD_BYTES: usize = 16 << 20;

/// Serves the tutorial's programs natively, to compare with.
#[derive(Debug, Parser)]
struct Options {
    /// The address and port to listen on
    #[arg(long)]
    listen: SocketAddr,

    /// A database that Handspun has made
    #[arg(long)]
    database: PathBuf,

    /// The folder for pictures
    #[arg(long)]
    pictures: PathBuf,

    /// The folder that is served below /static
    #[arg(long = "static")]
    files: PathBuf,
}

/// What the views share.
#[derive(Clone)]
struct State {
    database: Database,
    pictures: Pictures,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let state = State {
        database: Database::open(&options.database)?,
        pictures: Pictures::open(&options.pictures)?,
    };
    let upload = post(pictures::upload).layer(DefaultBodyLimit::max(MAX_UPLOAD_BYTES));
    let app = Router::new()
        .route("/add", post(simple::add))
        .route("/index", get(simple::index))
        .route("/sleep", get(simple::sleep))
        .route("/data", get(words::data))
        .route("/words", get(words::list).post(words::create))
        .route("/words/{id}", get(words::read))
        .route("/upload", upload)
        .route("/auth/register", post(accounts::register))
        .route("/auth/login", post(accounts::log_in))
        .nest_service("/uploads", ServeDir::new(&options.pictures))
        .nest_service("/static", ServeDir::new(&options.files))
        .with_state(state);
    let listener = TcpListener::bind(options.listen).await?;
    axum::serve(
        axum::serve::ListenerExt::tap_io(listener, |stream| {
            // Where it fails, an answer in two parts waits for its acknowledgement, and is right all the same.
            let _ = stream.set_nodelay(true);
        }),
        app,
    )
    .await?;
    Ok(())
}
