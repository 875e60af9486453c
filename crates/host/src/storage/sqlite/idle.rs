//! Connections that a guest is done with, kept for the next one.
//!
//! To open one takes longer than most statements, as SQLite reads the whole schema, and it needs a thread. A new
//! instance asks for a connection with each of its first requests.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use rusqlite::Connection;

/// How many are kept for a database. Each has its file open, and up to 2 MB of it in memory.
const MAX_IDLE: usize = 16;

/// The connections to one file that nobody has.
#[derive(Default)]
pub(super) struct Idle(Mutex<Vec<Kept>>);

/// A connection, and the file that it was opened for.
struct Kept {
    connection: Connection,
    file: FileId,
}

/// What tells a file from another one that has its path later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let file = fs::metadata(path)?;
        Ok(Self {
            device: file.dev(),
            inode: file.ino(),
        })
    }
}

impl Idle {
    /// A connection to the file that is there now.
    pub(super) fn take(&self, path: &Path) -> Option<(Connection, FileId)> {
        let mut kept = self.kept();
        if kept.is_empty() {
            return None;
        }
        let file = FileId::at(path).ok()?;
        // The others are to a file that was removed.
        kept.retain(|kept| kept.file == file);
        let Kept { connection, file } = kept.pop()?;
        Some((connection, file))
    }

    /// Keeps a connection on which nothing can be seen of what was done with it. Where enough are kept, it comes back.
    pub(super) fn keep(&self, mut connection: Connection, file: FileId) -> Option<Connection> {
        // It still knows the instance, and would not let it go.
        if connection
            .progress_handler(0, None::<fn() -> bool>)
            .is_err()
        {
            return Some(connection);
        }
        let mut kept = self.kept();
        if kept.len() == MAX_IDLE {
            return Some(connection);
        }
        kept.push(Kept { connection, file });
        None
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> (Connection, FileId) {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch("PRAGMA user_version = 1").unwrap();
        (connection, FileId::at(path).unwrap())
    }

    #[test]
    fn a_few_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let idle = Idle::default();
        assert!(idle.take(&path).is_none());
        let kept = (0..MAX_IDLE + 3).filter(|_| {
            let (connection, file) = open(&path);
            idle.keep(connection, file).is_none()
        });
        assert_eq!(kept.count(), MAX_IDLE);
        let taken = std::iter::from_fn(|| idle.take(&path));
        assert_eq!(taken.count(), MAX_IDLE);
    }

    #[test]
    fn none_is_kept_for_another_file_with_the_same_path() {
        let folder = tempfile::tempdir().unwrap();
        let (path, moved) = (folder.path().join("a.db"), folder.path().join("b.db"));
        let idle = Idle::default();
        for make_another in [true, false] {
            let (connection, file) = open(&path);
            assert!(idle.keep(connection, file).is_none());
            fs::rename(&path, &moved).unwrap();
            if make_another {
                open(&path);
            }
            assert!(idle.take(&path).is_none());
        }
    }
}
