//! A connection that is lent to one request.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{DbError, Rows, Value, pool::Pool};

/// How often a statement is tried while the database is locked. Spin waits 5 s for the lock each
/// time, so a request gives up after 20 s, before its own limit of 30 s.
pub const MAX_ATTEMPTS: usize = 4;

/// How many bytes of parameters are kept for another attempt.
pub const MAX_REPEATED_BYTES: usize = 1024 * 1024;

/// A connection, to who lends it.
pub(super) trait Open: Sized + Send + Sync + 'static {
    /// Those that are open and lent to nobody.
    fn pool() -> &'static Pool<Self>;

    /// Opens another one.
    fn open() -> impl Future<Output = Result<Self, DbError>>;

    /// Runs a statement once and reads its result to the end.
    fn run(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> impl Future<Output = Result<Rows, DbError>>;
}

/// A connection that nobody else has until it is released or this is dropped.
pub(super) struct Lent<C: Open>(Mutex<Slot<C>>);

struct Slot<C> {
    /// None while a statement has it, and while none is lent.
    connection: Option<C>,
    /// Whether to close it instead of lending it again.
    retired: bool,
}

impl<C: Open> Lent<C> {
    /// Lends a connection that is open already, or opens one.
    pub(super) async fn take() -> Result<Self, DbError> {
        let connection = match C::pool().take(Instant::now()) {
            Some(kept) => kept,
            None => C::open().await?,
        };
        Ok(Self(Mutex::new(Slot {
            connection: Some(connection),
            retired: false,
        })))
    }

    /// Runs a statement. If it failed without a change, it is tried again: up to [`MAX_ATTEMPTS`] times while the
    /// database is locked, and on another connection if the other side closed this one. With
    /// more than [`MAX_REPEATED_BYTES`] of parameters there is one attempt, as they would be in memory twice.
    pub(super) async fn execute(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Rows, DbError> {
        let attempts = match bytes_of(&parameters) {
            0..=MAX_REPEATED_BYTES => MAX_ATTEMPTS,
            _ => 1,
        };
        for _ in 1..attempts {
            match self.attempt(statement, parameters.clone()).await {
                Err(DbError::Locked | DbError::Gone) => {}
                done => return done,
            }
        }
        self.attempt(statement, parameters).await
    }

    /// The statement has the connection to itself: one that nobody waits for any more takes it along, and another
    /// one at the same time has another.
    async fn attempt(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        let lent = self.slot().connection.take();
        let connection = match lent.or_else(|| C::pool().take(Instant::now())) {
            Some(connection) => connection,
            None => C::open().await?,
        };
        let result = connection.run(statement, parameters).await;
        match result {
            // What else is wrong with it is not known. A statement of another request must not meet it.
            Err(DbError::Gone | DbError::Other(_)) => drop(connection),
            _ => self.give_back(connection),
        }
        result
    }

    fn give_back(&self, connection: C) {
        let mut slot = self.slot();
        match slot.connection {
            None => slot.connection = Some(connection),
            Some(_) if slot.retired => {}
            Some(_) => C::pool().give(connection, Instant::now()),
        }
    }

    /// Lets others have the connection until the next statement.
    pub(super) fn release(&self) {
        let mut slot = self.slot();
        let connection = slot.connection.take();
        if let Some(connection) = connection.filter(|_| !slot.retired) {
            C::pool().give(connection, Instant::now());
        }
    }

    /// Has the connection closed in the end.
    pub(super) fn retire(&self) {
        self.slot().retired = true;
    }

    fn slot(&self) -> MutexGuard<'_, Slot<C>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Open> Drop for Lent<C> {
    fn drop(&mut self) {
        self.release();
    }
}

fn bytes_of(parameters: &[Value]) -> usize {
    let bytes = parameters.iter().map(|value| match value {
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        _ => 0,
    });
    bytes.sum()
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        pin::pin,
    };

    use futures::{executor::block_on, poll};

    use super::*;
    use crate::store::db::params;

    thread_local! {
        static OPENED: Cell<usize> = const { Cell::new(0) };
        static RAN_ON: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
        static POOL: &'static Pool<Fake> = Box::leak(Box::new(Pool::new()));
    }

    /// A connection that does what a statement is called, and knows how many were opened before.
    struct Fake(usize);

    impl Open for Fake {
        fn pool() -> &'static Pool<Self> {
            POOL.with(|pool| *pool)
        }

