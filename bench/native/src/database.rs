//! SQLite, opened as Spin opens it: with the rollback journal, synced at each commit.

use std::{
    cell::RefCell,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

/// For how long a statement waits for another one's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 32;

/// A database of this process; there is only one.
#[derive(Clone)]
pub(crate) struct Database {
    path: Arc<Path>,
    writer: Arc<Mutex<Connection>>,
}

thread_local! {
    /// The connection that a thread reads from.
    static READER: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

impl Database {
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            path: path.into(),
            writer: Arc::new(Mutex::new(connection(path)?)),
        })
    }

    /// Reads on the thread that asks: short statements take less than to hand them to another thread.
    pub(crate) fn read<T>(
        &self,
        statements: impl FnOnce(&Connection) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        READER.with_borrow_mut(|reader| {
            let reader = match reader {
                Some(reader) => reader,
                none => none.insert(connection(&self.path)?),
            };
            statements(reader)
        })
    }

    /// Changes something, one after the other, where waiting for the disk holds up nobody.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        statements: impl FnOnce(&Connection) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let writer = self.writer.clone();
        tokio::task::spawn_blocking(move || {
            statements(&writer.lock().unwrap_or_else(PoisonError::into_inner))
        })
        .await?
    }
}

fn connection(path: &Path) -> anyhow::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}
