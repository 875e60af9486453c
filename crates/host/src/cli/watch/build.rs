//! Running the commands that build a component.

use std::{
    io,
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
};

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::load::manifest::Build;

/// Runs the commands of a build, one after the other. What they print is shown. Where this is dropped, they
/// are killed, with all that they have started.
///
/// # Errors
///
/// The first that cannot be run, or does not end well.
pub(super) async fn run(build: &Build) -> anyhow::Result<()> {
    for command in &build.commands {
        let mut child = Command::new("sh")
            .args(["-c", command])
            .current_dir(&build.workdir)
            .stdin(Stdio::null())
            // The program's own output says where it serves, and nothing else.
            .stdout(io::stderr())
            // Ctrl-C is for the program, which then ends the group.
            .process_group(0)
            .spawn()
            .with_context(|| format!("`{command}` cannot be run in {}", build.workdir.display()))?;
        let group = Group(Pid::from_child(&child));
        let status = tokio::task::spawn_blocking(move || child.wait()).await??;
        // What it has left behind may go on.
        std::mem::forget(group);
        anyhow::ensure!(status.success(), "`{command}` failed ({status})");
    }
    Ok(())
}

/// A process, with all that it has started, killed when dropped.
struct Group(Pid);

impl Drop for Group {
    fn drop(&mut self) {
        // An error means that it is gone.
        let _ = kill_process_group(self.0, Signal::KILL);
    }
}
