//! The database behind a label: a file or memory, one connection, and whose it is.

use std::{
    fs,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use anyhow::{Context as _, bail};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, limits::Limit, params};
use tokio::{
    sync::{self, OnceCell, OwnedMutexGuard},
    task::spawn_blocking,
};

use super::{Error, internal, other};
use crate::{patience::stand, runtime_config::KeyValueStore};

/// Bytes of a value, the place for it included; Spin's number for what it reads. Here
/// nothing larger is written either.
const MAX_VALUE_BYTES: usize = 128 << 20;

/// The table, and how it is declared, are Spin's.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL,
    key   TEXT NOT NULL,
    value BLOB NOT NULL,

    PRIMARY KEY (store, key)
)";

/// One database.
pub(super) struct Database {
    label: String,
    config: KeyValueStore,
    /// None until it is first wanted.
    connection: OnceCell<Arc<sync::Mutex<Connection>>>,
    /// Who has the connection.
    holder: Mutex<Holder>,
    /// How often the connection has been given back, or a key of a stream taken.
    moved: AtomicU64,
}

/// Who has a connection, and for what.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) component: Arc<str>,
    pub(super) doing: &'static str,
}

/// A connection, held by somebody until this is dropped.
pub(super) struct Held {
    connection: OwnedMutexGuard<Connection>,
    database: Arc<Database>,
}

impl Database {
    pub(super) fn new(label: String, config: KeyValueStore) -> Self {
        let nobody = Holder {
            component: "".into(),
            doing: "",
        };
        Self {
            label,
            config,
            connection: OnceCell::new(),
            holder: Mutex::new(nobody),
            moved: AtomicU64::new(0),
        }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// Where it is, for messages.
    pub(super) fn place(&self) -> String {
        match &self.config.path {
            Some(path) => path.display().to_string(),
            None => "in memory".to_owned(),
        }
    }

    /// Opens it, unless another program is at it: that passes.
    ///
    /// # Errors
    ///
    /// A file that cannot be opened or written, or is no database.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        if self.connection.initialized() {
            return Ok(());
        }
        self.create_folder().context("its folder cannot be made")?;
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
                database.create_folder().map_err(other)?;
                database.connect().map_err(other)
            });
            let connection = opened.await.unwrap_or_else(|_panicked| Err(internal()))?;
            Ok(Arc::new(sync::Mutex::new(connection)))
        };
        self.connection.get_or_try_init(open).await
    }

    fn create_folder(&self) -> std::io::Result<()> {
        let folder = self.config.path.as_deref().and_then(Path::parent);
        folder.map_or(Ok(()), fs::create_dir_all)
    }

    /// A connection as Spin has it: the rollback journal, and a busy timeout of 5 s,
    /// which is the default of `rusqlite`.
    fn connect(&self) -> rusqlite::Result<Connection> {
        let connection = match &self.config.path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        // Nothing larger can reach a guest, and SQLite would take a gigabyte for it.
        let limit = i32::try_from(MAX_VALUE_BYTES).unwrap_or(i32::MAX);
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, limit)?;
        connection.execute(TABLE, [])?;
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

    /// Sets a key before anybody else has the connection.
    ///
    /// # Errors
    ///
    /// It cannot be opened or written.
    pub(super) fn set_up(&self, key: &str, value: &[u8]) -> anyhow::Result<()> {
        self.check()?;
        let connection = self.connection.get().context("it is locked")?;
        let connection = connection.try_lock().context("it is in use already")?;
        Ok(set(&connection, &self.label, key, value)?)
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

    fn store(&self) -> &str {
        &self.database.label
    }

    /// The value of a key.
    ///
    /// # Errors
    ///
    /// SQLite's, and a value over [`MAX_VALUE_BYTES`].
    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT value FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(other)?;
        let value = statement.query_row([self.store(), key], |row| row.get::<_, Vec<u8>>(0));
        let value = match value.optional() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::TooBig) => {
                return Err(too_large());
            }
            value => value.map_err(other)?,
        };
        let bytes = size_of::<Option<Vec<u8>>>() + value.as_ref().map_or(0, Vec::len);
        if bytes > MAX_VALUE_BYTES {
            return Err(too_large());
        }
        Ok(value)
    }

    /// Sets a key to a value.
    ///
    /// # Errors
    ///
    /// SQLite's.
    pub(super) fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        set(&self.connection, self.store(), key, value).map_err(other)
    }

    /// Deletes a key, if there is such a one.
    ///
    /// # Errors
    ///
    /// SQLite's.
    pub(super) fn delete(&self, key: &str) -> Result<(), Error> {
        let sql = "DELETE FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(other)?;
        let deleted = statement.execute([self.store(), key]);
        deleted.map(drop).map_err(other)
    }

    /// Whether there is a key. Spin reads its value for it.
    ///
    /// # Errors
    ///
    /// SQLite's.
    pub(super) fn exists(&self, key: &str) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM spin_key_value WHERE store = ?1 AND key = ?2";
        let mut statement = self.connection.prepare_cached(sql).map_err(other)?;
        statement.exists([self.store(), key]).map_err(other)
    }

    /// Hands each key to `take`, until there are no more or it fails.
    ///
    /// # Errors
    ///
    /// SQLite's, and that of `take`.
    pub(super) fn keys(
        &self,
        mut take: impl FnMut(String) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sql = "SELECT key FROM spin_key_value WHERE store = ?1";
        let mut statement = self.connection.prepare_cached(sql).map_err(other)?;
        let mut rows = statement.query([self.store()]).map_err(other)?;
        while let Some(row) = rows.next().map_err(other)? {
            take(row.get(0).map_err(other)?)?;
        }
        Ok(())
    }
}

