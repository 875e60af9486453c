//! What tells the program to stop.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals to stop by: Ctrl-C, what a service manager sends, and a terminal that closes.
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl StopSignals {
    /// From now on the signals are waited for instead of ending the process.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for any of them.
    pub(crate) async fn any(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    /// Waits for Ctrl-C.
    pub(crate) async fn interrupt(&mut self) {
        self.interrupt.recv().await;
    }
}
