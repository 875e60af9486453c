//! Pictures that are uploaded, replaced, deleted and read, by several and with faults anywhere.

mod faults;
mod orders;

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, executor::block_on};
use kit::{Error, MultiDict, db::Database as _};

use super::{
    testing::{CHUNK_BYTES, GRACE, Storage, account, content, incoming, read, upload},
    *,
};

/// Longer than anything is left alone.
const LONG: Duration = Duration::from_secs(61);

fn nobody() -> Uploader {
    Uploader::default()
}

fn admin() -> Uploader {
    Uploader {
        is_admin: true,
        ..account(9, "root")
    }
}

fn put(storage: &Storage, name: &str, byte: u8, uploader: &Uploader) -> Option<Picture> {
    block_on(upload(&storage.pictures(), name, byte, uploader)).unwrap()
}

#[test]
fn a_picture_comes_back_as_it_went_in() {
    let storage = Storage::new();
    let picture = put(&storage, "a.png", b'a', &account(1, "duke")).unwrap();
    assert_eq!(storage.read("a.png").unwrap(), content(b'a'));
    assert_eq!(picture.size as usize, content(b'a').len());
    assert_eq!(picture.owner_name(), Some("duke"));
    assert_eq!(
        block_on(storage.pictures().find("a.png")).unwrap(),
        Some(picture)
    );
    assert_eq!(block_on(storage.pictures().find("b.png")).unwrap(), None);
    storage.assert_clean();
}

#[test]
fn what_somebody_owns_only_they_and_administrators_replace_and_it_stays_theirs() {
    let (duke, ann) = (account(1, "duke"), account(2, "ann"));
    for (first, second, want) in [
        (nobody(), nobody(), Some(None)),
        (nobody(), duke.clone(), Some(Some("duke"))),
        (duke.clone(), duke.clone(), Some(Some("duke"))),
        (duke.clone(), nobody(), None),
        (duke.clone(), ann.clone(), None),
        (duke.clone(), admin(), Some(Some("duke"))),
        // An account of the same name is another one.
        (duke.clone(), account(3, "duke"), None),
    ] {
        let storage = Storage::new();
        put(&storage, "a.png", b'a', &first).unwrap();
        let replaced = put(&storage, "a.png", b'b', &second);
        assert_eq!(
            replaced.as_ref().map(Picture::owner_name),
            want,
            "{second:?}"
        );
        let kept = if want.is_some() { b'b' } else { b'a' };
        assert_eq!(storage.read("a.png").unwrap(), content(kept));
        storage.assert_clean();
        assert_eq!(storage.left(), (1, 1));
    }
}

#[test]
fn of_two_that_upload_one_new_name_the_second_is_refused() {
    for first in [0, 1] {
        let storage = Storage::new();
        let pictures = storage.pictures();
        let uploaders = [account(1, "duke"), account(2, "ann")];
        let mut both =
            [b'a', b'b'].map(|byte| Some(block_on(incoming(&pictures, "a.png", byte)).unwrap()));
        for (turn, index) in [first, 1 - first].into_iter().enumerate() {
            let mut incoming = both[index].take().unwrap();
            let kept = block_on(incoming.keep(&uploaders[index], &Description::default())).unwrap();
            match (turn, kept) {
                (0, Kept::Picture(_)) => {}
                (1, Kept::BelongsTo(old)) => {
                    assert_eq!(old.owner, uploaders[first].account);
                    block_on(incoming.give_up());
                }
                (turn, _) => panic!("{turn}"),
            }
        }
        assert_eq!(storage.left(), (1, 1));
        storage.assert_clean();
    }
}

