//! Permits to take memory: an instance has 128 MiB, and a file of 16 MiB takes several times its size while it is
//! imported.
//!
//! An import takes its permit before its body is read, and gives it back with its answer. Several imports run side by
//! side if they fit into the budget; the one that came first goes first. A small import needs no permit. So a client
//! that announces a large file and sends it slowly delays large imports of the same instance, and nothing else. A
//! waiting import looks again after a while, as a task of a component cannot be sure to wake another one.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::Future,
    time::{Duration, Instant},
};

use http::header::CONTENT_LENGTH;
use kit::{Error, Request, Result};

use crate::import::flaw::MAX_BODY_BYTES;

/// How many bytes of text, in UTF-8, may be imported at the same time in one instance: one of the largest files.
const BUDGET_BYTES: u64 = MAX_BODY_BYTES;

/// How many bytes of text a byte of a file may become: in windows-1252 and macintosh, the euro sign is one of three.
const TEXT_BYTES_PER_BYTE: u64 = 3;

/// Texts up to here do not count: as many as an instance may be asked for at the same time fit in beside one of
/// the largest.
const SMALL_BYTES: u64 = 256 * 1024;

/// How long an import waits for others. The runtime ends its request after 30 s, in which it has to be done as well.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it waits until it looks again.
const PAUSE: Duration = Duration::from_millis(20);

thread_local! {
    /// An instance of a component is one thread.
    static QUEUE: RefCell<Queue> = const { RefCell::new(Queue::new()) };
}

/// How much of the budget is used, and who waits for a part of it, in the order they came.
struct Queue {
    next: u64,
    used_bytes: u64,
    waiting: VecDeque<u64>,
}

/// A part of the budget, or a place in the queue for it. It ends when it is dropped, as with the request of a client
/// that leaves.
pub(crate) struct MemoryPermit {
    number: u64,
    bytes: u64,
    is_granted: bool,
}

impl Queue {
    const fn new() -> Self {
        Self {
            next: 0,
            used_bytes: 0,
            waiting: VecDeque::new(),
        }
    }
}

impl MemoryPermit {
    /// Waits until a request's body may be read, with `sleep` between two looks at the queue and at the clock.
    ///
    /// # Errors
    /// 503 if others take too long.
    pub(crate) async fn take<F: Future<Output = ()>>(
        request: &Request,
        now: impl Fn() -> Instant,
        sleep: impl Fn(Duration) -> F,
    ) -> Result<Self> {
        let bytes = bytes_needed(request);
        if bytes <= SMALL_BYTES {
            return Ok(Self::exempt());
        }
        let mut permit = Self::queued(bytes);
        let since = now();
        while !permit.try_grant() {
            if now().duration_since(since) >= PATIENCE {
                return Err(Error::Unavailable {
                    detail: "other files are being imported, and this one was not: try again"
                        .to_owned(),
                    retry_after_seconds: 10,
                });
            }
            sleep(PAUSE).await;
        }
        Ok(permit)
    }

    /// That of a file that is small enough not to count.
    fn exempt() -> Self {
        Self {
            number: 0,
            bytes: 0,
            is_granted: true,
        }
    }

    fn queued(bytes: u64) -> Self {
        QUEUE.with_borrow_mut(|queue| {
            let number = queue.next;
            queue.next += 1;
            queue.waiting.push_back(number);
            Self {
                number,
                bytes,
                is_granted: false,
            }
        })
    }

    /// Takes its part of the budget if it is first in the queue and there is room; says whether it has it.
    fn try_grant(&mut self) -> bool {
        QUEUE.with_borrow_mut(|queue| {
            let has_room = queue.used_bytes + self.bytes <= BUDGET_BYTES;
            if queue.waiting.front() == Some(&self.number) && has_room {
                queue.waiting.pop_front();
                queue.used_bytes += self.bytes;
                self.is_granted = true;
            }
        });
        self.is_granted
    }
}

impl Drop for MemoryPermit {
    fn drop(&mut self) {
        QUEUE.with_borrow_mut(|queue| {
            if self.is_granted {
                queue.used_bytes -= self.bytes;
            } else {
                queue.waiting.retain(|number| *number != self.number);
            }
        });
    }
}

