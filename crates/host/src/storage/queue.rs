//! Waiting in a queue for as long as it moves.

use std::{
    pin::pin,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use tokio::time::timeout;

/// Waits for `place`, however long the queue before it is: `None` once the count of
/// `moved` has stood still for `patience`.
pub(crate) async fn stand<T>(
    place: impl Future<Output = T>,
    moved: &AtomicU64,
    patience: Duration,
) -> Option<T> {
    let mut place = pin!(place);
    loop {
        let before = moved.load(Relaxed);
        if let Ok(place) = timeout(patience, &mut place).await {
            return Some(place);
        }
        if before == moved.load(Relaxed) {
            return None;
        }
    }
}
