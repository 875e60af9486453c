//! Files that are written, read, replaced and deleted, with faults anywhere.

mod grace;
mod orders;

use std::{
    cell::Cell,
    time::{Duration, SystemTime},
};

use futures::{TryStreamExt, executor::block_on};

use super::*;
use crate::key_value::{Fault, KeyValueError, TestStore};

const GRACE: Duration = Duration::from_secs(60);

/// Small chunks make quick tests.
const CHUNK_BYTES: usize = 64;

/// Longer than anything is left alone.
const LONG: Duration = Duration::from_secs(61);

thread_local! {
    static NOW: Cell<SystemTime> = Cell::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
}

fn wait(time: Duration) {
    NOW.set(NOW.get() + time);
}

fn blobs_of(store: &TestStore) -> Blobs<TestStore> {
    let chunk_bytes = CHUNK_BYTES;
    let blobs = Blobs::with_clock(store.clone(), GRACE, || NOW.get());
    Blobs {
        chunk_bytes,
        ..blobs
    }
}

fn open() -> (TestStore, Blobs<TestStore>) {
    let store = TestStore::default();
    let blobs = blobs_of(&store);
    (store, blobs)
}

/// Content of a file that has three chunks, each byte the same.
fn content(byte: u8) -> Vec<u8> {
    vec![byte; 2 * CHUNK_BYTES + 1]
}

/// Nothing is said about the file, and anybody may replace it.
fn plain(_: Option<&Manifest>) -> Result<NewFile> {
    Ok(NewFile::default())
}

async fn upload(blobs: &Blobs<TestStore>, name: &str, content: &[u8]) -> Result<Manifest> {
    let mut upload = blobs.begin(name)?;
    for piece in content.chunks(CHUNK_BYTES / 2 + 7) {
        if let Err(error) = upload.write(piece).await {
            upload.abort().await;
            return Err(error);
        }
    }
    upload.finish(plain).await
}

async fn read(blobs: &Blobs<TestStore>, name: &str) -> Result<Option<Vec<u8>>> {
    let Some(file) = blobs.find(name).await? else {
        return Ok(None);
    };
    let range = 0..file.size;
    let chunks: Vec<_> = blobs.read(file, range).try_collect().await?;
    Ok(Some(chunks.concat()))
}

/// Cleans up when nobody uses anything any more, and checks that nothing is left but files, each with
/// what it needs.
fn assert_clean(store: &TestStore, blobs: &Blobs<TestStore>) {
    wait(LONG);
    block_on(blobs.clean_up()).unwrap();
    let keys = store.sorted_keys();
    let page = block_on(blobs.list(None, 100)).unwrap();
    let mut want = Vec::new();
    for file in &page.files {
        let chunks = file.size.div_ceil(CHUNK_BYTES as u64).max(1);
        want.push(Key::File(&file.name).to_string());
        want.push(Key::Use(&file.name, &file.id).to_string());
        want.extend(
            (0..chunks).map(|index| Key::Chunk(&file.name, &file.id, index as u32).to_string()),
        );
        let got = block_on(read(blobs, &file.name)).unwrap().unwrap();
        assert_eq!(got.len() as u64, file.size);
        assert!(got.windows(2).all(|two| two[0] == two[1]), "a mixed file");
    }
    // A mark on what became a file does no harm, and goes with it.
    let dooms: Vec<_> = page
        .files
        .iter()
        .map(|file| Key::Doom(&file.name, &file.id).to_string())
        .collect();
    let keys: Vec<_> = keys
        .into_iter()
        .filter(|key| !dooms.contains(key))
        .collect();
    want.sort();
    assert_eq!(keys, want);
}

#[test]
fn a_file_comes_back_as_it_went_in() {
    for size in [
        0,
        1,
        CHUNK_BYTES - 1,
        CHUNK_BYTES,
        CHUNK_BYTES + 1,
        3 * CHUNK_BYTES,
    ] {
        let (store, blobs) = open();
        let bytes: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
        let file = block_on(upload(&blobs, "a.png", &bytes)).unwrap();
        assert_eq!(file.size, size as u64);
        assert_eq!(block_on(read(&blobs, "a.png")).unwrap().unwrap(), bytes);
        assert_eq!(block_on(blobs.find("a.png")).unwrap().unwrap(), file);
        let largest = store.sorted_keys().len();
        assert_eq!(largest, 2 + size.div_ceil(CHUNK_BYTES).max(1));
    }
}

