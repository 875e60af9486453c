//! The program `handspun`: see `handspun up --help`.

use std::{process::ExitCode, time::Duration};

use clap::Parser as _;
use host::{Cli, Log};
use tokio::runtime::Runtime;

/// How long the program's end waits for what still runs on a thread: nobody will ask for it
/// any more, and a database that is left in the middle of a change has none of it.
const END_GRACE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            let ended = runtime.block_on(cli.run());
            runtime.shutdown_timeout(END_GRACE);
            ended
        });
    let code = ended.unwrap_or_else(|error| {
        Log::default().line(&format!("handspun: {error:#}"));
        ExitCode::FAILURE
    });
    Log::flush();
    code
}
