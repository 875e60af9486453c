//! The threads that statements run on.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

use super::error::{Error, internal, io};

/// Statements that may run at the same time, open row streams included. Half of the
/// blocking threads that tokio has by default, so that the others, which read and
/// write files for the components, never wait for a database.
const MAX_STATEMENTS: usize = 256;

/// How long a statement waits for a thread. Without a limit, guests that use two connections at the
/// same time could block one another for ever.
const THREAD_TIMEOUT: Duration = Duration::from_secs(30);

/// A thread that is reserved until this is dropped.
pub(super) struct Place(
    #[expect(dead_code, reason = "it is held, and given back at the end")] OwnedSemaphorePermit,
);

/// Threads for the statements of one application.
#[derive(Clone)]
pub(super) struct Threads(Arc<Semaphore>);

impl Default for Threads {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_STATEMENTS)))
    }
}

impl Threads {
    /// Waits for a thread.
    ///
    /// # Errors
    ///
    /// None got free in time.
    pub(super) async fn place(&self) -> Result<Place, Error> {
        let place = timeout(THREAD_TIMEOUT, Arc::clone(&self.0).acquire_owned()).await;
        match place {
            Ok(Ok(place)) => Ok(Place(place)),
            _ => Err(io("too many statements run at the same time")),
        }
    }
}

impl Place {
    /// Runs `work` on the thread and returns what it does.
    pub(super) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let work = move || {
            let _place = self;
            work()
        };
        let done = spawn_blocking(work).await;
        done.unwrap_or_else(|_panicked| Err(internal()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_more_waits_for_a_thread_and_is_told_in_the_end() {
        let threads = Threads::default();
        let mut places = Vec::new();
        for _ in 0..MAX_STATEMENTS {
            places.push(threads.place().await.unwrap());
        }
        let error = threads.place().await.map(drop).unwrap_err();
        assert!(matches!(error, Error::Io(text) if text.starts_with("too many statements")));
        places.pop();
        assert!(threads.place().await.is_ok());
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_gives_its_thread_back() {
        let threads = Threads::default();
        for _ in 0..=MAX_STATEMENTS {
            let place = threads.place().await.unwrap();
            let result =
                place.run(|| -> Result<(), Error> { std::panic::resume_unwind(Box::new(())) });
            let error = result.await.unwrap_err();
            assert!(matches!(error, Error::Io(text) if text == "internal runtime error"));
        }
    }
}
