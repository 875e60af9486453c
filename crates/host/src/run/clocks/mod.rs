//! The clocks of a request: who waits for whom, how long, and what happens then. Nobody else
//! sleeps or times out for a request; those that a component sends have their own limits, in `run::outbound`.
//!
//! ```text
//!                     connection accepted
//!                             │
//!                  ┌──────────▼───────────┐  HEAD_LIMIT   connection closed,
//!          ┌──────►│ waits for a request  ├────────────►  no answer
//!          │       └──────────┬───────────┘
//!          │       head read, │ AnswerClock::start
//!          │       ┌──────────▼───────────┐  Limits::head
//!          │       │ waits for a place    ├────────────►  503
//!          │       └──────────┬───────────┘
//!          │    place, ticket │                           ┌ 408: the guest waits for the body
//!          │       ┌──────────▼───────────┐  Limits::head │ 504: the guest waits for something
//!          │    ┌──┤ waits for the answer ├────────────►──┤      else, or computes, or has not
//!          │    │  └─┬────────▲───────┬───┘               └      taken the request
//!          │    │    └────────┘       │      Limits::compute
//!          │    │  64 KiB of body,    └───────────────►  504, instance ended
//!          │    │  or its end: the
//!          │    │  clock starts again
//!          │    │ head of the response
//!          │    │  ┌──────────────────────┐  STALL_LIMIT
//!          │    └─►│ client takes it      ├────────────►  cut off, connection closed
//!          │       └──────────┬───────────┘
//!          └──────────────────┘ all sent
//! ```
//!
//! [`Limits::head`](crate::Limits::head) is kept by four, each a moment after the one before,
//! who knows more about what went wrong:
//!
//! | after the limit | who | what the log gets |
//! |---|---|---|
//! | 0 s | [`AnswerClock::over_in_instance`], on the instance's event loop | that the guest was waiting |
//! | 0.5 s | [`InstanceClock`] has a guest that computes trap at its next tick | the guest's backtrace |
//! | 1 s | [`InstanceClock`] ends the instance, which is held up in the host | that it was ended |
//! | 2 s | [`AnswerClock::answer`]: no instance had a turn for the request | that |
//!
//! An instance without requests lives on for [`Limits::idle`](crate::Limits::idle), and for
//! [`Limits::after_responses`](crate::Limits::after_responses) where it still works. A server that
//! stops gives running requests [`SHUTDOWN_GRACE`]. A call to storage waits in a queue within the
//! answer's time; what it gets for it is an error of the call, see [`crate::storage`].

mod answer;
pub(crate) mod compute;
mod connection;
mod instance;

pub use self::connection::{END_GRACE, SHUTDOWN_GRACE};
pub(crate) use self::{
    answer::{AnswerClock, Late, TimedBody},
    compute::ComputeClock,
    connection::{ConnectionClock, linger, shut_down},
    instance::InstanceClock,
};
