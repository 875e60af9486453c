//! Uploads, readers and clean-ups in every order, and ends anywhere.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Waker},
};

use futures::executor::block_on;
use proptest::prelude::*;

use super::*;

/// Somebody at work on the store, one call at a time.
pub(super) type Actor = Pin<Box<dyn Future<Output = ()>>>;

/// Lets it do its next call. Whether it is done.
pub(super) fn step(actor: &mut Actor) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    actor.as_mut().poll(&mut context).is_ready()
}

#[test]
fn an_upload_that_is_killed_anywhere_leaves_the_old_file_or_the_new_one() {
    for steps in 0.. {
        let (store, blobs) = open();
        block_on(upload(&blobs, "a.png", &content(b'a'))).unwrap();
        wait(LONG);
        let own = blobs.clone();
        let mut actor: Actor = Box::pin(async move {
            own.clean_up().await.unwrap();
            upload(&own, "a.png", &content(b'b')).await.unwrap();
        });
        let done = (0..steps).any(|_| step(&mut actor));
        drop(actor);
        let got = block_on(read(&blobs, "a.png")).unwrap().unwrap();
        assert!(got == content(b'a') || got == content(b'b'));
        assert!(!done || got == content(b'b'));
        assert_clean(&store, &blobs);
        if done {
            assert!(steps > 10, "{steps}");
            break;
        }
    }
}

#[test]
fn a_clean_up_that_is_killed_anywhere_is_ended_by_the_next_one() {
    for steps in 0.. {
        let (store, blobs) = open();
        for byte in [b'a', b'b', b'c'] {
            block_on(upload(&blobs, "a.png", &content(byte))).unwrap();
        }
        wait(LONG);
        let own = blobs.clone();
        let mut actor: Actor = Box::pin(async move {
            own.clean_up().await.unwrap();
        });
        let done = (0..steps).any(|_| step(&mut actor));
        drop(actor);
        assert_eq!(
            block_on(read(&blobs, "a.png")).unwrap(),
            Some(content(b'c'))
        );
        assert_clean(&store, &blobs);
        if done {
            break;
        }
    }
}

/// What somebody does, for the tests of every order.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// Uploads a small file, with a clean-up first, as the endpoint does.
    Upload(u8),
    /// Reads, and must see one file whole.
    Read,
    Delete,
    CleanUp,
    /// Uploads, and stands still for longer than the time of grace in the middle.
    Stall(u8),
    /// Time passes.
    Wait,
}

/// A file of one chunk, so that orders are few.
const SMALL: usize = 16;

/// What those at work share.
#[derive(Default)]
struct Shared {
    /// Whether the clock may jump.
    may_stall: bool,
    /// Whose files were published, in their order.
    uploaded: RefCell<Vec<u8>>,
    /// How many are about to publish.
    finishing: Cell<usize>,
}

impl Shared {
    async fn finish(&self, upload: Upload<TestStore>, byte: u8) {
        self.finishing.update(|count| count + 1);
        match upload.finish(plain).await {
            Ok(_) => self.uploaded.borrow_mut().push(byte),
            // The clock is everybody's: one who stands still makes it a long time for all.
            Err(error) => assert!(self.may_stall && error.status().as_u16() == 503),
        }
        self.finishing.update(|count| count - 1);
    }
}

fn act(blobs: &Blobs<TestStore>, deed: Deed, shared: &Rc<Shared>) -> Actor {
    let (blobs, shared) = (blobs.clone(), Rc::clone(shared));
    Box::pin(async move {
        match deed {
            Deed::Upload(byte) => {
                blobs.clean_up().await.unwrap();
                let mut upload = blobs.begin("a").unwrap();
                upload.write(&[byte; SMALL]).await.unwrap();
                shared.finish(upload, byte).await;
            }
            Deed::Stall(byte) => {
                let mut upload = blobs.begin("a").unwrap();
                upload.write(&content(byte)).await.unwrap();
                // That nobody takes so long to publish is all that is taken for granted.
                while shared.finishing.get() > 0 {
                    let _ = blobs.find("a").await;
                }
                wait(LONG);
                shared.finish(upload, byte).await;
            }
            Deed::Read => {
                if let Some(got) = read(&blobs, "a").await.unwrap() {
                    assert!(got.windows(2).all(|two| two[0] == two[1]));
                }
            }
            Deed::Delete => {
                blobs.delete("a", |_| Ok(())).await.unwrap();
            }
            Deed::CleanUp => {
                blobs.clean_up().await.unwrap();
            }
            Deed::Wait => wait(GRACE / 2),
        }
    })
}