/// How long the body's text will be at most. Its encoding is not known before it is read. No text is longer than the
/// longest body.
fn bytes_needed(request: &Request) -> u64 {
    let length = request.headers().get(CONTENT_LENGTH);
    let said = length.and_then(|length| length.to_str().ok()?.parse().ok());
    said.map_or(MAX_BODY_BYTES, |bytes: u64| {
        bytes
            .saturating_mul(TEXT_BYTES_PER_BYTE)
            .min(MAX_BODY_BYTES)
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::executor::block_on;
    use http_body_util::Empty;

    use super::*;

    #[test]
    fn large_ones_go_one_by_one_and_small_ones_together() {
        let mut first = MemoryPermit::queued(BUDGET_BYTES);
        let mut second = MemoryPermit::queued(BUDGET_BYTES / 2);
        let mut third = MemoryPermit::queued(BUDGET_BYTES / 2);
        let mut fourth = MemoryPermit::queued(1);
        assert!(!second.try_grant(), "the first has not even begun");
        assert!(first.try_grant());
        assert!(!second.try_grant());
        drop(first);
        assert!(!third.try_grant(), "the second came earlier");
        assert!(second.try_grant() && third.try_grant());
        assert!(!fourth.try_grant());
        drop(third);
        assert!(fourth.try_grant() && fourth.try_grant());
    }

    #[test]
    fn who_leaves_takes_nobody_elses_permit_along() {
        let mut holder = MemoryPermit::queued(BUDGET_BYTES);
        assert!(holder.try_grant());
        let leaves = MemoryPermit::queued(1);
        let mut waits = MemoryPermit::queued(BUDGET_BYTES);
        drop(leaves);
        assert!(!waits.try_grant());
        drop(holder);
        assert!(waits.try_grant());
    }

    #[test]
    fn three_files_that_become_longer_in_utf_8_go_one_by_one() {
        // As long in UTF-8 as a file may be, and a third of that as it is sent.
        let bytes = MAX_BODY_BYTES / TEXT_BYTES_PER_BYTE;
        let request = || {
            let request = http::Request::post("/words/import").header(CONTENT_LENGTH, bytes);
            Request::new(request.body(Empty::<bytes::Bytes>::new()).unwrap())
        };
        let mut permits = [(); 3].map(|()| MemoryPermit::queued(bytes_needed(&request())));
        for at in 0..permits.len() {
            let come: Vec<bool> = permits.iter_mut().map(MemoryPermit::try_grant).collect();
            let first: Vec<bool> = (0..permits.len()).map(|other| other <= at).collect();
            assert_eq!(come, first);
            permits[at] = MemoryPermit::exempt();
        }
    }

    #[test]
    fn who_waits_too_long_is_told_to_try_again() {
        let request = |length: Option<&str>| {
            let mut request = http::Request::post("/words/import");
            if let Some(length) = length {
                request = request.header(CONTENT_LENGTH, length);
            }
            Request::new(request.body(Empty::<bytes::Bytes>::new()).unwrap())
        };
        let waited = Cell::new(Duration::ZERO);
        let sleep = |pause| {
            waited.set(waited.get() + pause);
            std::future::ready(())
        };
        let begin = Instant::now();
        let now = || begin + waited.get();
        let _holder = block_on(MemoryPermit::take(&request(None), now, sleep)).unwrap();
        assert_eq!(waited.get(), Duration::ZERO);
        let most = SMALL_BYTES / TEXT_BYTES_PER_BYTE;
        let small = most.to_string();
        assert!(block_on(MemoryPermit::take(&request(Some(&small)), now, sleep)).is_ok());
        assert_eq!(waited.get(), Duration::ZERO);
        let large = (most + 1).to_string();
        let refused = block_on(MemoryPermit::take(&request(Some(&large)), now, sleep)).err();
        assert!(
            matches!(refused, Some(Error::Unavailable { .. })),
            "{refused:?}"
        );
        assert_eq!(waited.get(), PATIENCE);
        assert_eq!(bytes_needed(&request(Some("1"))), TEXT_BYTES_PER_BYTE);
        for longest in ["99999999999", &u64::MAX.to_string()] {
            assert_eq!(bytes_needed(&request(Some(longest))), MAX_BODY_BYTES);
        }
    }
}
