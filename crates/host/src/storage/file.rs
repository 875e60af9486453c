//! An SQLite database in a file or in memory.

use std::{
    fmt, fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, limits::Limit};

/// Where a database is.
#[derive(Debug)]
pub(crate) struct DatabaseFile(Option<PathBuf>);

/// What tells a file from another one of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileId {
    device: u64,
    inode: u64,
}

impl DatabaseFile {
    /// A file, or memory where there is no path.
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self(path)
    }

    /// The file; `None` where it is in memory.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// Which file there is now; none in memory, and where there is none.
    pub(crate) fn id(&self) -> Option<FileId> {
        let file = fs::metadata(self.path()?).ok()?;
        Some(FileId {
            device: file.dev(),
            inode: file.ino(),
        })
    }

    /// Makes the folder that the file is to be in.
    pub(crate) fn create_folder(&self) -> io::Result<()> {
        let folder = self.path().and_then(Path::parent);
        folder.map_or(Ok(()), fs::create_dir_all)
    }

    /// A new connection as Spin has it: the rollback journal, and a busy timeout of 5 s, which is
    /// the default of `rusqlite`.
    ///
    /// It has no value or row of more than `max_bytes`: nothing larger can reach a guest, and
    /// SQLite would take a gigabyte for it.
    ///
    /// # Errors
    ///
    /// A file that cannot be made or opened.
    pub(crate) fn connect(&self, max_bytes: usize) -> rusqlite::Result<Connection> {
        let connection = match self.path() {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        let limit = i32::try_from(max_bytes).unwrap_or(i32::MAX);
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, limit)?;
        Ok(connection)
    }
}

impl fmt::Display for DatabaseFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path() {
            Some(path) => path.display().fmt(f),
            None => f.write_str("in memory"),
        }
    }
}