#[test]
fn a_deletion_before_an_upload_ends_lets_it_be_and_one_after_it_asks_again() {
    let storage = Storage::new();
    let pictures = storage.pictures();
    let (duke, ann) = (account(1, "duke"), account(2, "ann"));
    put(&storage, "a.png", b'a', &duke).unwrap();
    let mut coming = block_on(incoming(&pictures, "a.png", b'b')).unwrap();
    assert!(block_on(pictures.delete("a.png", |_| Ok(()))).unwrap());
    let kept = block_on(coming.keep(&ann, &Description::default())).unwrap();
    assert!(matches!(kept, Kept::Picture(picture) if picture.owner_name() == Some("ann")));
    let mine = |picture: &Picture| match picture.owner_name() {
        Some("duke") => Ok(()),
        _ => Err(Error::forbidden("not-the-owner", "")),
    };
    assert!(block_on(pictures.delete("a.png", mine)).is_err());
    assert_eq!(storage.read("a.png").unwrap(), content(b'b'));
    assert!(!block_on(pictures.delete("b.png", mine)).unwrap());
    storage.assert_clean();
}

#[test]
fn the_list_has_a_page_after_the_other_by_name_and_newest_first() {
    let storage = Storage::new();
    let names = ["c.png", "a.png", "d.png", "b.png", "A.png"];
    for name in names {
        put(&storage, name, b'a', &nobody());
    }
    // Neither what was replaced nor what is coming in is in the list.
    put(&storage, "a.png", b'b', &nobody());
    let pictures = storage.pictures();
    let _coming = block_on(pictures.begin("e.png")).unwrap();
    for (order, want) in [
        ("name", ["A.png", "a.png", "b.png", "c.png", "d.png"]),
        ("newest", ["a.png", "A.png", "b.png", "d.png", "c.png"]),
    ] {
        for limit in 1..=6 {
            let (mut seen, mut after) = (Vec::new(), None::<String>);
            loop {
                let limit = limit.to_string();
                let mut query = vec![("order", order), ("limit", limit.as_str())];
                query.extend(after.as_deref().map(|after| ("after", after)));
                let query: MultiDict = query.into_iter().collect();
                let asked = PageRequest::from_args(&query).unwrap();
                let page = block_on(pictures.list(&asked)).unwrap();
                seen.extend(page.pictures.into_iter().map(|picture| picture.name));
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen, want, "{order} {limit}");
        }
    }
}

/// However many pictures there are, each statement of a request finds what it is about by an index.
#[test]
fn no_statement_looks_at_all_pictures() {
    let storage = Storage::new();
    put(&storage, "a.png", b'a', &account(1, "duke")).unwrap();
    storage.db.statements.take();
    put(&storage, "a.png", b'b', &account(1, "duke")).unwrap();
    put(&storage, "a.png", b'b', &nobody());
    let pictures = storage.pictures();
    let mut coming = block_on(pictures.begin("b.png")).unwrap();
    block_on(coming.write(vec![0; 40 * CHUNK_BYTES].into())).unwrap();
    block_on(coming.give_up());
    storage.wait(LONG);
    block_on(pictures.clean_up()).unwrap();
    for query in [
        &[][..],
        &[("after", "a.png")],
        &[("order", "newest")],
        &[("order", "newest"), ("after", "1-1")],
    ] {
        let asked = PageRequest::from_args(&query.iter().copied().collect()).unwrap();
        block_on(pictures.list(&asked)).unwrap();
    }
    block_on(pictures.delete("a.png", |_| Ok(()))).unwrap();
    block_on(reading::touch(&storage.db, 1)).unwrap();
    let statements = storage.db.statements.take();
    assert!(statements.len() > 20, "{statements:?}");
    for (statement, parameters) in statements {
        let plan = format!("EXPLAIN QUERY PLAN {statement}");
        let rows = block_on(storage.db.execute(&plan, parameters)).unwrap();
        for row in rows.iter() {
            let step: &str = row.get("detail").unwrap();
            let by_index = step.contains("USING INDEX")
                || step.contains("USING COVERING INDEX")
                || step.contains("USING INTEGER PRIMARY KEY");
            let looks = step.starts_with("SCAN") || step.starts_with("SEARCH");
            assert!(!looks || by_index, "{step}: {statement}");
            assert!(!step.contains("TEMP B-TREE"), "{step}: {statement}");
        }
    }
}

