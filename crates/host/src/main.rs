//! The program `handspun`: see `handspun up --help`.

use std::{process::ExitCode, time::Duration};

use clap::Parser as _;
use handspun::{Cli, END_GRACE, End, Log};
use tokio::runtime;

/// A request is some hundred allocations, which the system's allocator takes longer for: bench/NOTES.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long the end of the program waits until the rest of its log is read.
const LOG_PATIENCE: Duration = Duration::from_secs(2);

/// The same after a second Ctrl-C, where it waits for nothing else.
const INTERRUPTED_LOG_PATIENCE: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let cli = Cli::parse();
    // This thread accepts connections; others serve them.
    let ended = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| {
            let ended = runtime.block_on(cli.run());
            match ended {
                Ok(End::Interrupted) => runtime.shutdown_background(),
                _ => runtime.shutdown_timeout(END_GRACE),
            }
            ended
        });
    let patience = match ended {
        Ok(End::Interrupted) => INTERRUPTED_LOG_PATIENCE,
        _ => LOG_PATIENCE,
    };
    let code = ended.map(End::code).unwrap_or_else(|error| {
        Log::default().line(&format!("handspun: {error:#}"));
        ExitCode::FAILURE
    });
    Log::flush(patience);
    code
}
