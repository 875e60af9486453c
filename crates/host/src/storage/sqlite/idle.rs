//! Connections that wait for their next user.
//!
//! To open a connection, SQLite reads and parses the whole schema, and prepares each statement anew. That takes longer
//! than most requests need it, and with instances that live for 128 requests it happens for one request in ten. So a
//! connection that did nothing but read goes to the next guest that opens one. SQLite says of each statement what it
//! does, and a connection on which something could be left behind (a change, a setting, a transaction, a temporary or
//! attached table) is closed.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    task::spawn_blocking,
    time::{Instant, sleep},
};

use super::open::Open;
use crate::storage::file::DatabaseFile;

/// How many of a database wait, at most.
const MAX_IDLE: usize = 32;

/// After how long one that waits is closed, looked at as often: the file of a database that nobody uses is not kept
/// open.
const MAX_IDLE_TIME: Duration = Duration::from_secs(1);

/// Connections of one database that wait, each since when; the one that came last is the first to go.
#[derive(Default)]
pub(super) struct Idle(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    connections: Vec<(Instant, Open)>,
    /// When a task last looked whether one has waited for too long; none where there is no such task.
    watched: Option<Instant>,
}

impl Waiting {
    /// Whether a task will look again. It ends with the thread that began it.
    fn is_watched(&self) -> bool {
        self.watched
            .is_some_and(|looked| looked.elapsed() < 2 * MAX_IDLE_TIME)
    }
}

impl Idle {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection, if there is one that is still right: the file and its schema are as they were.
    pub(super) fn take(&self, file: &DatabaseFile) -> Option<Open> {
        let (_, open) = self.waiting().connections.pop()?;
        if open.is_up_to_date(file) {
            return Some(open);
        }
        // The others are likely to be wrong, too.
        let others = mem::take(&mut self.waiting().connections);
        close((open, others));
        None
    }

    /// Takes a connection back, for the next guest or to close it.
    pub(super) fn give(self: &Arc<Self>, mut open: Open) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if !open.is_as_new() {
            return close(open);
        }
        let mut waiting = self.waiting();
        if waiting.connections.len() == MAX_IDLE {
            drop(waiting);
            return close(open);
        }
        waiting.connections.push((Instant::now(), open));
        if !waiting.is_watched() {
            waiting.watched = Some(Instant::now());
            runtime.spawn(watch(Arc::downgrade(self)));
        }
    }
}

/// Closes connections once they have waited for too long, until there are none.
async fn watch(idle: Weak<Idle>) {
    loop {
        sleep(MAX_IDLE_TIME).await;
        let Some(idle) = idle.upgrade() else { return };
        let mut waiting = idle.waiting();
        let old = |(since, _): &(Instant, Open)| since.elapsed() >= MAX_IDLE_TIME;
        let number = waiting.connections.iter().take_while(|c| old(c)).count();
        let closed: Vec<_> = waiting.connections.drain(..number).collect();
        let is_over = waiting.connections.is_empty();
        waiting.watched = (!is_over).then(Instant::now);
        drop(waiting);
        close(closed);
        if is_over {
            return;
        }
    }
}

