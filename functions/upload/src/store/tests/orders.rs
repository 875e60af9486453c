//! Several who do something with one name at the same time, in any order of their calls.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Waker},
    time::Duration,
};

use futures::executor::block_on;
use proptest::prelude::*;

use super::{super::testing::is_whole, *};

/// Somebody who does something, a call at a time.
type Actor<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Lets the actors go on in an order, one call each, and ends those that are to be ended.
fn play(mut actors: Vec<Actor<'_>>, order: &[usize], killed: &[usize]) {
    let mut context = Context::from_waker(Waker::noop());
    let mut done = vec![false; actors.len()];
    for step in order {
        let index = step % actors.len();
        if !done[index] {
            done[index] = actors[index].as_mut().poll(&mut context).is_ready();
        }
    }
    for (index, actor) in actors.into_iter().enumerate() {
        if !done[index] && !killed.contains(&index) {
            block_on(actor);
        }
    }
}

async fn uploads(storage: &Storage, byte: u8, uploader: &Uploader, refused: bool) {
    // A clean-up without a time of grace may take any upload.
    match upload(&storage.pictures(), "a.png", byte, uploader).await {
        Ok(Some(_)) => {}
        Ok(None) => assert!(refused),
        Err(error) => assert_eq!(error.status().as_u16(), 503, "{error}"),
    }
}

async fn reads(storage: &Storage) {
    let pictures = storage.pictures();
    if let Some(picture) = pictures.find("a.png").await.unwrap()
        // Without a time of grace, it may be cleared away under its reader, who then sees an error.
        && let Ok(bytes) = read(&pictures, &picture).await
    {
        assert!(is_whole(&bytes));
    }
}

async fn deletes(storage: &Storage) {
    storage
        .pictures()
        .delete("a.png", |_| Ok(()))
        .await
        .unwrap();
}

async fn cleans_up(storage: &Storage) {
    storage.pictures().clean_up().await.unwrap();
    storage.pictures().clean_up().await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_the_order_a_picture_is_whole_and_nothing_else_is_left(
        order in prop::collection::vec(0_usize..7, 0..120),
        killed in prop::collection::vec(0_usize..7, 0..3),
    ) {
        for grace in [Duration::ZERO, GRACE] {
            let storage = Storage::with_grace(grace);
            put(&storage, "a.png", b'0', &nobody());
            let nobody = nobody();
            let actors: Vec<Actor<'_>> = vec![
                Box::pin(uploads(&storage, b'1', &nobody, false)),
                Box::pin(uploads(&storage, b'2', &nobody, false)),
                Box::pin(reads(&storage)),
                Box::pin(reads(&storage)),
                Box::pin(deletes(&storage)),
                Box::pin(cleans_up(&storage)),
                Box::pin(cleans_up(&storage)),
            ];
            play(actors, &order, &killed);
            if let Some(kept) = storage.read("a.png") {
                prop_assert!(is_whole(&kept));
            }
            storage.assert_clean();
        }
    }

    #[test]
    fn a_new_name_is_the_one_accounts_whose_picture_comes_first(
        order in prop::collection::vec(0_usize..2, 0..60),
    ) {
        let storage = Storage::new();
        let (duke, ann) = (account(1, "duke"), account(2, "ann"));
        let actors: Vec<Actor<'_>> = vec![
            Box::pin(uploads(&storage, b'1', &duke, true)),
            Box::pin(uploads(&storage, b'2', &ann, true)),
        ];
        play(actors, &order, &[]);
        let kept = block_on(storage.pictures().find("a.png")).unwrap().unwrap();
        let bytes = storage.read("a.png").unwrap();
        let byte = if kept.owner == duke.account { b'1' } else { b'2' };
        prop_assert_eq!(bytes, content(byte));
        prop_assert_eq!(storage.left(), (1, 1));
        storage.assert_clean();
    }
}