#[test]
fn what_is_not_used_any_more_is_left_alone_for_the_time_of_grace_and_then_cleared_a_few_at_a_time()
{
    let storage = Storage::new();
    let pictures = storage.pictures();
    for byte in 0..10 {
        put(&storage, "a.png", byte, &nobody());
    }
    assert!(block_on(pictures.delete("a.png", |_| Ok(()))).unwrap());
    put(&storage, "b.png", b'b', &nobody());
    storage.wait(GRACE - Duration::from_secs(5));
    assert_eq!(block_on(pictures.clean_up()).unwrap(), 0);
    assert_eq!(storage.left(), (11, 11));
    storage.wait(Duration::from_secs(6));
    for (cleared, left) in [(2, 9), (2, 7), (2, 5), (2, 3), (2, 1), (0, 1)] {
        assert_eq!(block_on(pictures.clean_up()).unwrap(), cleared);
        assert_eq!(storage.left(), (left, left));
    }
    assert_eq!(storage.read("b.png").unwrap(), content(b'b'));
}

#[test]
fn an_upload_that_stands_still_is_given_up_and_what_it_writes_after_that_is_found() {
    let storage = Storage::new();
    let pictures = storage.pictures();
    let mut coming = block_on(incoming(&pictures, "a.png", b'a')).unwrap();
    storage.wait(LONG);
    assert_eq!(block_on(pictures.clean_up()).unwrap(), 1);
    assert_eq!(storage.left(), (1, 0));
    // It was about to write this chunk, and then the power went.
    block_on(coming.write(Bytes::from(content(b'a')))).unwrap();
    assert_eq!(storage.left(), (1, 1));
    let error = block_on(coming.keep(&nobody(), &Description::default()))
        .map(drop)
        .unwrap_err();
    assert_eq!(error.status().as_u16(), 503);
    drop(coming);
    assert!(storage.read("a.png").is_none());
    storage.assert_clean();
    assert_eq!(storage.left(), (0, 0));
}

#[test]
fn an_upload_that_goes_on_is_left_alone() {
    let storage = Storage::with_grace(Duration::ZERO);
    let pictures = storage.pictures();
    let mut coming = block_on(pictures.begin("a.png")).unwrap();
    // Its row says so before long, whatever its chunks do.
    let touched = std::time::Instant::now();
    storage.db.fail(None);
    while storage.db.count() == 0 {
        assert!(touched.elapsed() < Duration::from_secs(60));
        block_on(coming.write(Bytes::from_static(b"x"))).unwrap();
    }
    block_on(coming.give_up());
    assert_eq!(storage.left(), (0, 0));
}

#[test]
fn a_picture_with_more_chunks_than_most_is_kept_and_cleared_as_a_whole() {
    let storage = Storage::new();
    let pictures = storage.pictures();
    let large = vec![b'x'; 100 * CHUNK_BYTES];
    let mut coming = block_on(pictures.begin("a.png")).unwrap();
    block_on(coming.write(large.clone().into())).unwrap();
    // One that is killed here leaves nothing behind either.
    let mut killed = block_on(pictures.begin("b.png")).unwrap();
    block_on(killed.write(large.clone().into())).unwrap();
    drop(killed);
    block_on(coming.keep(&nobody(), &Description::default())).unwrap();
    assert_eq!(storage.read("a.png").unwrap(), large);
    assert_eq!(storage.left(), (2, 2));
    assert!(block_on(pictures.delete("a.png", |_| Ok(()))).unwrap());
    storage.assert_clean();
    assert_eq!(storage.left(), (0, 0));
}

