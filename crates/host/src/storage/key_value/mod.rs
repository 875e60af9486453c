//! Spin's key-value stores: `spin:key-value@3.0.0` over local files.
//!
//! It is what Spin's `spin-factor-key-value` and `spin-key-value-spin` are: a component
//! opens stores by label, only those that it was granted, and each label has one SQLite
//! connection behind a lock. A stream of keys holds the lock until it has been read to
//! its end or dropped. Another call of the instance that reads the stream would hang it
//! for good under Spin, so here it fails at once (see [`crate::event_loop`]). Other
//! instances wait; the wait has a limit, [`Limits::key_value`](crate::Limits::key_value),
//! and the log says who held the store.
//!
//! The call that gets a store to change it makes the changes that others wait to make, too, in one transaction.
//!
//! Only a value that is short is read on an async thread (see [`short`]), and who waits for a store takes no thread.

mod changes;
mod database;
mod error;
mod faults;
mod interface;
mod keys;
mod short;
mod statements;
mod store;
mod stores;

#[expect(unreachable_pub, reason = "the generated bindings export it once more")]
pub use self::store::Store;
pub(crate) use self::{
    database::create_table, interface::KeyValue, store::Granted, stores::Stores,
};
pub use self::{
    error::Error as KeyValueError,
    faults::{KeyValueCall, KeyValueFaults, KeyValueOperation},
};
