//! How far down a page goes: its first words, and those that were loaded below them before it was left.

use kit::{
    Error, MultiDict, Result,
    db::{Database, MAX_PAGE_ROWS, PageRequest},
};

use crate::{
    draft::Field,
    store::{Listing, Words},
    word::Word,
};

/// So many words are shown again at most. The ones below are a click away.
pub(super) const MAX_AGAIN: usize = 500;

/// And none is added behind so many bytes of text.
const MAX_AGAIN_BYTES: usize = 1024 * 1024;

/// The id of the last word that was shown: `?through=`.
///
/// # Errors
/// 400 where it is no id.
pub(super) fn of_args(args: &MultiDict) -> Result<Option<i64>> {
    let Some(text) = args.get("through") else {
        return Ok(None);
    };
    let id = text.parse().ok().filter(|id| *id > 0);
    match id {
        Some(id) => Ok(Some(id)),
        None => Err(Error::bad_parameter(
            "through",
            "not-an-id",
            "must be the id of a word",
        )),
    }
}

/// A page of words that goes on until it has the word `through`, or would have it.
pub(super) async fn list<D: Database>(
    words: &Words<D>,
    which: PageRequest,
    through: Option<i64>,
    q: &str,
) -> Result<Listing> {
    let mut listing = words.list(which, q).await?;
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
        let mut below = words.list(below, q).await?.page;
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
        let words = block_on(Words::of(TestDatabase::in_memory())).unwrap();
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
        let which = PageRequest {
            limit: DEFAULT_PAGE_ROWS,
            after,
        };
        let page = block_on(list(words, which, through, q)).unwrap().page;
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
            assert_eq!(of_args(&args).ok(), want, "{text}");
        }
        assert_eq!(of_args(&MultiDict::default()).unwrap(), None);
    }
}
