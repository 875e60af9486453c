//! The database behind a label: a file or memory, one connection, and whose it is.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::{Context as _, bail};
use rusqlite::{Connection, ErrorCode};
use tokio::{
    sync::{self, OnceCell, OwnedMutexGuard},
    task::spawn_blocking,
};

use super::{
    changes::Changes,
    error::{Error, internal, other},
};
use crate::{
    load::runtime_config::KeyValueStore,
    storage::{by_label::Storage, event_loop::HeldId, file::DatabaseFile, queue::stand},
};

/// Bytes of a value, the place for it included; Spin's number for what it reads. Here
/// nothing larger is written either.
pub(super) const MAX_VALUE_BYTES: usize = 128 << 20;

/// Bytes of a page of a new file. SQLite's own choice is 4 KiB: that is four times as many reads and writes for the
/// chunk of a picture.
const PAGE_BYTES: u32 = 16 << 10;

/// The table, and how it is declared, are Spin's.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL,
    key   TEXT NOT NULL,
    value BLOB NOT NULL,

    PRIMARY KEY (store, key)
)";

/// Makes the table where there is none.
///
/// # Errors
///
/// The database cannot be written.
pub(crate) fn create_table(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute(TABLE, []).map(drop)
}

/// One database.
pub(crate) struct Database {
    label: String,
    /// What a stream of its keys holds.
    held: HeldId,
    file: DatabaseFile,
    /// None until it is first wanted.
    pub(super) connection: OnceCell<Arc<sync::Mutex<Connection>>>,
    /// Who has the connection.
    holder: Mutex<Holder>,
    /// How often the connection has been given back, or a key of a stream taken.
    moved: AtomicU64,
    changes: Changes,
}

/// Who has a connection, and for what.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) component: Arc<str>,
    pub(super) doing: &'static str,
}

/// A connection, held by somebody until this is dropped.
pub(super) struct Held {
    pub(super) connection: OwnedMutexGuard<Connection>,
    pub(super) database: Arc<Database>,
}

impl Storage for Database {
    type Config = KeyValueStore;

    const NAME: &str = "key-value store";
    const DEFAULT_FILE: &str = "sqlite_key_value.db";

    fn config(path: Option<PathBuf>) -> KeyValueStore {
        KeyValueStore { path }
    }

    fn new(label: &str, config: KeyValueStore) -> Self {
        let nobody = Holder {
            component: "".into(),
            doing: "",
        };
        Self {
            label: label.to_owned(),
            held: HeldId::new(),
            file: DatabaseFile::new(config.path),
            connection: OnceCell::new(),
            holder: Mutex::new(nobody),
            moved: AtomicU64::new(0),
            changes: Changes::default(),
        }
    }

    fn file(&self) -> &DatabaseFile {
        &self.file
    }

    fn check(&self) -> anyhow::Result<()> {
        if self.connection.initialized() {
            return Ok(());
        }
        self.file
            .create_folder()
            .context("its folder cannot be created")?;
        let connection = match self.connect() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                return Ok(());
            }
            connected => connected?,
        };
        if connection.is_readonly("main")? {
            bail!("it cannot be written");
        }
        // If somebody was faster, theirs is as good.
        let _ = self.connection.set(Arc::new(sync::Mutex::new(connection)));
        Ok(())
    }
}

impl Database {
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// What its holder holds.
    pub(super) fn held(&self) -> HeldId {
        self.held
    }

    /// The changes that are to be made.
    pub(super) fn changes(&self) -> &Changes {
        &self.changes
    }

    /// Opens it where that has not been done yet.
    ///
    /// # Errors
    ///
    /// A file that cannot be made or opened.
    pub(super) async fn open(self: &Arc<Self>) -> Result<(), Error> {
        self.connection().await.map(drop)
    }

    async fn connection(self: &Arc<Self>) -> Result<&Arc<sync::Mutex<Connection>>, Error> {
        let open = || async {
            let database = Arc::clone(self);
            let opened = spawn_blocking(move || {
                database.file.create_folder().map_err(other)?;
                database.connect().map_err(other)
            });
            let connection = opened.await.unwrap_or_else(|_panicked| Err(internal()))?;
            Ok(Arc::new(sync::Mutex::new(connection)))
        };
        self.connection.get_or_try_init(open).await
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = self.file.connect(MAX_VALUE_BYTES)?;
        // Of a file that has something in it, this changes nothing.
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        create_table(&connection)?;
        Ok(connection)
    }

