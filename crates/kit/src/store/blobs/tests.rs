//! Blobs that are written, read and deleted.

use bytes::Bytes;
use futures::{TryStreamExt, executor::block_on};
use proptest::prelude::*;

use super::*;
use crate::store::key_value::{Fault, KeyValueError, TestStore};

const CHUNK_BYTES: usize = 64;

fn open() -> (TestStore, Blobs<TestStore>) {
    let store = TestStore::default();
    let blobs = Blobs::with_chunks(store.clone(), CHUNK_BYTES);
    (store, blobs)
}

/// Bytes that differ from chunk to chunk.
fn content(size: usize) -> Vec<u8> {
    (0..size).map(|index| (index % 251) as u8).collect()
}

/// Writes a blob in pieces of a length.
fn write(blobs: &Blobs<TestStore>, content: &[u8], piece: usize) -> (Blob, Written) {
    let mut writer = blobs.create().unwrap();
    for piece in content.chunks(piece) {
        let mut bytes = Bytes::copy_from_slice(piece);
        while writer.fill(&mut bytes) {
            block_on(writer.flush()).unwrap();
        }
    }
    if writer.has_rest() {
        block_on(writer.flush()).unwrap();
    }
    let written = writer.finish();
    let blob = Blob {
        id: writer.id().to_owned(),
        size: written.size,
        chunk_bytes: written.chunk_bytes,
    };
    (blob, written)
}

fn read(blobs: &Blobs<TestStore>, blob: &Blob, range: std::ops::Range<u64>) -> Result<Vec<u8>> {
    let chunks: Vec<Bytes> = block_on(blobs.read(blob.clone(), range).try_collect())?;
    Ok(chunks.concat())
}

proptest! {
    #[test]
    fn a_blob_comes_back_as_it_went_in_whole_and_in_parts(
        size in 0..4 * CHUNK_BYTES, piece in 1..3 * CHUNK_BYTES, from in 0..4 * CHUNK_BYTES, length in 0..4 * CHUNK_BYTES,
    ) {
        let (store, blobs) = open();
        let content = content(size);
        let (blob, written) = write(&blobs, &content, piece);
        prop_assert_eq!(written.size, size as u64);
        prop_assert_eq!(written.chunks as usize, size.div_ceil(CHUNK_BYTES));
        prop_assert_eq!(store.sorted_keys().len(), size.div_ceil(CHUNK_BYTES));
        prop_assert_eq!(&read(&blobs, &blob, 0..size as u64).unwrap(), &content);
        let to = size.min(from + length);
        let from = from.min(to);
        prop_assert_eq!(&read(&blobs, &blob, from as u64..to as u64).unwrap(), &content[from..to]);
        block_on(blobs.delete(&blob.id, 0..written.chunks)).unwrap();
        prop_assert!(store.sorted_keys().is_empty());
    }
}

#[test]
fn a_hash_is_that_of_all_bytes() {
    let (_, blobs) = open();
    // printf abc | sha256sum
    let want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(write(&blobs, b"abc", 2).1.sha256, want);
}

#[test]
fn where_a_chunk_is_missing_or_another_reading_ends_with_an_error() {
    for value in [
        None,
        Some(vec![1; CHUNK_BYTES - 1]),
        Some(vec![1; CHUNK_BYTES + 1]),
    ] {
        let (store, blobs) = open();
        let (blob, _) = write(&blobs, &content(3 * CHUNK_BYTES), 100);
        let second = store.sorted_keys().swap_remove(1);
        match value {
            None => block_on(store.delete(&second)).unwrap(),
            Some(value) => block_on(store.set(&second, value)).unwrap(),
        }
        let mut chunks = Box::pin(blobs.read(blob, 0..3 * CHUNK_BYTES as u64));
        assert!(block_on(chunks.try_next()).unwrap().is_some());
        assert!(block_on(chunks.try_next()).is_err());
    }
}

#[test]
fn nothing_is_read_behind_the_end() {
    let (_, blobs) = open();
    let (blob, _) = write(&blobs, &content(CHUNK_BYTES + 1), 100);
    let size = blob.size;
    assert!(read(&blobs, &blob, 0..size + 1).is_err());
    assert!(read(&blobs, &blob, size..size + 1).is_err());
    assert_eq!(read(&blobs, &blob, size..size).unwrap(), b"");
    let none = Blob {
        chunk_bytes: 0,
        ..blob
    };
    assert!(read(&blobs, &none, 0..1).is_err());
}

/// Whatever the store says of a chunk, it is among those that are deleted.
#[test]
fn a_chunk_whose_writing_failed_counts() {
    for fault in [Fault::Refused(2), Fault::Unsure(2)] {
        let (store, blobs) = open();
        store.fail(Some(fault));
        let mut writer = blobs.create().unwrap();
        let mut bytes = Bytes::from(content(2 * CHUNK_BYTES));
        assert!(writer.fill(&mut bytes));
        block_on(writer.flush()).unwrap();
        assert!(writer.fill(&mut bytes));
        assert!(block_on(writer.flush()).is_err());
        store.fail(None);
        block_on(blobs.delete(writer.id(), 0..writer.chunks())).unwrap();
        assert!(store.sorted_keys().is_empty(), "{fault:?}");
    }
}

#[test]
fn a_full_store_says_so() {
    let (store, blobs) = open();
    store.set_room(Some(CHUNK_BYTES));
    let mut writer = blobs.create().unwrap();
    let mut bytes = Bytes::from(content(2 * CHUNK_BYTES));
    assert!(writer.fill(&mut bytes));
    block_on(writer.flush()).unwrap();
    assert!(writer.fill(&mut bytes));
    let error = block_on(writer.flush()).unwrap_err();
    assert_eq!(error.status(), Error::from(KeyValueError::Full).status());
}
