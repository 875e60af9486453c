//! How many files, sockets included, the process may have open, and how many connections that allows.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::log::Log;

/// The most connections, and the most requests, at the same time, however many files may be open. Each may
/// hold some 400 KB of a request's head. One address may have 1,000 of them.
const MAX_CONNECTIONS: usize = 1_250;

/// Files that may be open for a request: its socket, the folder of its component's files, and a database.
/// The journal of a database is shared by all requests.
const FILES_PER_CONNECTION: usize = 3;

/// One more where components may send requests: a connection to another server.
const FILES_PER_OUTGOING: usize = 1;

/// Files that the runtime has open in any case, such as the databases of key-value stores.
const RESERVED_FILES: usize = 64;

/// Files that are open for each component: its two logs, the lock of its copied files, and one spare.
const FILES_PER_COMPONENT: usize = 4;

/// The most files that macOS lets a process have open, even where its hard limit is unlimited.
const MACOS_MAX_FILES: u64 = 10_240;

/// Raises the soft limit, usually 1,024, to the hard one. The soft limit is low only for programs that use
/// `select`; the hard one is what the operator has set. A process that may not raise it goes on.
pub(crate) fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raise_to = |current| {
        let maximum = limit.maximum;
        setrlimit(Resource::Nofile, Rlimit { current, maximum })
    };
    if raise_to(limit.maximum).is_err() {
        let most = limit.maximum.unwrap_or(u64::MAX).min(MACOS_MAX_FILES);
        if limit.current.is_some_and(|current| current < most) {
            let _ = raise_to(Some(most));
        }
    }
}

/// How much the process can serve with the files that it may have open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// How many connections there may be at the same time, and how many requests.
    pub(crate) connections: usize,
    files: Option<u64>,
}

impl Capacity {
    /// The capacity for an application with this number of components; `sends` says whether any of them
    /// may send requests. There may be as many connections to other servers as there are from clients.
    pub(crate) fn from_process(components: usize, sends: bool) -> Self {
        let files = getrlimit(Resource::Nofile).current;
        Self {
            connections: connections_for(files, components, sends),
            files,
        }
    }

    /// Logs the capacity, where too few files may be open for all connections.
    pub(crate) fn tell(self, log: &Log) {
        let connections = self.connections;
        if let Some(files) = self.files.filter(|_| connections < MAX_CONNECTIONS) {
            log.line(&format!(
                "at most {connections} connections and {connections} requests are served at the same \
                 time, because at most {files} files may be open; raise that with `ulimit -n`"
            ));
        }
    }
}

/// How many connections this number of open files allows; `None` is no limit.
fn connections_for(files: Option<u64>, components: usize, sends: bool) -> usize {
    let files = files.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    let reserved = RESERVED_FILES + FILES_PER_COMPONENT * components;
    let outgoing = if sends { FILES_PER_OUTGOING } else { 0 };
    let enough_for = files.saturating_sub(reserved) / (FILES_PER_CONNECTION + outgoing);
    enough_for.clamp(1, MAX_CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_follow_from_the_files_that_may_be_open() {
        for (files, want, want_sending) in [
            (None, MAX_CONNECTIONS, MAX_CONNECTIONS),
            (Some(u64::MAX), MAX_CONNECTIONS, MAX_CONNECTIONS),
            (Some(5_104), MAX_CONNECTIONS, MAX_CONNECTIONS),
            (Some(5_103), MAX_CONNECTIONS, 1_249),
            (Some(3_854), MAX_CONNECTIONS, 937),
            (Some(3_853), 1_249, 937),
            (Some(1_024), 306, 230),
            (Some(256), 50, 38),
            (Some(100), 1, 1),
            (Some(0), 1, 1),
        ] {
            assert_eq!(connections_for(files, 10, false), want, "{files:?}");
            assert_eq!(connections_for(files, 10, true), want_sending, "{files:?}");
        }
    }
}
