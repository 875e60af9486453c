//! The program `handspun`.

mod application;
mod listen;
mod routes;
mod signals;
mod up;
mod watch;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{http::open_files, log::stderr};

/// How wide the help gets, in columns.
const HELP_WIDTH: usize = 100;

/// Runs Spin applications on one machine
#[derive(Debug, Parser)]
#[command(name = "handspun", version, max_term_width = HELP_WIDTH)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve an application
    #[command(after_help = up::EXAMPLES)]
    Up(Box<up::Up>),
    /// Serve an application while it is worked on: build again what changes
    #[command(after_help = watch::EXAMPLES)]
    Watch(Box<watch::Watch>),
    /// Show which component answers which path
    Routes(routes::Routes),
}

/// The exit status after a second Ctrl-C: what a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has done its work.
    Done,
    /// Ctrl-C came twice, so it ended at once.
    Interrupted,
}

impl End {
    /// The exit status.
    pub fn code(self) -> ExitCode {
        match self {
            Self::Done => ExitCode::SUCCESS,
            Self::Interrupted => ExitCode::from(INTERRUPTED),
        }
    }
}

impl Cli {
    /// Does what the command line says; returns when that is done.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being done, as a message for the terminal.
    pub async fn run(self) -> anyhow::Result<End> {
        stderr::log_panics();
        open_files::raise_limit();
        match self.command {
            Command::Up(up) => up.run().await,
            Command::Watch(watch) => watch.run().await,
            Command::Routes(routes) => routes.run(),
        }
    }
}