#[test]
fn what_is_said_about_a_file_is_kept() {
    let (_, blobs) = open();
    let said = NewFile {
        content_type: "image/png".to_owned(),
        owner: Some("唤醒手腕".to_owned()),
        info: Some("\"\0".to_owned()),
    };
    block_on(async {
        let mut upload = blobs.begin("a.png").unwrap();
        upload.write(b"abc").await.unwrap();
        upload.finish(|_| Ok(said.clone())).await.unwrap();
    });
    let file = block_on(blobs.find("a.png")).unwrap().unwrap();
    assert_eq!(
        (file.content_type.as_str(), &file.owner, &file.info),
        ("image/png", &said.owner, &said.info)
    );
    assert_eq!(
        file.sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert!(NOW.get().duration_since(file.uploaded_at()).unwrap() < Duration::from_millis(1));
}

#[test]
fn what_is_said_about_a_file_may_depend_on_the_one_it_replaces() {
    let (_, blobs) = open();
    let uploaded = |owner: &'static str| {
        block_on(async {
            let mut upload = blobs.begin("a.png")?;
            upload.write(b"abc").await?;
            upload
                .finish(|old| {
                    let first = old.and_then(|old| old.owner.clone());
                    Ok(NewFile {
                        owner: first.or_else(|| Some(owner.to_owned())),
                        ..NewFile::default()
                    })
                })
                .await
        })
    };
    for owner in ["ann", "bob"] {
        assert_eq!(uploaded(owner).unwrap().owner.as_deref(), Some("ann"));
    }
}

#[test]
fn what_is_said_about_a_file_has_a_limit() {
    let (store, blobs) = open();
    let got = block_on(async {
        let mut upload = blobs.begin("a.png")?;
        upload.write(b"abc").await?;
        let info = Some("\u{1}".repeat(MAX_MANIFEST_BYTES / 6));
        let file = NewFile {
            info,
            ..NewFile::default()
        };
        upload.finish(|_| Ok(file)).await
    });
    assert!(matches!(got, Err(Error::TooMuch(_))), "{got:?}");
    assert_eq!(store.sorted_keys(), [""; 0]);
}

#[test]
fn any_part_of_a_file_can_be_read() {
    let (_, blobs) = open();
    let bytes: Vec<u8> = (0..2 * CHUNK_BYTES + 10)
        .map(|index| (index % 251) as u8)
        .collect();
    let file = block_on(upload(&blobs, "a.png", &bytes)).unwrap();
    let edge = CHUNK_BYTES as u64;
    for range in [
        0..1,
        5..5,
        edge - 1..edge + 1,
        edge..2 * edge,
        1..file.size,
        file.size - 1..file.size,
    ] {
        let chunks: Vec<_> =
            block_on(blobs.read(file.clone(), range.clone()).try_collect()).unwrap();
        let want = &bytes[range.start as usize..range.end as usize];
        assert!(chunks.concat() == want, "{range:?}");
    }
}

#[test]
fn a_reader_that_misses_something_ends_with_an_error() {
    for (index, value) in [
        (0, None),
        (1, None),
        (2, None),
        (2, Some(&b"too long"[..])),
        (1, Some(b"")),
    ] {
        let (store, blobs) = open();
        let file = block_on(upload(&blobs, "a.png", &content(b'a'))).unwrap();
        let key = Key::Chunk("a.png", &file.id, index).to_string();
        block_on(async {
            match value {
                Some(value) => store.set(&key, value).await.unwrap(),
                None => store.delete(&key).await.unwrap(),
            }
        });
        assert!(
            block_on(read(&blobs, "a.png")).is_err(),
            "{index} {value:?}"
        );
    }
    let (_, blobs) = open();
    let file = block_on(upload(&blobs, "a.png", b"abc")).unwrap();
    let behind: Result<Vec<_>> = block_on(blobs.read(file, 0..4).try_collect());
    assert!(behind.is_err());
}

