//! One after the other: no two hashes at once in an instance, and everybody else in between.
//!
//! A component computes on a single thread, so two tables of scrypt would not be in memory together in any
//! case. But where ten log-ins wait, the runtime would call one of them after the other, and a request that
//! came later would wait for all ten. So the one that came first has the turn, the others only look whether
//! it is theirs and step back, and the one that has it steps back before and after it computes.
//!
//! No task wakes another: in a component that is not certain to work. Looking again costs next to nothing beside
//! the hash that a task waits for.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    task::Poll,
};

thread_local! {
    /// Who wants the turn, in the order they came; the first one has it. An instance of a component is one
    /// thread.
    static LINE: RefCell<VecDeque<u64>> = const { RefCell::new(VecDeque::new()) };
    /// The number that the next one draws.
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// A place in the line, until it is given back or dropped: a client that leaves takes its request with it.
pub(super) struct Turn {
    number: u64,
}

impl Turn {
    /// Waits for the turn, and lets others pass once more before it is used.
    pub(super) async fn take() -> Self {
        let number = NEXT.replace(NEXT.get().wrapping_add(1));
        LINE.with_borrow_mut(|line| line.push_back(number));
        let turn = Self { number };
        while !turn.has_come() {
            yield_now().await;
        }
        yield_now().await;
        turn
    }

    fn has_come(&self) -> bool {
        LINE.with_borrow(|line| line.front() == Some(&self.number))
    }

    /// Lets others pass before the next one computes.
    pub(super) async fn give_back(self) {
        yield_now().await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        LINE.with_borrow_mut(|line| line.retain(|number| *number != self.number));
    }
}

/// Lets the runtime call every other task that can go on.
pub(super) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::{
        rc::Rc,
        task::{Context, Waker},
    };

    use futures::{
        executor::{LocalPool, block_on},
        future::{LocalBoxFuture, join_all, select},
        pin_mut,
        task::LocalSpawnExt,
    };

    use super::*;

    #[test]
    fn there_is_one_turn_at_a_time() {
        let at_once = Cell::new(0);
        let most = Cell::new(0);
        let work = || async {
            let turn = Turn::take().await;
            at_once.set(at_once.get() + 1);
            most.set(most.get().max(at_once.get()));
            yield_now().await;
            at_once.set(at_once.get() - 1);
            turn.give_back().await;
        };
        block_on(join_all((0..10).map(|_| work())));
        assert_eq!(most.get(), 1);
    }

    #[test]
    fn who_came_first_goes_first_however_often_others_look() {
        let done = RefCell::new(Vec::new());
        let work = |name: usize| -> LocalBoxFuture<'_, ()> {
            let done = &done;
            Box::pin(async move {
                let turn = Turn::take().await;
                for _ in 0..3 {
                    yield_now().await;
                }
                done.borrow_mut().push(name);
                turn.give_back().await;
            })
        };
        let mut waiting: Vec<_> = (0..5).map(|name| Some(work(name))).collect();
        let mut context = Context::from_waker(Waker::noop());
        let mut poll = |place: &mut Option<LocalBoxFuture<'_, ()>>| {
            if let Some(task) = place
                && task.as_mut().poll(&mut context).is_ready()
            {
                *place = None;
            }
        };
        waiting.iter_mut().for_each(&mut poll);
        // From now on the one that came last is always asked first.
        for _ in 0..50 {
            waiting.iter_mut().rev().for_each(&mut poll);
        }
        assert_eq!(*done.borrow(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn somebody_else_passes_between_two_turns() {
        let events = Rc::new(RefCell::new(Vec::new()));
        let mut pool = LocalPool::new();
        for _ in 0..5 {
            let events = Rc::clone(&events);
            let work = async move {
                let turn = Turn::take().await;
                events.borrow_mut().push("hash");
                turn.give_back().await;
            };
            pool.spawner().spawn_local(work).unwrap();
        }
        let others = Rc::clone(&events);
        let other = async move {
            for _ in 0..20 {
                others.borrow_mut().push("other");
                yield_now().await;
            }
        };
        pool.spawner().spawn_local(other).unwrap();
        pool.run();
        let events = events.borrow();
        let hashes = events.iter().filter(|event| **event == "hash").count();
        assert_eq!(hashes, 5);
        let in_a_row = events.windows(2).any(|pair| pair == ["hash", "hash"]);
        assert!(!in_a_row, "{events:?}");
    }

    #[test]
    fn who_leaves_the_line_takes_nobody_elses_turn_along() {
        let mut context = Context::from_waker(Waker::noop());
        let has_turn = Cell::new(false);
        let mut holder = Box::pin(Turn::take());
        assert!(holder.as_mut().poll(&mut context).is_pending());
        let Poll::Ready(turn) = holder.as_mut().poll(&mut context) else {
            panic!("the line is empty");
        };
        let mut waits = Box::pin(async {
            let _turn = Turn::take().await;
            has_turn.set(true);
            std::future::pending::<()>().await;
        });
        assert!(waits.as_mut().poll(&mut context).is_pending());
        let mut leaves = Box::pin(Turn::take());
        assert!(leaves.as_mut().poll(&mut context).is_pending());
        let mut look =
            || (0..5).for_each(|_| assert!(waits.as_mut().poll(&mut context).is_pending()));
        look();
        drop(leaves);
        look();
        assert!(!has_turn.get());
        drop(turn);
        look();
        assert!(has_turn.get());
    }

    #[test]
    fn a_request_that_is_dropped_gives_its_turn_back() {
        block_on(async {
            {
                let holder = async {
                    let _turn = Turn::take().await;
                    std::future::pending::<()>().await;
                };
                let brief = async {
                    for _ in 0..5 {
                        yield_now().await;
                    }
                };
                pin_mut!(holder, brief);
                select(holder, brief).await;
            }
            drop(Turn::take().await);
        });
    }
}
