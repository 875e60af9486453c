//! How far down a page goes: its first words, and those that were loaded below them before it was left.

use kit::{
    Error, MultiDict, Result,
    db::{Database, MAX_PAGE_ROWS, PageRequest},
};

use super::{Words, list::Listing};
use crate::{draft::Field, word::Word};

/// So many words are shown again at most. The ones below are a click away.
const MAX_AGAIN: usize = 500;

/// And none is added behind so many bytes of text.
const MAX_AGAIN_BYTES: usize = 1024 * 1024;

/// Which words a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListRequest<'a> {
    /// `?limit=` and `?after=`.
    pub(crate) page: PageRequest,
    /// `?through=`: the id of the last word that is to be on the page, however long that becomes.
    pub(crate) through: Option<i64>,
    /// `?q=`: a text that is in any field. In all words if it is empty.
    pub(crate) q: &'a str,
}

impl<'a> ListRequest<'a> {
    /// The one that a query makes.
    ///
    /// # Errors
    /// 400 where a parameter is not what it has to be.
    pub(crate) fn from_args(args: &'a MultiDict) -> Result<Self> {
        let through = args.get("through").map(|text| {
            let id = text.parse().ok().filter(|id| *id > 0);
            id.ok_or_else(|| {
                Error::bad_parameter("through", "not-an-id", "must be the id of a word")
            })
        });
        Ok(Self {
            page: PageRequest::from_args(args)?,
            through: through.transpose()?,
            q: args.get("q").unwrap_or_default(),
        })
    }
}

impl<D: Database> Words<D> {
    /// A page of words. With `through`, it goes on until it has that word, or would have it.
    pub(crate) async fn list(&self, request: ListRequest<'_>) -> Result<Listing> {
        let ListRequest {
            page: which,
            through,
            q,
        } = request;
        let mut listing = self.page(which, q).await?;
        let Some(through) = through else {
            return Ok(listing);
        };
        let page = &mut listing.page;
        while let Some(last) = page.items.last().filter(|_| page.next.is_some()) {
            let room = MAX_AGAIN.saturating_sub(page.items.len());
            if last.id <= through || room == 0 || bytes(&page.items) >= MAX_AGAIN_BYTES {
                break;
            }
            let below = PageRequest {
                limit: room.min(MAX_PAGE_ROWS),
                after: Some(last.id),
            };
            let mut below = self.page(below, q).await?.page;
            let wanted = below.items.partition_point(|word| word.id >= through);
            if wanted < below.items.len() {
                below.items.truncate(wanted);
                page.items.append(&mut below.items);
                page.next = page.items.last().map(|word| word.id.to_string());
                break;
            }
            page.items.append(&mut below.items);
            page.next = below.next;
        }
        Ok(listing)
    }
}

fn bytes(words: &[Word]) -> usize {
    let texts = words
        .iter()
        .flat_map(|word| Field::ALL.map(|field| word.draft.get(field)));
    texts.map(str::len).sum()
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::db::{DEFAULT_PAGE_ROWS, TestDatabase};

    use super::*;
    use crate::draft::Draft;

    /// A book of so many words, with the ids from 1.
    fn book(count: usize, sentence: &str) -> Words<TestDatabase> {
        let words = block_on(Words::new(TestDatabase::in_memory())).unwrap();
        for n in 1..=count {
            let draft = Draft {
                english: format!("word {n}"),
                chinese: "词".to_owned(),
                sentence_eng: sentence.to_owned(),
                sentence_chi: String::new(),
            };
            block_on(words.insert(&draft, None)).unwrap();
        }
        words
    }

    /// The ids from the first to the last, and the cursor.
    fn shown(
        words: &Words<TestDatabase>,
        after: Option<i64>,
        through: Option<i64>,
        q: &str,
    ) -> (Vec<i64>, Option<String>) {
        let request = ListRequest {
            page: PageRequest {
                limit: DEFAULT_PAGE_ROWS,
                after,
            },
            through,
            q,
        };
        let page = block_on(words.list(request)).unwrap().page;
        (page.items.iter().map(|word| word.id).collect(), page.next)
    }

    #[test]
    fn a_page_goes_on_until_the_word_that_was_last() {
        let words = book(250, "");
        let down_to = |first: i64, last: i64| -> Vec<i64> { (last..=first).rev().collect() };
        for (after, through, last, next) in [
            (None, None, 231, Some("231")),
            (None, Some(240), 231, Some("231")),
            (None, Some(231), 231, Some("231")),
            (None, Some(230), 230, Some("230")),
            (None, Some(40), 40, Some("40")),
            (None, Some(1), 1, None),
            (None, Some(9_999), 231, Some("231")),
            (Some(100), Some(61), 61, Some("61")),
        ] {
            let want = down_to(after.unwrap_or(251) - 1, last);
            let got = shown(&words, after, through, "");
            assert_eq!(
                got,
                (want, next.map(str::to_owned)),
                "{after:?} {through:?}"
            );
        }
        // Of a search as well, and where the word is no more.
        let (ids, next) = shown(&words, None, Some(11), "word 1");
        assert_eq!(ids.last(), Some(&11));
        assert_eq!(next.as_deref(), Some("11"));
        block_on(words.delete(40, |_| Ok(()))).unwrap();
        assert_eq!(shown(&words, None, Some(40), "").1.as_deref(), Some("41"));
    }

    #[test]
    fn it_does_not_go_on_for_ever() {
        let words = book(MAX_AGAIN + 30, "");
        let (ids, next) = shown(&words, None, Some(1), "");
        assert_eq!(ids.len(), MAX_AGAIN);
        assert_eq!(next.as_deref(), Some("31"));
        let long = book(200, &"long ".repeat(MAX_AGAIN_BYTES / 5 / 50));
        let (ids, next) = shown(&long, None, Some(1), "");
        assert_eq!(ids.len(), DEFAULT_PAGE_ROWS + MAX_PAGE_ROWS);
        assert!(next.is_some());
    }

    #[test]
    fn a_place_that_is_none_is_refused() {
        for (text, want) in [("7", Some(Some(7))), ("0", None), ("", None), ("x", None)] {
            let args = [("through", text)].into_iter().collect();
            let through = ListRequest::from_args(&args).map(|request| request.through);
            assert_eq!(through.ok(), want, "{text}");
        }
        let all = MultiDict::default();
        assert_eq!(ListRequest::from_args(&all).unwrap().through, None);
    }
}