        async fn open() -> Result<Self, DbError> {
            OPENED.set(OPENED.get() + 1);
            Ok(Self(OPENED.get()))
        }

        async fn run(&self, statement: &str, _: Vec<Value>) -> Result<Rows, DbError> {
            RAN_ON.with_borrow_mut(|ran| ran.push(self.0));
            match statement {
                "waits" => std::future::pending().await,
                "gone at first" if self.0 == 1 => Err(DbError::Gone),
                "gone" => Err(DbError::Gone),
                "locked" => Err(DbError::Locked),
                "refused" => Err(DbError::Constraint("no".to_owned())),
                "broken" => Err(DbError::Other("the network is down".to_owned())),
                _ => Ok(Rows::default()),
            }
        }
    }

    fn take() -> Lent<Fake> {
        block_on(Lent::take()).unwrap()
    }

    /// On which connections a statement runs, and how it ends.
    fn run(statement: &str) -> (Vec<usize>, Result<(), DbError>) {
        RAN_ON.take();
        let result = block_on(take().execute(statement, params![])).map(drop);
        (RAN_ON.take(), result)
    }

    #[test]
    fn one_after_the_other_has_the_same_connection() {
        for statement in ["done", "refused", "done"] {
            assert_eq!(run(statement).0, [1], "{statement}");
        }
        assert_eq!(run("locked"), (vec![1; MAX_ATTEMPTS], Err(DbError::Locked)));
        assert_eq!(run("done").0, [1]);
    }

    #[test]
    fn at_the_same_time_each_has_its_own() {
        let (one, other) = (take(), take());
        RAN_ON.take();
        block_on(one.execute("done", params![])).unwrap();
        block_on(other.execute("done", params![])).unwrap();
        assert_eq!(RAN_ON.take(), [1, 2]);
    }

    #[test]
    fn what_the_other_side_gave_up_is_opened_again() {
        assert_eq!(run("gone at first"), (vec![1, 2], Ok(())));
        assert_eq!(run("done").0, [2]);
        let (ran, result) = run("gone");
        assert_eq!((ran.len(), result), (MAX_ATTEMPTS, Err(DbError::Gone)));
    }

    #[test]
    fn what_may_be_broken_is_lent_to_nobody_else_and_its_statement_is_not_repeated() {
        let (ran, result) = run("broken");
        assert_eq!(ran, [1]);
        assert!(result.is_err());
        assert_eq!(run("done").0, [2]);
    }

    #[test]
    fn a_connection_whose_statement_nobody_waited_for_is_used_by_nobody_else() {
        let lent = take();
        let waited = block_on(async {
            let mut waits = pin!(lent.execute("waits", params![]));
            poll!(&mut waits).is_ready()
        });
        assert!(!waited);
        RAN_ON.take();
        // Not by the same request either.
        block_on(lent.execute("done", params![])).unwrap();
        drop(lent);
        assert_eq!(RAN_ON.take(), [2]);
        assert_eq!(run("done").0, [2]);
    }

    #[test]
    fn two_statements_at_the_same_time_have_a_connection_each() {
        let lent = take();
        RAN_ON.take();
        block_on(async {
            let mut waits = pin!(lent.execute("waits", params![]));
            assert!(poll!(&mut waits).is_pending());
            lent.execute("done", params![]).await.unwrap();
        });
        assert_eq!(RAN_ON.take(), [1, 2]);
    }

    #[test]
    fn a_connection_that_is_released_is_anybodys_until_the_next_statement() {
        let one = take();
        block_on(one.execute("done", params![])).unwrap();
        one.release();
        assert_eq!(run("done").0, [1]);
        let other = take();
        block_on(other.execute("done", params![])).unwrap();
        RAN_ON.take();
        block_on(one.execute("done", params![])).unwrap();
        assert_eq!(RAN_ON.take(), [2]);
    }

    #[test]
    fn a_connection_that_was_changed_is_not_lent_again() {
        let lent = take();
        lent.retire();
        block_on(lent.execute("done", params![])).unwrap();
        drop(lent);
        assert_eq!(run("done").0, [2]);
    }

    #[test]
    fn large_parameters_are_not_kept_for_another_attempt() {
        let value = "x".repeat(MAX_REPEATED_BYTES + 1);
        RAN_ON.take();
        let result = block_on(take().execute("locked", params![value]));
        assert_eq!(result.map(drop), Err(DbError::Locked));
        assert_eq!(RAN_ON.take().len(), 1);
    }
}
