//! A SQLite database, through Spin's API (feature `sqlite`).
//!
//! What Spin's API does not forgive is done here once:
//! - an open row stream blocks every writer, so a result is read to its end before anything else
//!   happens ([`Database::execute`]), and a large one is walked in pages ([`walk`]);
//! - a text of several statements runs the first and drops the rest, so [`Migration`] runs its
//!   statements one by one;
//! - to open a connection costs more than most statements, so an instance keeps a few open, each lent to one
//!   request at a time; a busy database is asked again ([`Connection`]);
//! - what goes wrong has a status ([`DbError`]).
//!
//! Views take any [`Database`], so that their tests run natively on [`TestDatabase`] (feature `testing`).
//!
//! # Example
//! ```no_run
//! use kit::{Result, db::{Connection, Database, params}};
//!
//! async fn count(prefix: &str) -> Result<i64> {
//!     let db = Connection::open(&[]).await?;
//!     let rows = db
//!         .execute("SELECT count(*) AS n FROM words WHERE english >= ?", params![prefix])
//!         .await?;
//!     Ok(rows.one()?.get("n")?)
//! }
//! ```

mod connection;
mod error;
mod lent;
mod migrations;
mod pages;
mod pool;
mod rows;
#[cfg(feature = "testing")]
mod testing;

use std::future::Future;

pub use connection::Connection;
pub use error::DbError;
pub use lent::{MAX_ATTEMPTS, MAX_REPEATED_BYTES};
pub use migrations::{Migration, migrate};
pub use pages::{DEFAULT_PAGE_ROWS, MAX_PAGE_ROWS, Page, PageRequest, WALK_ROWS, walk};
pub use pool::{MAX_IDLE, MAX_IDLE_CONNECTIONS};
pub use rows::{FromValue, Row, Rows};
pub use spin_sdk::sqlite::Value;
#[cfg(feature = "testing")]
pub use testing::{TestDatabase, check_migrations};

/// Whatever runs SQL.
pub trait Database {
    /// Runs one statement and reads its result to the end, so nothing stays locked.
    ///
    /// Parameters stand for `?`, `?1` and so on; [`params!`](crate::db::params) makes them of Rust values. Only the
    /// first statement of a text is run: that is Spin's rule, here as there.
    ///
    /// # Errors
    /// See [`DbError`]. A statement that failed changed nothing.
    fn execute(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = std::result::Result<Rows, DbError>>;

    /// Lets other requests have the connection until the next statement. Do that before what takes a while, such as
    /// a body that comes in: there are few connections.
    fn release(&self) {}

    /// Has the connection closed in the end instead of being lent to others, since it is not as it was: after a
    /// `PRAGMA`, say.
    fn retire(&self) {}
}

impl<D: Database> Database for &D {
    async fn execute(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> std::result::Result<Rows, DbError> {
        (**self).execute(statement, parameters).await
    }

    fn release(&self) {
        (**self).release();
    }

    fn retire(&self) {
        (**self).retire();
    }
}

/// Parameters of a statement, from values of any type that SQLite has: integers, floats, text,
/// bytes, and an `Option` of one for NULL.
///
/// # Example
/// ```
/// use kit::db::{Value, params};
///
/// let owner: Option<&str> = None;
/// assert_eq!(params![7, "hello", owner], [Value::Integer(7), Value::text("hello"), Value::Null]);
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! __params {
    ($($value:expr),* $(,)?) => {
        ::std::vec![$($crate::db::Value::from($value)),*]
    };
}

#[doc(inline)]
pub use crate::__params as params;
