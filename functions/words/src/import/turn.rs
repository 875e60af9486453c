//! One large import after the other: an instance has 128 MiB, and a file of 16 MiB takes several times its
//! size while it is imported.
//!
//! An import takes its part of the budget before its body is read, and gives it back with its answer. Several go
//! on side by side where they fit in, and whoever came first goes first. Small ones have no need to wait: a client
//! that announces a large file and sends it as slowly as the runtime lets it keeps large ones of the same instance
//! waiting, and nobody else. Nobody is woken, as a task of a component cannot
//! be sure to wake another one: who waits looks again after a while.

use std::{
    cell::RefCell,
    collections::VecDeque,
    future::Future,
    time::{Duration, Instant},
};

use http::header::CONTENT_LENGTH;
use kit::{Error, Request, Result};

use super::MAX_BODY_BYTES;

/// How many bytes of text, in UTF-8, may be imported at the same time in one instance: one of the largest files.
const BUDGET_BYTES: u64 = MAX_BODY_BYTES;

/// How many bytes of text a byte of a file may become: in windows-1252 and macintosh, the euro sign is one of three.
const TEXT_BYTES_PER_BYTE: u64 = 3;

/// Texts up to here do not count: as many as an instance may be asked for at the same time fit in beside one of
/// the largest.
const SMALL_BYTES: u64 = 256 * 1024;

/// How long an import waits for others. The runtime gives its request up after 30 s, in which it has to be
/// done as well.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it waits until it looks again.
const PAUSE: Duration = Duration::from_millis(20);

thread_local! {
    /// An instance of a component is one thread.
    static LINE: RefCell<Line> = const { RefCell::new(Line::new()) };
}

/// Who imports, and who wants to, in the order they came.
struct Line {
    next: u64,
    used_bytes: u64,
    waiting: VecDeque<u64>,
}

/// A part of the budget, or a place in the line for it; over when it is dropped. A client that leaves takes
/// its request with it.
pub(super) struct Turn {
    number: u64,
    bytes: u64,
    has_come: bool,
}

impl Line {
    const fn new() -> Self {
        Self {
            next: 0,
            used_bytes: 0,
            waiting: VecDeque::new(),
        }
    }
}

impl Turn {
    /// Waits until a request's body may be read, with `sleep` between two looks at the line and at the clock.
    ///
    /// # Errors
    /// 503 where others take too long.
    pub(super) async fn take<F: Future<Output = ()>>(
        request: &Request,
        now: impl Fn() -> Instant,
        sleep: impl Fn(Duration) -> F,
    ) -> Result<Self> {
        let bytes = bytes_of(request);
        if bytes <= SMALL_BYTES {
            return Ok(Self::without_line());
        }
        let mut turn = Self::at_the_end(bytes);
        let since = now();
        while !turn.comes() {
            if now().duration_since(since) >= PATIENCE {
                return Err(Error::Unavailable {
                    detail: "other files are being imported; nothing of this one was, so try again"
                        .to_owned(),
                    retry_after_seconds: 10,
                });
            }
            sleep(PAUSE).await;
        }
        Ok(turn)
    }

    /// That of a file that does not count.
    fn without_line() -> Self {
        Self {
            number: 0,
            bytes: 0,
            has_come: true,
        }
    }

    fn at_the_end(bytes: u64) -> Self {
        LINE.with_borrow_mut(|line| {
            let number = line.next;
            line.next += 1;
            line.waiting.push_back(number);
            Self {
                number,
                bytes,
                has_come: false,
            }
        })
    }

    /// Whether it is first in line and there is room.
    fn comes(&mut self) -> bool {
        LINE.with_borrow_mut(|line| {
            let has_room = line.used_bytes + self.bytes <= BUDGET_BYTES;
            if line.waiting.front() == Some(&self.number) && has_room {
                line.waiting.pop_front();
                line.used_bytes += self.bytes;
                self.has_come = true;
            }
        });
        self.has_come
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        LINE.with_borrow_mut(|line| {
            if self.has_come {
                line.used_bytes -= self.bytes;
            } else {
                line.waiting.retain(|number| *number != self.number);
            }
        });
    }
}

/// How long the body's text will be at most: which encoding it has, nobody knows before it is read. No text is longer
/// than the longest body.
fn bytes_of(request: &Request) -> u64 {
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
        let mut first = Turn::at_the_end(BUDGET_BYTES);
        let mut second = Turn::at_the_end(BUDGET_BYTES / 2);
        let mut third = Turn::at_the_end(BUDGET_BYTES / 2);
        let mut fourth = Turn::at_the_end(1);
        assert!(!second.comes(), "the first has not even begun");
        assert!(first.comes());
        assert!(!second.comes());
        drop(first);
        assert!(!third.comes(), "the second came earlier");
        assert!(second.comes() && third.comes());
        assert!(!fourth.comes());
        drop(third);
        assert!(fourth.comes() && fourth.comes());
    }

    #[test]
    fn who_leaves_takes_nobody_elses_turn_along() {
        let mut holder = Turn::at_the_end(BUDGET_BYTES);
        assert!(holder.comes());
        let leaves = Turn::at_the_end(1);
        let mut waits = Turn::at_the_end(BUDGET_BYTES);
        drop(leaves);
        assert!(!waits.comes());
        drop(holder);
        assert!(waits.comes());
    }

    #[test]
    fn three_files_that_become_longer_in_utf_8_go_one_by_one() {
        // As long in UTF-8 as a file may be, and a third of that as it is sent.
        let bytes = MAX_BODY_BYTES / TEXT_BYTES_PER_BYTE;
        let request = || {
            let request = http::Request::post("/words/import").header(CONTENT_LENGTH, bytes);
            Request::new(request.body(Empty::<bytes::Bytes>::new()).unwrap())
        };
        let mut turns = [(); 3].map(|()| Turn::at_the_end(bytes_of(&request())));
        for at in 0..turns.len() {
            let come: Vec<bool> = turns.iter_mut().map(Turn::comes).collect();
            let first: Vec<bool> = (0..turns.len()).map(|other| other <= at).collect();
            assert_eq!(come, first);
            turns[at] = Turn::without_line();
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
        let _holder = block_on(Turn::take(&request(None), now, sleep)).unwrap();
        assert_eq!(waited.get(), Duration::ZERO);
        let most = SMALL_BYTES / TEXT_BYTES_PER_BYTE;
        let small = most.to_string();
        assert!(block_on(Turn::take(&request(Some(&small)), now, sleep)).is_ok());
        assert_eq!(waited.get(), Duration::ZERO);
        let large = (most + 1).to_string();
        let refused = block_on(Turn::take(&request(Some(&large)), now, sleep)).err();
        assert!(
            matches!(refused, Some(Error::Unavailable { .. })),
            "{refused:?}"
        );
        assert_eq!(waited.get(), PATIENCE);
        assert_eq!(bytes_of(&request(Some("1"))), TEXT_BYTES_PER_BYTE);
        for longest in ["99999999999", &u64::MAX.to_string()] {
            assert_eq!(bytes_of(&request(Some(longest))), MAX_BODY_BYTES);
        }
    }
}
