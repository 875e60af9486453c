//! A database and a store for native tests.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use futures::{TryStreamExt as _, executor::block_on};
use kit::{
    Result,
    blobs::{self, Blobs},
    db::{Database, DbError, Rows, TestDatabase, Value, migrate, params},
    key_value::TestStore,
};

use super::{Description, Incoming, Kept, MIGRATIONS, Owner, Picture, Pictures, Uploader};

/// What is left alone for how long, unless a test says otherwise.
pub(crate) const GRACE: Duration = Duration::from_secs(60);

/// Small chunks make quick tests.
pub(crate) const CHUNK_BYTES: usize = 64;

/// What pictures are kept in.
pub(crate) struct Storage {
    pub(crate) db: Slow,
    pub(crate) store: TestStore,
    grace: Duration,
    chunk_bytes: usize,
}

/// The pictures of a test.
pub(crate) type TestPictures<'a> = Pictures<&'a Slow, TestStore>;

/// A database that waits once before each statement, so that a test can do something else there or stop, and
/// whose statements can fail.
pub(crate) struct Slow {
    db: TestDatabase,
    /// Every statement so far, with its parameters.
    pub(crate) statements: RefCell<Vec<(String, Vec<Value>)>>,
    /// How many since a fault was asked for, and the one that fails.
    count: Cell<usize>,
    fault: Cell<Option<Fault>>,
}

/// What goes wrong with a statement, counted from 1.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// It is not run.
    Refused(usize),
    /// It is run, and fails all the same.
    Unsure(usize),
}

impl Slow {
    pub(crate) fn fail(&self, fault: Option<Fault>) {
        self.count.set(0);
        self.fault.set(fault);
    }

    pub(crate) fn count(&self) -> usize {
        self.count.get()
    }
}

impl Database for Slow {
    async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        let mut waited = false;
        poll_fn(|context| {
            if std::mem::replace(&mut waited, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let asked = (statement.to_owned(), parameters.clone());
        self.statements.borrow_mut().push(asked);
        let number = self.count.get() + 1;
        self.count.set(number);
        let broken = || DbError::Other("a fault of the test".to_owned());
        match self.fault.get() {
            Some(Fault::Refused(n)) if n == number => Err(broken()),
            Some(Fault::Unsure(n)) if n == number => self
                .db
                .execute(statement, parameters)
                .await
                .and(Err(broken())),
            _ => self.db.execute(statement, parameters).await,
        }
    }
}

impl Storage {
    pub(crate) fn new() -> Self {
        Self::with_grace(GRACE)
    }

    pub(crate) fn with_grace(grace: Duration) -> Self {
        let db = Slow {
            db: TestDatabase::in_memory(),
            statements: RefCell::default(),
            count: Cell::new(0),
            fault: Cell::new(None),
        };
        block_on(migrate(&db, MIGRATIONS)).unwrap();
        Self {
            db,
            store: TestStore::default(),
            grace,
            chunk_bytes: CHUNK_BYTES,
        }
    }

    /// The same with chunks of the usual length.
    pub(crate) fn with_usual_chunks() -> Self {
        Self {
            chunk_bytes: blobs::CHUNK_BYTES,
            ..Self::new()
        }
    }

    pub(crate) fn pictures(&self) -> TestPictures<'_> {
        Pictures {
            db: &self.db,
            blobs: Blobs::with_chunks(self.store.clone(), self.chunk_bytes),
            grace: self.grace,
        }
    }

    fn sql(&self, statement: &str, parameters: Vec<Value>) -> Rows {
        block_on(self.db.db.execute(statement, parameters)).unwrap()
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).unwrap();
        self.sql(
            "UPDATE uploads SET touched_at = touched_at - ?",
            params![ms],
        );
    }

    /// How many rows there are, and how many blobs with chunks.
    pub(crate) fn left(&self) -> (usize, usize) {
        let rows = self.sql("SELECT id FROM uploads", params![]).len();
        let mut blobs: Vec<_> = self.store.sorted_keys();
        blobs
            .iter_mut()
            .for_each(|key| key.truncate(key.rfind('/').unwrap()));
        blobs.dedup();
        (rows, blobs.len())
    }

    /// Cleans up, as later uploads do, when nobody uses anything any more, and checks that nothing is left but
    /// pictures that are whole.
    pub(crate) fn assert_clean(&self) {
        self.db.fail(None);
        self.store.fail(None);
        // Those that were never kept take two.
        for _ in 0..2 {
            self.wait(self.grace + Duration::from_secs(1));
            while block_on(self.pictures().clean_up()).unwrap() > 0 {}
        }
        let rows = self.sql(
            "SELECT blob, chunks, name, state FROM uploads ORDER BY blob",
            params![],
        );
        let mut keys = Vec::new();
        for row in rows.iter() {
            assert_eq!(row.get("state"), Ok("kept"));
            let (blob, chunks): (&str, i64) =
                (row.get("blob").unwrap(), row.get("chunks").unwrap());
            keys.extend((0..chunks).map(|index| format!("blob/{blob}/{index:05}")));
            let name: &str = row.get("name").unwrap();
            assert!(is_whole(&self.read(name).unwrap()), "{name}");
        }
        assert_eq!(self.store.sorted_keys(), keys);
    }

    /// The picture of a name, and its bytes; `None` where there is none.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let pictures = self.pictures();
        let picture = block_on(pictures.find(name)).unwrap()?;
        Some(block_on(read(&pictures, &picture)).unwrap())
    }
}

/// An account that is no administrator.
pub(crate) fn account(id: i64, name: &str) -> Uploader {
    let name = name.to_owned();
    Uploader {
        account: Some(Owner { id, name }),
        is_admin: false,
    }
}

/// Content that takes three chunks, each byte the same.
pub(crate) fn content(byte: u8) -> Vec<u8> {
    vec![byte; 2 * CHUNK_BYTES + 1]
}

/// Whether it is such content.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    bytes.len() == 2 * CHUNK_BYTES + 1 && bytes.windows(2).all(|two| two[0] == two[1])
}

/// Takes a picture in, up to where it would be kept.
pub(crate) async fn incoming<'a>(
    pictures: &'a TestPictures<'_>,
    name: &str,
    byte: u8,
) -> Result<Incoming<'a, &'a Slow, TestStore>> {
    let mut incoming = pictures.begin(name).await?;
    for piece in content(byte).chunks(CHUNK_BYTES / 2 + 7) {
        if let Err(error) = incoming.write(Bytes::copy_from_slice(piece)).await {
            incoming.give_up().await;
            return Err(error);
        }
    }
    Ok(incoming)
}

/// Uploads a picture; `None` where it may not replace the one that is there.
pub(crate) async fn upload(
    pictures: &TestPictures<'_>,
    name: &str,
    byte: u8,
    uploader: &Uploader,
) -> Result<Option<Picture>> {
    let mut incoming = incoming(pictures, name, byte).await?;
    let description = Description {
        content_type: "image/png",
        info: None,
    };
    let error = match incoming.keep(uploader, &description).await {
        Ok(Kept::Picture(picture)) => return Ok(Some(picture)),
        Ok(Kept::BelongsTo(_)) => None,
        Err(error) => Some(error),
    };
    incoming.give_up().await;
    error.map_or(Ok(None), Err)
}

pub(crate) async fn read(pictures: &TestPictures<'_>, picture: &Picture) -> Result<Vec<u8>> {
    let touch = || async { Ok(()) };
    let chunks = pictures.read_with(picture, 0..picture.size, touch);
    let chunks: Vec<Bytes> = chunks.try_collect().await?;
    Ok(chunks.concat())
}