/// Closes connections on a thread where it may take a while: a transaction may have to be rolled back.
fn close(connections: impl Send + 'static) {
    spawn_blocking(move || drop(connections));
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use tempfile::TempDir;
    use tokio::time::advance;

    use super::*;

    struct Database {
        file: DatabaseFile,
        idle: Arc<Idle>,
    }

    impl Database {
        fn new(path: Option<PathBuf>) -> Self {
            Self {
                file: DatabaseFile::new(path),
                idle: Arc::default(),
            }
        }

        fn open(&self) -> rusqlite::Result<Open> {
            Open::new(&self.file, true)
        }
    }

    /// A database with a table `t`, in a file of this folder.
    fn database() -> (TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(Some(folder.path().join("a.db")));
        let open = database.open().unwrap();
        open.connection
            .execute_batch(
                "CREATE TABLE t (x); CREATE VIRTUAL TABLE words USING fts5 (x); \
                 INSERT INTO words VALUES ('wake'), ('up')",
            )
            .unwrap();
        (folder, database)
    }

    fn waiting(database: &Database) -> usize {
        database.idle.waiting().connections.len()
    }

    /// Whether a connection is used again on which this ran, whatever became of it.
    fn is_used_again(database: &Database, sql: &str) -> bool {
        let open = database.open().unwrap();
        let _ = open.connection.execute_batch(sql);
        database.idle.give(open);
        database.idle.take(&database.file).is_some()
    }

    #[tokio::test]
    async fn a_connection_that_did_nothing_but_read_is_used_again() {
        let (_folder, database) = database();
        for sql in [
            "",
            "SELECT 1",
            "SELECT count(*) FROM t WHERE x = 'a'",
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9) SELECT i FROM n",
            "SELECT * FROM words WHERE words MATCH 'wake'",
            "SELECT value FROM json_each('[1]')",
            "no SQL",
        ] {
            assert!(is_used_again(&database, sql), "{sql}");
        }
    }

    #[tokio::test]
    async fn one_that_did_more_is_closed() {
        let (_folder, database) = database();
        for sql in [
            "INSERT INTO t VALUES (1)",
            "INSERT INTO t SELECT 1 WHERE false",
            "UPDATE t SET x = 2",
            "DELETE FROM t",
            "CREATE TABLE IF NOT EXISTS t (x)",
            "CREATE TEMP TABLE other (x)",
            "CREATE TEMP VIEW other AS SELECT 1",
            "ATTACH ':memory:' AS other",
            "ATTACH char(58) || 'memory:' AS other",
            "PRAGMA case_sensitive_like = ON",
            "PRAGMA cache_size = 1",
            "SELECT * FROM pragma_cache_size",
            "SELECT * FROM temp.sqlite_schema",
            "PRAGMA schema_version = 1",
            "BEGIN",
            "BEGIN; COMMIT",
            "SAVEPOINT a",
            "ANALYZE",
            "REINDEX",
            "VACUUM",
            "SELECT 1; DELETE FROM t",
        ] {
            assert!(!is_used_again(&database, sql), "{sql}");
        }
    }

    #[tokio::test]
    async fn one_that_knows_another_schema_is_closed() {
        let (_folder, database) = database();
        let [open, other] = [(); 2].map(|()| database.open().unwrap());
        database.idle.give(open);
        let alter = "ALTER TABLE t ADD COLUMN y";
        other.connection.execute_batch(alter).unwrap();
        assert!(database.idle.take(&database.file).is_none());
        let open = database.open().unwrap();
        let prepared = open.connection.prepare("SELECT * FROM t").unwrap();
        assert_eq!(prepared.column_count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_old_is_closed() {
        let (_folder, database) = database();
        let open = database.open().unwrap();
        advance(Duration::from_secs(60)).await;
        database.idle.give(open);
        assert_eq!(waiting(&database), 0);
    }

    #[tokio::test]
    async fn one_in_memory_is_closed() {
        let database = Database::new(None);
        assert!(!is_used_again(&database, "SELECT 1"));
    }

    #[tokio::test]
    async fn another_file_in_the_place_of_the_first_has_connections_of_its_own() {
        let (folder, database) = database();
        for _ in 0..2 {
            let open = [(); 2].map(|()| database.open().unwrap());
            open.into_iter().for_each(|open| database.idle.give(open));
            assert_eq!(waiting(&database), 2);
            fs::rename(folder.path().join("a.db"), folder.path().join("old.db")).unwrap();
            database.open().unwrap();
            assert!(database.idle.take(&database.file).is_none());
            assert_eq!(waiting(&database), 0);
        }
    }

    #[tokio::test]
    async fn only_so_many_wait() {
        let (_folder, database) = database();
        let open: Vec<_> = (0..=MAX_IDLE).map(|_| database.open().unwrap()).collect();
        open.into_iter().for_each(|open| database.idle.give(open));
        assert_eq!(waiting(&database), MAX_IDLE);
    }

    #[tokio::test(start_paused = true)]
    async fn they_wait_for_only_so_long() {
        let (_folder, database) = database();
        let wait = async |time: Duration| {
            advance(time).await;
            tokio::task::yield_now().await;
            waiting(&database)
        };
        let open = [(); 2].map(|()| database.open().unwrap());
        for open in open {
            database.idle.give(open);
            // The task that closes them has begun to wait.
            tokio::task::yield_now().await;
            wait(MAX_IDLE_TIME / 2).await;
        }
        assert_eq!(wait(Duration::from_millis(1)).await, 1);
        assert_eq!(wait(MAX_IDLE_TIME).await, 0);
        // It begins anew with the next one.
        assert!(is_used_again(&database, "SELECT 1"));
    }
}
