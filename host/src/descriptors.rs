//! How many files the process may have open, sockets among them, and what that is enough for.

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::log::Log;

/// Connections at the same time, where there are files enough for more. Each may hold some 400 KB of a
/// request's head.
const MAX_CONNECTIONS: usize = 1_000;

/// What may be open for a connection whose request is answered: its socket, the files of its component, a
/// database and the journal of that.
const FILES_PER_CONNECTION: usize = 4;

/// Files that are open whatever is asked for: of the runtime, logs, key-value stores.
const RESERVED_FILES: usize = 128;

/// Raises the soft limit, usually 1,024, to the hard one, which whoever runs the process has set: the soft
/// limit is low for the sake of programs that use `select`. A process that may not do so goes on.
pub(crate) fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}

/// How many connections there may be at the same time; the log says where the files are what bounds them.
pub(crate) fn max_connections(log: &Log) -> usize {
    let files = getrlimit(Resource::Nofile).current;
    let connections = connections_for(files);
    if let Some(files) = files.filter(|_| connections < MAX_CONNECTIONS) {
        log.line(&format!(
            "no more than {connections} connections are served at the same time, as no more than {files} \
             files may be open; `ulimit -n` changes that"
        ));
    }
    connections
}

/// The same where so many files may be open; `None` is any number.
fn connections_for(files: Option<u64>) -> usize {
    let files = files.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    let enough_for = files.saturating_sub(RESERVED_FILES) / FILES_PER_CONNECTION;
    enough_for.clamp(1, MAX_CONNECTIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_follow_from_the_files_that_may_be_open() {
        for (files, want) in [
            (None, MAX_CONNECTIONS),
            (Some(u64::MAX), MAX_CONNECTIONS),
            (Some(4_128), MAX_CONNECTIONS),
            (Some(4_127), 999),
            (Some(1_024), 224),
            (Some(256), 32),
            (Some(100), 1),
            (Some(0), 1),
        ] {
            assert_eq!(connections_for(files), want, "{files:?}");
        }
    }
}
