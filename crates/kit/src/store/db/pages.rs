//! Walking through many rows: newest first, by a key that is an integer (keyset pagination).
//!
//! A page begins behind the last key of the one before, so it costs the same wherever it is, and a
//! row that is added or deleted meanwhile neither repeats nor hides another.

use std::future::Future;

use futures::{Stream, StreamExt as _, stream};

use formats::MultiDict;

use crate::error::{Error, Result};

/// How many rows a page of an answer has where the client does not say.
pub const DEFAULT_PAGE_ROWS: usize = 20;

/// How many rows a page of an answer may have.
pub const MAX_PAGE_ROWS: usize = 100;

/// How many rows [`walk`] reads at a time.
pub const WALK_ROWS: usize = 1_000;

/// Which page a client asks for: `?limit=` and `?after=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// How many rows at most, from 1 to [`MAX_PAGE_ROWS`].
    pub limit: usize,
    /// The key of the row before the page; none for the first page.
    pub after: Option<i64>,
}

impl PageRequest {
    /// Reads `limit` and `after` from a query.
    ///
    /// # Errors
    /// 400 where `limit` is out of range, or `after` is no cursor of ours.
    pub fn from_args(args: &MultiDict) -> Result<Self> {
        let limit = match args.get("limit") {
            None => DEFAULT_PAGE_ROWS,
            Some(text) => positive(text)
                .and_then(|limit| usize::try_from(limit).ok())
                .filter(|limit| *limit <= MAX_PAGE_ROWS)
                .ok_or_else(|| {
                    let detail = format!("must be a number from 1 to {MAX_PAGE_ROWS}");
                    Error::bad_parameter("limit", "out-of-range", detail)
                })?,
        };
        let after = match args.get("after") {
            None => None,
            Some(text) => Some(positive(text).ok_or_else(|| {
                Error::bad_parameter(
                    "after",
                    "unknown-cursor",
                    "must be the \"next\" of an earlier answer",
                )
            })?),
        };
        Ok(Self { limit, after })
    }

    /// How many rows to select: one more than are shown, which tells whether there is a next page.
    ///
    /// Write it into the text of the statement, behind `LIMIT`. SQLite (seen with 3.54, and to be expected under Spin)
    /// prepares a statement with `LIMIT ?` anew each time that it runs, which takes longer than to read a page.
    pub fn rows_to_select(&self) -> usize {
        self.limit + 1
    }
}

/// A number without a sign, from 1. Rust's own reading would take `+1`.
fn positive(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && *number > 0)
}

/// One page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of what was selected, which is one row more than it shows if there is a next page.
    pub fn new(mut items: Vec<T>, request: PageRequest, key: impl Fn(&T) -> i64) -> Self {
        let more = items.len() > request.limit;
        items.truncate(request.limit);
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| key(last).to_string());
        Self { items, next }
    }
}

