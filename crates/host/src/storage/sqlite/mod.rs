//! Spin's SQLite: `spin:sqlite@3.1.0` over local files.
//!
//! It is what Spin's `spin-factor-sqlite` and `spin-sqlite-inproc` are: a component
//! opens databases by label, only those that it was granted, and each open makes a
//! connection of its own, whose file is opened when it is first used. It may have been another guest's that did
//! nothing but read (see [`idle`]).
//!
//! A statement runs on an async thread only where it reads and is short. None waits for another connection while it
//! has a thread that others need, and none outlives whoever wanted its rows.

mod cancel;
mod connection;
mod database;
mod error;
mod idle;
mod interface;
mod open;
mod rows;
mod setup;
mod short;
mod statement;
mod threads;
mod turns;
mod values;

#[expect(unreachable_pub, reason = "the generated bindings export it once more")]
pub use self::connection::Connection;
pub(crate) use self::{cancel::Life, database::Databases, interface::Sqlite};
