//! The clock of a guest that computes: how long it keeps its event loop from everything else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use wasmtime::{CallHook, Engine};

use crate::run::limits::{LimitExceeded, Limits};

/// How often a running guest is interrupted to let others run and to look at its
/// limits; Spin's interval.
const TICK: Duration = Duration::from_millis(10);

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
/// The engine calls [`ComputeClock::tick`] only while guest code runs, so time
/// spent waiting for the host is not counted.
#[derive(Debug)]
pub(crate) struct ComputeClock {
    limit: Duration,
    depth: usize,
    ticks: u32,
    entered: Instant,
    overdue: Arc<AtomicBool>,
}

impl ComputeClock {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            limit: limits.compute,
            depth: 0,
            ticks: 0,
            entered: Instant::now(),
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
                    self.ticks = 0;
                    self.entered = Instant::now();
                }
                self.depth += 1;
            }
            CallHook::ReturningFromWasm => self.depth = self.depth.saturating_sub(1),
            CallHook::CallingHost | CallHook::ReturningFromHost => {}
        }
    }

    /// Counts one tick of the engine.
    pub(crate) fn tick(&mut self) -> Result<(), LimitExceeded> {
        self.ticks = self.ticks.saturating_add(1);
        // Both must agree: the ticks leave out waiting, and the time leaves out a
        // ticker that catches up after the machine slept.
        let too_long = TICK * self.ticks > self.limit && self.entered.elapsed() > self.limit;
        if too_long || self.overdue.load(Relaxed) {
            let time = self.entered.elapsed();
            return Err(LimitExceeded::Compute { time });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computing_is_counted_anew_only_from_the_event_loop() {
        let mut clock = ComputeClock {
            limit: TICK,
            depth: 0,
            ticks: 0,
            entered: Instant::now(),
            overdue: Arc::default(),
        };
        let long_ago = Instant::now() - 10 * TICK;
        clock.call(CallHook::CallingWasm);
        clock.entered = long_ago;
        assert_eq!(clock.tick(), Ok(()));
        clock.call(CallHook::CallingHost);
        clock.call(CallHook::CallingWasm);
        clock.call(CallHook::ReturningFromWasm);
        clock.call(CallHook::ReturningFromHost);
        assert!(matches!(clock.tick(), Err(LimitExceeded::Compute { .. })));
        clock.call(CallHook::ReturningFromWasm);
        clock.call(CallHook::CallingWasm);
        assert_eq!(clock.tick(), Ok(()));
        clock.overdue().store(true, Relaxed);
        assert!(matches!(clock.tick(), Err(LimitExceeded::Compute { .. })));
    }
}
