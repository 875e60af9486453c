//! The program `handspun`: see `handspun up --help`.

use std::process::ExitCode;

use clap::Parser as _;
use host::{Cli, Log};

#[tokio::main]
async fn main() -> ExitCode {
    let ended = Cli::parse().run().await;
    if let Err(error) = &ended {
        Log::default().line(&format!("handspun: {error:#}"));
    }
    Log::flush();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
