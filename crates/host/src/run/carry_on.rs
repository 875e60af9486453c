//! Work that goes on where nobody waits for it any more.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;

/// A future that is polled by who waits for it. Where it is dropped before its end, it becomes a task of
/// the runtime and goes on there.
///
/// A task from the beginning would be spawned, woken and joined for each request; this one is spawned only
/// where a client leaves early.
pub(crate) struct CarryOn<F: Future<Output: Send> + Send + 'static>(Option<Pin<Box<F>>>);

/// The future panicked. What it said was written by the panic's hook.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Panicked;

impl<F: Future<Output: Send> + Send + 'static> CarryOn<F> {
    pub(crate) fn new(future: F) -> Self {
        Self(Some(Box::pin(future)))
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for CarryOn<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = &mut self.0 else {
            return Poll::Ready(Err(Panicked));
        };
        // It is not polled again after a panic, so nobody sees what that left behind.
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        let ended = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(_) => Err(Panicked),
        };
        self.0 = None;
        Poll::Ready(ended)
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for CarryOn<F> {
    fn drop(&mut self) {
        // A runtime that is shutting down drops it.
        if let (Some(future), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(future);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn it_goes_on_when_nobody_waits() {
        let (go, wait) = oneshot::channel::<()>();
        let (done, ended) = oneshot::channel();
        let mut work = CarryOn::new(async {
            wait.await.unwrap();
            done.send(()).unwrap();
        });
        assert!(futures::poll!(&mut work).is_pending());
        drop(work);
        go.send(()).unwrap();
        ended.await.unwrap();
    }

    #[tokio::test]
    async fn it_ends_with_what_it_gives_or_with_its_panic() {
        assert_eq!(CarryOn::new(async { 1 }).await, Ok(1));
        let panics = async || -> u8 { std::panic::resume_unwind(Box::new("a panic")) };
        assert_eq!(CarryOn::new(panics()).await, Err(Panicked));
    }
}