#[test]
fn files_are_listed_by_name_in_pages() {
    let (store, blobs) = open();
    for name in ["b", "a.png", "c", "B", "a-1"] {
        block_on(upload(&blobs, name, b"x")).unwrap();
    }
    block_on(store.set("visits", b"7")).unwrap();
    let sorted = ["B", "a-1", "a.png", "b", "c"];
    for limit in 1..7 {
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = block_on(blobs.list(after.as_deref(), limit)).unwrap();
            assert!(page.files.len() <= limit && !page.files.is_empty());
            names.extend(page.files.into_iter().map(|file| file.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, sorted, "{limit}");
    }
    let behind = block_on(blobs.list(Some("d"), 10)).unwrap();
    assert_eq!((behind.files.len(), behind.next), (0, None));
}

#[test]
fn a_name_that_no_file_can_have_is_not_found() {
    let (_, blobs) = open();
    for name in ["", "a/b", "../a", "é", &"n".repeat(MAX_NAME_BYTES + 1)] {
        assert_eq!(block_on(blobs.find(name)).unwrap(), None);
        assert!(blobs.begin(name).is_err());
    }
}

#[test]
fn who_may_not_replace_or_delete_changes_nothing() {
    let (store, blobs) = open();
    block_on(upload(&blobs, "a.png", &content(b'a'))).unwrap();
    let keys = store.sorted_keys();
    let no = || Error::Forbidden("no".to_owned());
    let got = block_on(async {
        let mut upload = blobs.begin("a.png")?;
        upload.write(&content(b'b')).await?;
        upload
            .finish(|old| {
                assert!(old.is_some());
                Err(no())
            })
            .await
    });
    assert!(matches!(got, Err(Error::Forbidden(_))));
    let got = block_on(blobs.delete("a.png", |_| Err(no())));
    assert!(matches!(got, Err(Error::Forbidden(_))));
    assert_eq!(store.sorted_keys(), keys);
    assert_eq!(
        block_on(read(&blobs, "a.png")).unwrap(),
        Some(content(b'a'))
    );
    assert_clean(&store, &blobs);
}

#[test]
fn a_deleted_file_is_gone_and_its_chunks_go_when_no_reader_can_want_them() {
    let (store, blobs) = open();
    let file = block_on(upload(&blobs, "a.png", &content(b'a'))).unwrap();
    wait(LONG);
    assert!(block_on(blobs.delete("a.png", |_| Ok(()))).unwrap());
    assert!(!block_on(blobs.delete("a.png", |_| Ok(()))).unwrap());
    assert_eq!(block_on(blobs.find("a.png")).unwrap(), None);
    wait(GRACE);
    assert_eq!(block_on(blobs.clean_up()).unwrap(), Cleaned::default());
    let size = file.size;
    let chunks: Vec<_> = block_on(blobs.read(file, 0..size).try_collect()).unwrap();
    assert_eq!(chunks.concat(), content(b'a'));
    wait(Duration::from_millis(1));
    let want = Cleaned {
        uploads: 1,
        chunks: 3,
    };
    assert_eq!(block_on(blobs.clean_up()).unwrap(), want);
    assert_eq!(store.sorted_keys(), [""; 0]);
}

#[test]
fn the_age_of_what_is_replaced_counts_from_then() {
    let (store, blobs) = open();
    let old = block_on(upload(&blobs, "a.png", &content(b'a'))).unwrap();
    wait(100 * GRACE);
    block_on(upload(&blobs, "a.png", &content(b'b'))).unwrap();
    block_on(blobs.clean_up()).unwrap();
    let size = old.size;
    let chunks: Vec<_> = block_on(blobs.read(old, 0..size).try_collect()).unwrap();
    assert_eq!(chunks.concat(), content(b'a'));
    assert_clean(&store, &blobs);
}

#[test]
fn an_upload_during_which_something_comes_in_is_never_cleaned_up() {
    let (store, blobs) = open();
    block_on(async {
        let mut upload = blobs.begin("a.png").unwrap();
        for _ in 0..40 {
            upload.write(&[b'a'; CHUNK_BYTES / 16 + 1]).await.unwrap();
            wait(GRACE / 2);
            assert_eq!(blobs.clean_up().await.unwrap(), Cleaned::default());
        }
        upload.finish(plain).await.unwrap();
    });
    assert_clean(&store, &blobs);
}

#[test]
fn an_upload_that_stood_still_is_given_up_and_nothing_of_it_stays() {
    for goes_on in [false, true] {
        let (store, blobs) = open();
        block_on(upload(&blobs, "a.png", &content(b'a'))).unwrap();
        let got = block_on(async {
            let mut upload = blobs.begin("a.png")?;
            upload.write(&content(b'b')).await?;
            wait(LONG);
            assert_eq!(blobs.clean_up().await?.uploads, 1);
            if goes_on {
                upload.write(&content(b'b')).await?;
            }
            upload.finish(plain).await
        });
        assert!(matches!(got, Err(Error::Unavailable { .. })), "{got:?}");
        assert_eq!(
            block_on(read(&blobs, "a.png")).unwrap(),
            Some(content(b'a'))
        );
        assert_eq!(store.sorted_keys().len(), 5);
        assert_clean(&store, &blobs);
    }
}

#[test]
fn the_room_that_a_clean_up_takes_from_an_upload_has_a_limit() {
    let (store, blobs) = open();
    block_on(async {
        for id in 0..MAX_DELETED_CHUNKS + 10 {
            store
                .set(&Key::Chunk("a", &id.to_string(), 0).to_string(), b"")
                .await
                .unwrap();
        }
    });
    let first = block_on(blobs.clean_up()).unwrap();
    assert_eq!(first.chunks, MAX_DELETED_CHUNKS + 1);
    assert_eq!(block_on(blobs.clean_up()).unwrap().chunks, 9);
    assert_eq!(store.sorted_keys(), [""; 0]);
}

/// Every write of a replacement fails once, was done or not, or with all that come after it.
#[test]
fn with_every_write_that_fails_the_old_file_is_intact_or_the_new_one_whole() {
    for fault in [Fault::Refused, Fault::Unsure, Fault::RefusedFrom] {
        let mut succeeded_after = None;
        for n in 1..40 {
            let (store, blobs) = open();
            block_on(upload(&blobs, "a.png", &content(b'a'))).unwrap();
            wait(LONG);
            store.fail(Some(fault(n)));
            let done = block_on(upload(&blobs, "a.png", &content(b'b')));
            store.fail(None);
            let got = block_on(read(&blobs, "a.png")).unwrap().unwrap();
            match &done {
                Ok(_) => assert!(got == content(b'b')),
                // At the very end, the store's error may come after the deed.
                Err(_) => assert!(got == content(b'a'), "{fault:?}"),
            }
            if done.is_ok() {
                succeeded_after.get_or_insert(n);
            }
            assert_clean(&store, &blobs);
        }
        // use, chunk, chunk, chunk, use, use of the old one, manifest.
        assert!(
            matches!(succeeded_after, Some(7 | 8)),
            "{succeeded_after:?}"
        );
    }
}

#[test]
fn a_full_store_can_be_cleaned_up() {
    let (store, blobs) = open();
    for name in ["a.png", "c.png"] {
        block_on(upload(&blobs, name, &content(b'a'))).unwrap();
    }
    block_on(async {
        // Given up, and in the way of what follows.
        let mut upload = blobs.begin("b.png").unwrap();
        upload.write(&content(b'b')).await.unwrap();
    });
    block_on(blobs.delete("c.png", |_| Ok(()))).unwrap();
    store.set_room(Some(0));
    wait(LONG);
    assert!(block_on(blobs.clean_up()).is_err());
    let keys = store.sorted_keys();
    assert!(!keys.iter().any(|key| key.contains("c.png")), "{keys:?}");
    store.set_room(None);
    assert_clean(&store, &blobs);
}

/// The same for a deletion and a clean-up.
#[test]
fn with_every_write_that_fails_what_goes_is_there_or_gone() {
    for fault in [Fault::Refused, Fault::Unsure, Fault::RefusedFrom] {
        for n in 1..12 {
            let fault = fault(n);
            let (store, blobs) = open();
            for byte in [b'a', b'b'] {
                block_on(upload(&blobs, "a.png", &content(byte))).unwrap();
            }
            wait(LONG);
            store.fail(Some(fault));
            let deleted = block_on(blobs.delete("a.png", |_| Ok(())));
            let _ = block_on(blobs.clean_up());
            store.fail(None);
            match block_on(read(&blobs, "a.png")).unwrap() {
                Some(got) => assert!(deleted.is_err() && got == content(b'b')),
                None => assert!(deleted.is_ok() || matches!(fault, Fault::Unsure(_))),
            }
            assert_clean(&store, &blobs);
        }
    }
}

#[test]
fn a_full_store_keeps_what_it_has() {
    let mut full = 0;
    for room in (0..2000).step_by(CHUNK_BYTES / 3) {
        let (store, blobs) = open();
        block_on(upload(&blobs, "a.png", &content(b'a'))).unwrap();
        let before = store.sorted_keys();
        store.set_room(Some(store.bytes().max(room)));
        let want = match block_on(upload(&blobs, "a.png", &content(b'b'))) {
            Ok(_) => b'b',
            Err(error) => {
                assert_eq!(error.status().as_u16(), 507);
                full += 1;
                b'a'
            }
        };
        assert_eq!(
            block_on(read(&blobs, "a.png")).unwrap(),
            Some(content(want))
        );
        // What it could delete, it did, unless only the manifest had no room.
        assert!(want == b'b' || store.sorted_keys() == before || room > before.len() * CHUNK_BYTES);
        assert_clean(&store, &blobs);
    }
    assert!((5..80).contains(&full), "{full}");
}

#[test]
fn the_store_of_the_tests_is_full_where_it_should_be() {
    let store = TestStore::default();
    store.set_room(Some(3));
    block_on(async {
        store.set("a", b"123").await.unwrap();
        assert_eq!(store.set("b", b"1").await, Err(KeyValueError::Full));
        store.set("a", b"12").await.unwrap();
        store.set("b", b"1").await.unwrap();
    });
}
