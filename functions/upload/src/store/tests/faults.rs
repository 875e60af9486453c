//! Statements and writes that fail, a store that is full, and functions that end anywhere.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use futures::executor::block_on;
use kit::key_value::Fault as StoreFault;

use super::{
    super::testing::{Fault, is_whole},
    *,
};

/// A picture that is there, and one that was replaced long ago.
fn storage() -> Storage {
    let storage = Storage::new();
    put(&storage, "a.png", b'0', &nobody()).unwrap();
    put(&storage, "a.png", b'a', &nobody()).unwrap();
    storage.wait(LONG);
    storage
}

/// What an upload does, the clean-up before it included.
async fn replace(storage: &Storage) -> Result<Option<Picture>> {
    let pictures = storage.pictures();
    let cleaned = pictures.clean_up().await;
    let uploaded = upload(&pictures, "a.png", b'b', &nobody()).await;
    cleaned.and(uploaded)
}

/// The old picture is there or the new one, as was said, and once all is cleaned up nothing else is.
fn assert_old_or_new(storage: &Storage, replaced: Option<bool>, what: &str) {
    let kept = storage.read("a.png").unwrap();
    assert!(is_whole(&kept), "{what}");
    if let Some(replaced) = replaced {
        let want = if replaced { b'b' } else { b'a' };
        assert_eq!(kept[0], want, "{what}");
    }
    storage.assert_clean();
    assert_eq!(storage.left(), (1, 1), "{what}");
}

#[test]
fn whichever_statement_fails_the_old_picture_is_there_or_the_new_one() {
    let mut failed = 0;
    for n in 1.. {
        let mut reached = false;
        for fault in [Fault::Refused(n), Fault::Unsure(n)] {
            let storage = storage();
            storage.db.fail(Some(fault));
            let replaced = block_on(replace(&storage));
            reached |= storage.db.count() >= n;
            storage.db.fail(None);
            failed += usize::from(replaced.is_err());
            // An error of the clean-up is not one of the upload; else what was said is so.
            let said = replaced.is_ok().then_some(true);
            assert_old_or_new(&storage, said, &format!("{fault:?}"));
        }
        if !reached {
            break;
        }
    }
    assert!(failed >= 6, "{failed}");
}

#[test]
fn where_the_last_statement_was_done_though_it_failed_the_upload_has_succeeded() {
    let storage = storage();
    let pictures = storage.pictures();
    let mut coming = block_on(incoming(&pictures, "a.png", b'b')).unwrap();
    // The last chunk takes none.
    storage.db.fail(Some(Fault::Unsure(1)));
    let kept = block_on(coming.keep(&nobody(), &Description::default())).unwrap();
    assert!(matches!(kept, Kept::Picture(_)));
    assert_old_or_new(&storage, Some(true), "unsure");
}

#[test]
fn whichever_write_fails_the_old_picture_is_there_or_the_new_one() {
    let mut failed = 0;
    for n in 1..20 {
        for fault in [
            StoreFault::Refused(n),
            StoreFault::Unsure(n),
            StoreFault::RefusedFrom(n),
        ] {
            let storage = storage();
            storage.store.fail(Some(fault));
            let replaced = block_on(replace(&storage));
            storage.store.fail(None);
            failed += usize::from(replaced.is_err());
            let said = replaced.is_ok().then_some(true);
            assert_old_or_new(&storage, said, &format!("{fault:?}"));
        }
    }
    // The chunks of the picture, and of the one that is cleared away.
    assert!(failed >= 3 * 6, "{failed}");
}

#[test]
fn a_full_store_says_so_and_has_the_old_picture() {
    for room in 0..3 * CHUNK_BYTES {
        let storage = Storage::new();
        put(&storage, "a.png", b'a', &nobody()).unwrap();
        let bytes = storage.store.bytes();
        storage.store.set_room(Some(bytes + room));
        let error = block_on(upload(&storage.pictures(), "a.png", b'b', &nobody()));
        if room > 2 * CHUNK_BYTES {
            assert!(error.is_ok(), "{room}");
            continue;
        }
        assert_eq!(
            error.map(drop).unwrap_err().status().as_u16(),
            507,
            "{room}"
        );
        assert_eq!(storage.left(), (1, 1), "{room}");
        assert_old_or_new(&storage, Some(false), "full");
    }
}

/// Each call waits once, so this ends it before every one of them.
#[test]
fn a_kill_anywhere_leaves_the_old_picture_or_the_new_one() {
    let mut context = Context::from_waker(Waker::noop());
    for polls in 0.. {
        let storage = storage();
        let ended = {
            let mut replacing = pin!(replace(&storage));
            (0..polls).any(|_| replacing.as_mut().poll(&mut context).is_ready())
        };
        assert_old_or_new(&storage, ended.then_some(true), &format!("after {polls}"));
        if ended {
            assert!(polls > 10, "{polls}");
            return;
        }
    }
}

#[test]
fn a_kill_while_an_upload_is_given_up_leaves_nothing() {
    let mut context = Context::from_waker(Waker::noop());
    for polls in 0.. {
        let storage = storage();
        let pictures = storage.pictures();
        let coming = block_on(incoming(&pictures, "a.png", b'b')).unwrap();
        let mut giving_up = Box::pin(coming.give_up());
        let ended = (0..polls).any(|_| giving_up.as_mut().poll(&mut context) == Poll::Ready(()));
        drop(giving_up);
        assert_old_or_new(&storage, Some(false), &format!("after {polls}"));
        if ended {
            return;
        }
    }
}
