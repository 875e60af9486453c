//! The program `handspun`: see `handspun up --help`.

use std::process::ExitCode;

use clap::Parser as _;
use host::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("handspun: {error:#}");
            ExitCode::FAILURE
        }
    }
}