/// Walks through all rows, [`WALK_ROWS`] at a time: `fetch` gets the key of the last row before those
/// it is to read, and how many at most; where rows are large it may read fewer, but not none. Nothing is
/// locked between two pages.
///
/// The stream ends where there are no rows any more, and with the first error.
pub fn walk<T, F, E>(
    fetch: impl Fn(Option<i64>, usize) -> F,
    key: impl Fn(&T) -> i64,
) -> impl Stream<Item = std::result::Result<Vec<T>, E>>
where
    F: Future<Output = std::result::Result<Vec<T>, E>>,
{
    enum Next {
        After(Option<i64>),
        End,
    }
    stream::unfold(
        (Next::After(None), fetch, key),
        |(next, fetch, key)| async move {
            let Next::After(after) = next else {
                return None;
            };
            let page = fetch(after, WALK_ROWS).await;
            let next = match &page {
                Ok(rows) if !rows.is_empty() => Next::After(rows.last().map(&key)),
                _ => Next::End,
            };
            match page {
                Ok(rows) if rows.is_empty() => None,
                page => Some((page, (next, fetch, key))),
            }
        },
    )
    // Polled again at its end, an unfolded stream panics.
    .fuse()
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, executor::block_on};

    use super::*;

    fn request(query: &[(&str, &str)]) -> Result<PageRequest> {
        PageRequest::from_args(&query.iter().copied().collect())
    }

    #[test]
    fn a_page_is_asked_for_by_limit_and_cursor() {
        for (query, want) in [
            (&[][..], (20, None)),
            (&[("limit", "1")], (1, None)),
            (&[("limit", "100"), ("after", "7")], (100, Some(7))),
            (&[("after", "9223372036854775807")], (20, Some(i64::MAX))),
        ] {
            let got = request(query).unwrap();
            assert_eq!((got.limit, got.after), want, "{query:?}");
        }
    }

    #[test]
    fn what_is_no_limit_and_no_cursor_is_refused_by_name() {
        for name in ["limit", "after"] {
            for text in [
                "",
                "0",
                "-1",
                "+1",
                "1.0",
                "a",
                " 1",
                "１",
                "99999999999999999999",
            ] {
                let error = request(&[(name, text)]).unwrap_err();
                assert_eq!(error.status().as_u16(), 400, "{name}={text}");
                assert_eq!(error.fields()[0].field, name, "{name}={text}");
            }
        }
        assert!(request(&[("limit", "101")]).is_err());
    }

    #[test]
    fn a_page_knows_whether_there_is_a_next_one() {
        let request = PageRequest {
            limit: 2,
            after: None,
        };
        for (selected, items, next) in [
            (vec![], vec![], None),
            (vec![9, 8], vec![9, 8], None),
            (vec![9, 8, 7], vec![9, 8], Some("8".to_owned())),
        ] {
            let page = Page::new(selected, request, |key| *key);
            assert_eq!((page.items, page.next), (items, next));
        }
    }

    #[test]
    fn a_walk_sees_every_row_once_and_ends() {
        for count in [0, 1, WALK_ROWS, WALK_ROWS + 1, 3 * WALK_ROWS] {
            let all: Vec<i64> = (1..=i64::try_from(count).unwrap()).rev().collect();
            let fetch = |after: Option<i64>, limit| {
                let page = all
                    .iter()
                    .copied()
                    .filter(|key| after.is_none_or(|after| *key < after))
                    .take(limit)
                    .collect::<Vec<_>>();
                async move { Ok::<_, ()>(page) }
            };
            let pages: Vec<_> = block_on(walk(fetch, |key| *key).collect());
            assert_eq!(
                pages
                    .into_iter()
                    .flat_map(|page| page.unwrap())
                    .collect::<Vec<_>>(),
                all
            );
        }
    }

    #[test]
    fn a_page_that_is_not_full_is_not_the_last() {
        let fetch = |after: Option<i64>, _: usize| {
            let next = after.unwrap_or(4) - 1;
            async move { Ok::<_, ()>(Vec::from_iter((next > 0).then_some(next))) }
        };
        let pages: Vec<_> = block_on(walk(fetch, |key| *key).collect());
        assert_eq!(pages, [Ok(vec![3]), Ok(vec![2]), Ok(vec![1])]);
    }

    #[test]
    fn a_walk_that_has_ended_stays_so() {
        let fetch = |_: Option<i64>, _: usize| async { Ok::<_, ()>(Vec::<i64>::new()) };
        let mut pages = Box::pin(walk(fetch, |key| *key));
        for _ in 0..3 {
            assert_eq!(block_on(pages.next()), None);
        }
    }

    #[test]
    fn a_walk_ends_with_its_first_error() {
        let fetch = |after: Option<i64>, limit: usize| async move {
            match after {
                None => Ok(vec![0; limit]),
                Some(_) => Err("gone"),
            }
        };
        let pages: Vec<_> = block_on(walk(fetch, |key| *key).collect());
        assert_eq!(pages.len(), 2);
        assert_eq!(pages[1], Err("gone"));
    }
}
