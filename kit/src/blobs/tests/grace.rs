//! What the time of grace is counted from, and what holds without one.

use super::{
    orders::{Actor, step},
    *,
};

/// More calls than any of the actors here makes.
const MOST_CALLS: usize = 16;

/// Replaces the file, without a clean-up before.
fn replace(blobs: &Blobs<TestStore>) -> Actor {
    let blobs = blobs.clone();
    Box::pin(async move {
        upload(&blobs, "a", b"bbbb").await.unwrap();
    })
}

fn delete(blobs: &Blobs<TestStore>) -> Actor {
    let blobs = blobs.clone();
    Box::pin(async move {
        blobs.delete("a", |_| Ok(())).await.unwrap();
    })
}

fn clean_up(blobs: &Blobs<TestStore>) -> Actor {
    let blobs = blobs.clone();
    Box::pin(async move {
        blobs.clean_up().await.unwrap();
    })
}

/// Lets it do so many calls, or all that are left.
fn steps(actor: &mut Option<Actor>, count: usize) {
    for _ in 0..count {
        let Some(running) = actor else { return };
        if step(running) {
            *actor = None;
        }
    }
}

#[test]
fn what_was_there_for_long_has_the_time_of_grace_from_its_end() {
    for end in [replace, delete] {
        for order in 0..1_u32 << MOST_CALLS {
            let (_, blobs) = open();
            let old = block_on(upload(&blobs, "a", &content(b'a'))).unwrap();
            wait(LONG);
            let mut actors = [Some(end(&blobs)), Some(clean_up(&blobs))];
            for bit in 0..MOST_CALLS {
                steps(&mut actors[(order >> bit & 1) as usize], 1);
            }
            for actor in &mut actors {
                steps(actor, usize::MAX);
            }
            let range = 0..old.size;
            let chunks: Result<Vec<_>> = block_on(blobs.read(old, range).try_collect());
            assert_eq!(chunks.unwrap().concat(), content(b'a'), "{order:b}");
        }
    }
}

#[test]
fn without_a_time_of_grace_an_upload_is_whole_or_refused() {
    let mut whole = 0;
    for (before, scanned) in pairs(4, 8) {
        for ((between, checked), again) in
            pairs(14, 6).flat_map(|pair| (0..10).map(move |n| (pair, n)))
        {
            let store = TestStore::default();
            let blobs = Blobs {
                grace: Duration::ZERO,
                ..blobs_of(&store)
            };
            let own = blobs.clone();
            let mut uploading: Option<Actor> = Some(Box::pin(async move {
                if let Err(error) = upload(&own, "a", &content(b'b')).await {
                    assert_eq!(error.status().as_u16(), 503);
                }
            }));
            let [mut first, mut second] = [clean_up(&blobs), clean_up(&blobs)].map(Some);
            steps(&mut uploading, before);
            wait(Duration::from_millis(1));
            steps(&mut first, scanned);
            steps(&mut uploading, between);
            steps(&mut first, usize::MAX);
            steps(&mut uploading, checked);
            wait(Duration::from_millis(1));
            steps(&mut second, again);
            steps(&mut uploading, usize::MAX);
            steps(&mut second, usize::MAX);
            if let Some(got) = block_on(read(&blobs, "a")).unwrap() {
                assert_eq!(got, content(b'b'));
                whole += 1;
            }
        }
    }
    assert!(whole > 0);
}

fn pairs(first: usize, second: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..first).flat_map(move |one| (0..second).map(move |other| (one, other)))
}