/// Runs them in an order: each number lets one of those that are not done do a call.
fn run(deeds: &[Deed], order: impl IntoIterator<Item = usize>) {
    let (store, blobs) = open();
    let shared = Rc::new(Shared {
        may_stall: deeds.iter().any(|deed| matches!(deed, Deed::Stall(_))),
        ..Shared::default()
    });
    block_on(upload(&blobs, "a", &[b'a'; SMALL])).unwrap();
    let mut actors: Vec<Actor> = deeds
        .iter()
        .map(|deed| act(&blobs, *deed, &shared))
        .collect();
    for turn in order {
        if actors.is_empty() {
            break;
        }
        let turn = turn % actors.len();
        if step(&mut actors[turn]) {
            drop(actors.remove(turn));
        }
    }
    while !actors.is_empty() {
        actors.retain_mut(|actor| !step(actor));
    }
    let got = block_on(read(&blobs, "a")).unwrap();
    let deletes = deeds.iter().any(|deed| matches!(deed, Deed::Delete));
    match got {
        None => assert!(deletes),
        Some(got) => {
            let byte = got[0];
            let last = shared.uploaded.borrow();
            assert!(last.contains(&byte) || (byte == b'a' && (last.is_empty() || deletes)));
        }
    }
    assert_clean(&store, &blobs);
}

/// Every order in which two can do their calls.
fn run_in_every_order(deeds: [Deed; 2]) {
    // A bit for each call; what is left when one of them is done makes no difference.
    let longest = 14;
    for order in 0..1_u32 << longest {
        run(&deeds, (0..longest).map(|bit| (order >> bit & 1) as usize));
    }
}

#[test]
fn two_uploads_of_one_name_end_with_one_of_the_two_whole() {
    run_in_every_order([Deed::Upload(b'b'), Deed::Upload(b'c')]);
}

#[test]
fn a_reader_sees_a_whole_file_whatever_is_done_meanwhile() {
    for deed in [Deed::Upload(b'b'), Deed::Delete, Deed::CleanUp] {
        run_in_every_order([Deed::Read, deed]);
    }
}

#[test]
fn an_upload_that_stands_still_is_whole_or_not_there() {
    for deed in [Deed::CleanUp, Deed::Upload(b'c'), Deed::Delete] {
        run_in_every_order([Deed::Stall(b'b'), deed]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn many_at_once_end_with_one_of_them_whole(
        deeds in prop::collection::vec(
            prop_oneof![
                (b'b'..b'z').prop_map(Deed::Upload),
                (b'b'..b'z').prop_map(Deed::Stall),
                Just(Deed::Delete),
                Just(Deed::CleanUp),
            ],
            2..6,
        ),
        order in prop::collection::vec(0..6_usize, 0..120),
    ) {
        run(&deeds, order);
    }

    #[test]
    fn readers_are_not_disturbed_within_the_time_of_grace(
        deeds in prop::collection::vec(
            prop_oneof![
                (b'b'..b'z').prop_map(Deed::Upload),
                Just(Deed::Read),
                Just(Deed::Delete),
                Just(Deed::CleanUp),
            ],
            2..6,
        ),
        order in prop::collection::vec(0..6_usize, 0..120),
    ) {
        // Half the time of grace passes, once.
        let deeds: Vec<Deed> = deeds.into_iter().chain([Deed::Wait]).collect();
        run(&deeds, order);
    }
}