#[test]
fn who_began_to_read_reads_to_the_end_whatever_becomes_of_the_name() {
    let storage = Storage::new();
    let pictures = storage.pictures();
    let picture = put(&storage, "a.png", b'a', &nobody()).unwrap();
    let touch = || async { Ok(()) };
    let mut chunks = Box::pin(pictures.read_with(&picture, 0..picture.size, touch));
    let first = block_on(chunks.next()).unwrap().unwrap();
    put(&storage, "a.png", b'b', &nobody());
    assert!(block_on(pictures.delete("a.png", |_| Ok(()))).unwrap());
    // It says so when it has read for a while.
    storage.wait(LONG);
    block_on(reading::touch(&storage.db, picture.id)).unwrap();
    assert_eq!(block_on(pictures.clean_up()).unwrap(), 1);
    let rest: Vec<Bytes> = block_on(chunks.try_collect()).unwrap();
    assert_eq!([first, rest.concat().into()].concat(), content(b'a'));
    storage.assert_clean();
}

#[test]
fn a_reader_that_was_left_behind_ends_with_an_error() {
    let storage = Storage::new();
    let pictures = storage.pictures();
    let picture = put(&storage, "a.png", b'a', &nobody()).unwrap();
    assert!(block_on(pictures.delete("a.png", |_| Ok(()))).unwrap());
    storage.wait(LONG);
    assert_eq!(block_on(pictures.clean_up()).unwrap(), 1);
    assert!(block_on(read(&pictures, &picture)).is_err());
}

/// The statement that keeps a picture may have been done though it failed, and so may all that asks whether it was.
#[test]
fn an_upload_that_was_kept_is_not_given_up_under_its_readers() {
    let storage = Storage::new();
    let pictures = storage.pictures();
    let mut coming = block_on(incoming(&pictures, "a.png", b'a')).unwrap();
    let kept = block_on(coming.keep(&nobody(), &Description::default())).unwrap();
    let Kept::Picture(picture) = kept else {
        panic!("nobody is in the way");
    };
    put(&storage, "a.png", b'b', &nobody());
    block_on(coming.give_up());
    assert_eq!(block_on(read(&pictures, &picture)).unwrap(), content(b'a'));
    storage.assert_clean();
}

#[test]
fn one_that_cannot_be_cleared_away_is_not_in_the_way_of_the_others() {
    let storage = Storage::new();
    let pictures = storage.pictures();
    for byte in 0..6 {
        put(&storage, "a.png", byte, &nobody());
    }
    storage.wait(LONG);
    storage.store.fail(Some(kit::key_value::Fault::Refused(1)));
    assert!(block_on(pictures.clean_up()).is_err());
    storage.store.fail(None);
    // Five were replaced: one is gone, one has to wait, and the other three are next.
    assert_eq!(storage.left(), (5, 5));
    assert_eq!(block_on(pictures.clean_up()).unwrap(), 2);
    assert_eq!(block_on(pictures.clean_up()).unwrap(), 1);
    assert_eq!(storage.left(), (2, 2));
    storage.assert_clean();
    assert_eq!(storage.left(), (1, 1));
}

#[test]
fn a_large_picture_is_cleared_away_by_several() {
    let storage = Storage::new();
    let pictures = storage.pictures();
    let mut coming = block_on(pictures.begin("a.png")).unwrap();
    let chunks = cleanup::MAX_CHUNKS as usize + 1;
    block_on(coming.write(vec![b'x'; chunks * CHUNK_BYTES].into())).unwrap();
    block_on(coming.keep(&nobody(), &Description::default())).unwrap();
    assert!(block_on(pictures.delete("a.png", |_| Ok(()))).unwrap());
    storage.wait(LONG);
    assert_eq!(block_on(pictures.clean_up()).unwrap(), 1);
    assert_eq!(storage.store.sorted_keys().len(), 1);
    assert_eq!(block_on(pictures.clean_up()).unwrap(), 1);
    assert_eq!(storage.left(), (0, 0));
}