    /// Waits for the connection, however many are before, as long as somebody is
    /// served.
    ///
    /// # Errors
    ///
    /// It cannot be opened, or for `patience` nobody was served: then it is said who
    /// holds it.
    pub(super) async fn hold(
        self: &Arc<Self>,
        holder: Holder,
        patience: Duration,
    ) -> Result<Held, Refused> {
        let connection = Arc::clone(self.connection().await.map_err(Refused::ToOpen)?);
        let held = stand(connection.lock_owned(), &self.moved, patience).await;
        let Some(connection) = held else {
            return Err(Refused::Held(self.holder().clone()));
        };
        *self.holder() = holder;
        Ok(Held {
            connection,
            database: Arc::clone(self),
        })
    }

    fn holder(&self) -> MutexGuard<'_, Holder> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why somebody did not get the connection.
#[derive(Debug)]
pub(super) enum Refused {
    /// There is none.
    ToOpen(Error),
    /// Somebody else has it and does not give it back.
    Held(Holder),
}

impl Drop for Held {
    fn drop(&mut self) {
        self.moved();
    }
}

impl Held {
    /// The holder gets on: whoever waits may wait on.
    pub(super) fn moved(&self) {
        self.database.moved.fetch_add(1, Relaxed);
    }
}

#[cfg(test)]
impl Held {
    /// A store in a file, or in memory, that nobody else has.
    pub(super) async fn of(path: Option<PathBuf>) -> Self {
        let database = Database::new("default", KeyValueStore { path });
        let holder = Holder {
            component: "test".into(),
            doing: "test",
        };
        let held = Arc::new(database)
            .hold(holder, Duration::from_secs(10))
            .await;
        held.unwrap_or_else(|_| panic!("it is free"))
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::{future::join, poll};
    use tokio::time::sleep;

    use super::*;

    /// How long those wait who do not wait for ever.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// A store in memory.
    fn database() -> Arc<Database> {
        let database = Database::new("default", KeyValueStore::default());
        database.check().unwrap();
        Arc::new(database)
    }

    async fn hold(database: &Arc<Database>, component: &str) -> Result<Held, Refused> {
        let holder = Holder {
            component: component.into(),
            doing: "test",
        };
        database.hold(holder, PATIENCE).await
    }

    #[tokio::test]
    async fn a_file_that_is_locked_at_the_start_is_opened_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let config = KeyValueStore { path: Some(path) };
        let database = Arc::new(Database::new("default", config));
        database.check().unwrap();
        assert!(database.set_up("a", b"1").is_err());
        other.execute_batch("COMMIT").unwrap();
        let held = hold(&database, "test").await.map_err(|_| ()).unwrap();
        assert_eq!(held.get("a").unwrap(), None);
    }

    #[tokio::test]
    async fn a_new_store_has_larger_pages_and_one_that_exists_keeps_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let spins = folder.path().join("spins.db");
        create_table(&Connection::open(&spins).unwrap()).unwrap();
        for (path, want) in [(folder.path().join("new.db"), PAGE_BYTES), (spins, 4096)] {
            let held = Held::of(Some(path)).await;
            let pages = "PRAGMA page_size";
            let bytes: u32 = held
                .connection
                .query_row(pages, [], |row| row.get(0))
                .unwrap();
            assert_eq!(bytes, want);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_is_given_to_one_after_the_other() {
        let database = database();
        let first = hold(&database, "first").await.map_err(|_| ()).unwrap();
        let mut second = pin!(hold(&database, "second"));
        assert!(poll!(&mut second).is_pending());
        drop(first);
        assert!(second.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_in_vain_is_told_who_has_the_store() {
        let database = database();
        let _first = hold(&database, "first").await.map_err(|_| ()).unwrap();
        match hold(&database, "second").await.map(drop) {
            Err(Refused::Held(by)) => assert_eq!(&*by.component, "first"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_holder_that_gets_on_is_waited_for() {
        let database = database();
        let first = hold(&database, "first").await.map_err(|_| ()).unwrap();
        let moving = async {
            for _ in 0..100 {
                sleep(PATIENCE / 2).await;
                first.moved();
            }
            drop(first);
        };
        let (second, ()) = join(hold(&database, "second"), moving).await;
        assert!(second.is_ok());
    }
}