fn set(connection: &Connection, store: &str, key: &str, value: &[u8]) -> rusqlite::Result<()> {
    let sql = "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3)
               ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params![store, key, value]).map(drop)
}

/// The error for a value that is too large to be read, in Spin's words.
fn too_large() -> Error {
    Error::Other(format!(
        "query result exceeds limit of {MAX_VALUE_BYTES} bytes"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store in memory, held.
    async fn held() -> Held {
        let database = Database::new("default".to_owned(), KeyValueStore::default());
        let holder = Holder {
            component: "test".into(),
            doing: "test",
        };
        let held = Arc::new(database).hold(holder, Duration::MAX).await;
        held.unwrap_or_else(|_| panic!("it is free"))
    }

    fn text(result: Result<impl Sized, Error>) -> String {
        match result {
            Err(Error::Other(text)) => text,
            Err(other) => format!("{other:?}"),
            Ok(_) => "no error".to_owned(),
        }
    }

    #[tokio::test]
    async fn the_largest_value_is_read_and_a_larger_one_is_not_written() {
        let held = held().await;
        let most = MAX_VALUE_BYTES - size_of::<Option<Vec<u8>>>();
        let mut value = vec![1; most];
        held.set("k", &value).unwrap();
        assert_eq!(held.get("k").unwrap().map(|read| read.len()), Some(most));
        value.resize(MAX_VALUE_BYTES, 1);
        let error = text(held.set("k", &value));
        assert!(error.contains("TooBig"), "{error}");
        assert_eq!(held.get("k").unwrap().map(|read| read.len()), Some(most));
    }

    #[tokio::test]
    async fn a_larger_value_of_another_program_is_an_error() {
        let held = held().await;
        let most = MAX_VALUE_BYTES - size_of::<Option<Vec<u8>>>();
        for bytes in [most + 1, MAX_VALUE_BYTES + 1] {
            let limit = Limit::SQLITE_LIMIT_LENGTH;
            let usual = held.connection.limit(limit).unwrap();
            held.connection.set_limit(limit, i32::MAX).unwrap();
            let insert =
                "INSERT OR REPLACE INTO spin_key_value VALUES ('default', 'k', zeroblob(?))";
            held.connection.execute(insert, [bytes as i64]).unwrap();
            held.connection.set_limit(limit, usual).unwrap();
            let error = text(held.get("k"));
            let want = "query result exceeds limit of 134217728 bytes";
            assert_eq!(error, want, "{bytes}");
            assert!(held.exists("k").unwrap(), "{bytes}");
        }
    }
}
