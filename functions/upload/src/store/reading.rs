//! Reading a picture, however long that takes.

use std::{
    future::Future,
    ops::Range,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::stream::{self, Stream, StreamExt as _};
use kit::{
    Result,
    db::{Connection, Database, DbError, params},
    key_value::{KeyValue, Store},
};

use super::{MIGRATIONS, NOW, Picture, Pictures};

/// A reader says at most so often that it goes on.
const LEAST_BETWEEN_TOUCHES: Duration = Duration::from_millis(250);

impl Pictures<Connection, Store> {
    /// The bytes of a range of a picture, whatever becomes of its name meanwhile. No clean-up takes them away while
    /// somebody reads a chunk at least every half of the time of grace.
    pub(crate) fn read(
        &self,
        picture: &Picture,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes>> + Send + use<> {
        let id = picture.id;
        self.read_with(picture, range, move || async move {
            // A body may take minutes, and connections are few: one is opened for the moment that it is needed.
            touch(&Connection::open(MIGRATIONS).await?, id).await
        })
    }
}

impl<D: Database, S: KeyValue> Pictures<D, S> {
    /// The same, where `touch` says in the row of a picture that it is still read.
    pub(super) fn read_with<T, F>(
        &self,
        picture: &Picture,
        range: Range<u64>,
        touch: T,
    ) -> impl Stream<Item = Result<Bytes>> + use<D, S, T, F>
    where
        T: Fn() -> F,
        F: Future<Output = Result<(), DbError>>,
    {
        let chunks = Box::pin(self.blobs.read(picture.blob.clone(), range));
        let between = (self.grace / 4).max(LEAST_BETWEEN_TOUCHES);
        let begin = (chunks, Instant::now(), touch);
        stream::unfold(begin, move |(mut chunks, mut touched, touch)| async move {
            if touched.elapsed() >= between {
                touched = Instant::now();
                if let Err(error) = touch().await {
                    eprintln!("a clean-up may take away a picture that is being read: {error}");
                }
            }
            let chunk = chunks.next().await?;
            Some((chunk, (chunks, touched, touch)))
        })
    }
}

/// Says of a picture that was replaced or deleted that it is still read.
pub(super) async fn touch(db: &impl Database, id: i64) -> Result<(), DbError> {
    let touch = format!("UPDATE uploads SET touched_at = {NOW} WHERE id = ? AND state = 'gone'");
    db.execute(&touch, params![id]).await?;
    Ok(())
}
