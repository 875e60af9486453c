//! The clock of a guest that computes: how long it keeps its event loop from everything else, and when
//! others get their turn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use tokio::task::yield_now;
use wasmtime::{CallHook, Engine};

use crate::run::limits::{LimitExceeded, Limits};

/// How often a running guest is interrupted to let others run and to look at its limits. Spin's 10 ms are
/// too long here, as all connections of the thread wait for it: see "What was tried" in bench/NOTES.md.
const TICK: Duration = Duration::from_millis(1);

/// How many turns everything else on the thread gets before an interrupted guest goes on. In a turn all
/// runs that is ready, and what that wakes, and then sockets and timers are looked at. With more turns, a
/// client that had its answer in the first is served again before the guest takes the next tick. More than
/// these gave other requests nothing that could be measured: bench/NOTES.md has the figures.
const TURNS: u32 = 4;

/// What counts at most as computed between two interruptions. It takes much longer only where the machine
/// slept, or where the guest waited for the host.
const MAX_STRETCH: Duration = Duration::from_millis(10);

/// Lets the engine's epoch advance until the engine is gone.
pub(crate) fn tick(engine: &Engine) {
    let engine = engine.weak();
    thread::spawn(move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    });
}

/// Measures how long a guest computes without returning to the event loop.
///
/// The engine calls [`ComputeClock::tick`] only while guest code runs. The turns of others are not counted.
#[derive(Debug)]
pub(crate) struct ComputeClock {
    limit: Duration,
    depth: usize,
    computed: Duration,
    stretch: Arc<Stretch>,
    overdue: Arc<AtomicBool>,
}

impl ComputeClock {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limit: limits.compute,
            depth: 0,
            computed: Duration::ZERO,
            stretch: Arc::new(Stretch::begin()),
            overdue: Arc::default(),
        }
    }

    /// Set by whoever knows that the guest is to end at its next tick.
    pub(crate) fn overdue(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.overdue)
    }

    /// Follows the calls in and out of the guest. Only a call from the event loop
    /// starts the clock anew; one from inside a host call (to allocate, say) would
    /// let a guest that loops over host calls go on for ever.
    pub(crate) fn call(&mut self, hook: CallHook) {
        match hook {
            CallHook::CallingWasm => {
                if self.depth == 0 {
                    self.computed = Duration::ZERO;
                    self.stretch.begin_again();
                }
                self.depth += 1;
            }
            CallHook::ReturningFromWasm => self.depth = self.depth.saturating_sub(1),
            CallHook::CallingHost | CallHook::ReturningFromHost => {}
        }
    }

    /// The guest is interrupted. It goes on after the turns of others, which are returned.
    ///
    /// # Errors
    ///
    /// It has computed for too long.
    pub(crate) fn tick(
        &mut self,
    ) -> Result<impl Future<Output = ()> + Send + use<>, LimitExceeded> {
        self.computed += self.stretch.so_far().min(MAX_STRETCH);
        if self.computed > self.limit || self.overdue.load(Relaxed) {
            let time = self.computed;
            return Err(LimitExceeded::Compute { time });
        }
        let stretch = Arc::clone(&self.stretch);
        Ok(async move {
            for _ in 0..TURNS {
                // Tokio's own, unlike wasmtime's, waits until all that is ready has run and sockets and
                // timers were looked at.
                yield_now().await;
            }
            stretch.begin_again();
        })
    }
}

/// Since when a guest computes without a break.
#[derive(Debug)]
struct Stretch {
    first: Instant,
    /// Nanoseconds after the first.
    begun: AtomicU64,
}

impl Stretch {
    /// The first stretch, from now on.
    fn begin() -> Self {
        Self {
            first: Instant::now(),
            begun: AtomicU64::new(0),
        }
    }

    fn begin_again(&self) {
        self.begun.store(self.now(), Relaxed);
    }

    fn so_far(&self) -> Duration {
        Duration::from_nanos(self.now().saturating_sub(self.begun.load(Relaxed)))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.first.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    /// A clock with this limit.
    fn clock(limit: Duration) -> ComputeClock {
        ComputeClock::new(&Limits {
            compute: limit,
            ..Limits::default()
        })
    }

    /// Lets the stretch have begun so long ago.
    fn computes(clock: &mut ComputeClock, time: Duration) {
        clock.stretch = Arc::new(Stretch {
            first: Instant::now() - time,
            begun: AtomicU64::new(0),
        });
    }

    fn is_over(clock: &mut ComputeClock) -> bool {
        matches!(clock.tick().map(drop), Err(LimitExceeded::Compute { .. }))
    }

    #[test]
    fn computing_is_counted_anew_only_from_the_event_loop() {
        let mut clock = clock(MAX_STRETCH);
        clock.call(CallHook::CallingWasm);
        computes(&mut clock, MAX_STRETCH);
        assert!(!is_over(&mut clock));
        clock.call(CallHook::CallingHost);
        clock.call(CallHook::CallingWasm);
        clock.call(CallHook::ReturningFromWasm);
        clock.call(CallHook::ReturningFromHost);
        assert!(is_over(&mut clock));
        clock.call(CallHook::ReturningFromWasm);
        clock.call(CallHook::CallingWasm);
        assert!(!is_over(&mut clock));
        clock.overdue().store(true, Relaxed);
        assert!(is_over(&mut clock));
    }

    #[test]
    fn a_machine_that_slept_counts_for_little() {
        let mut clock = clock(2 * MAX_STRETCH);
        clock.call(CallHook::CallingWasm);
        computes(&mut clock, 1_000 * MAX_STRETCH);
        assert!(!is_over(&mut clock));
    }

    #[tokio::test]
    async fn others_have_all_their_turns_which_do_not_count() {
        let mut clock = clock(Duration::from_secs(3600));
        clock.call(CallHook::CallingWasm);
        let turns = clock.tick().unwrap();
        computes(&mut clock, MAX_STRETCH);
        let others = async {
            let mut turns = 0;
            loop {
                turns += 1;
                yield_now().await;
                if turns == TURNS {
                    return turns;
                }
            }
        };
        assert!(turns.now_or_never().is_none());
        let turns = clock.tick().unwrap();
        let mut turns = Box::pin(turns);
        let mut polls = 0;
        let polls = std::future::poll_fn(|context| {
            polls += 1;
            turns.as_mut().poll(context).map(|()| polls)
        });
        let (others, polls) = tokio::join!(others, polls);
        assert_eq!((others, polls), (TURNS, TURNS + 1));
    }
}
