//! Whether migrations bear what happens to them: a crash between any two statements, and company.

use std::{cell::Cell, future::poll_fn, mem, task::Poll};

use futures::{executor::block_on, future::join};

use super::TestDatabase;
use crate::store::db::{Database, DbError, Migration, Rows, Value, migrate, params};

/// The most statements that two who start together can have: an order has as many bits.
const MOST_STATEMENTS: usize = 128;

/// Checks that migrations lead to the same tables whatever happens: a crash after any of their statements, two
/// components that start together, and a database that has had only the first ones.
///
/// # Panics
/// Where they do not, or where there are more than 120 statements or so.
///
/// # Example
/// ```
/// use kit::db::{Migration, check_migrations};
///
/// check_migrations(&[Migration {
///     name: "0001_words",
///     sql: "CREATE TABLE IF NOT EXISTS words (english TEXT);",
/// }]);
/// ```
#[allow(
    clippy::expect_used,
    reason = "it is for tests, which end by panicking"
)]
pub fn check_migrations(migrations: &[Migration]) {
    let fresh = TestDatabase::in_memory();
    block_on(migrate(&fresh, migrations)).expect("the migrations can be run");
    let fresh = schema(&fresh);

    for earlier in 0..=migrations.len() {
        let db = TestDatabase::in_memory();
        block_on(migrate(&db, &migrations[..earlier])).expect("the first ones can be run");
        block_on(migrate(&db, migrations)).expect("the others can be run behind them");
        assert_eq!(schema(&db), fresh, "after the first {earlier}");
    }

    let statements = killed_anywhere(migrations, &fresh);
    assert!(
        statements <= MOST_STATEMENTS,
        "there are {statements} statements"
    );
    // One is ahead by any number of statements, then the other, then both take turns.
    let in_turns = u128::MAX / 3;
    for ahead in 0..statements {
        let ones = (1_u128 << ahead) - 1;
        for order in [ones, !ones, ones | in_turns << ahead, in_turns] {
            together(migrations, order, &fresh);
        }
    }
}

/// The statements that made the tables, indexes and triggers.
#[allow(
    clippy::expect_used,
    reason = "it is for tests, which end by panicking"
)]
fn schema(db: &TestDatabase) -> Vec<String> {
    let select = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
    let rows = block_on(db.execute(select, params![])).expect("a schema can be read");
    let texts = rows.iter().map(|row| row.get("sql"));
    texts.collect::<Result<_, _>>().expect("they are texts")
}

/// Ends after each statement in turn, as in a crash, and starts again. Returns how many statements there are.
fn killed_anywhere(migrations: &[Migration], fresh: &[String]) -> usize {
    let mut left = 0;
    loop {
        let db = TestDatabase::in_memory();
        let killed = Killed {
            db: &db,
            left: Cell::new(left),
        };
        let ended = block_on(migrate(&killed, migrations));
        let again = block_on(migrate(&db, migrations));
        assert!(again.is_ok(), "killed after {left} statements: {again:?}");
        assert_eq!(schema(&db), fresh, "killed after {left} statements");
        if ended.is_ok() {
            return left;
        }
        left += 1;
    }
}

/// Two that start together, with their statements in this order.
fn together(migrations: &[Migration], order: u128, fresh: &[String]) {
    let db = TestDatabase::in_memory();
    let turns = Turns {
        db: &db,
        order,
        taken: Cell::new(0),
    };
    let player = |number| Player {
        turns: &turns,
        number,
    };
    let (one, other) = (player(0), player(1));
    let ended = block_on(join(migrate(&one, migrations), migrate(&other, migrations)));
    assert!(
        matches!(ended, (Ok(()), Ok(()))),
        "two together, in the order {order:b}: {ended:?}"
    );
    assert_eq!(schema(&db), fresh, "two together, in the order {order:b}");
}

/// A database that goes away after some statements.
struct Killed<'a> {
    db: &'a TestDatabase,
    left: Cell<usize>,
}

impl Database for Killed<'_> {
    async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(DbError::Other("killed".to_owned()));
        };
        self.left.set(left);
        self.db.execute(statement, parameters).await
    }
}

/// One database and two who use it in a fixed order: the nth statement is that of the player whom the nth bit
/// names, as long as both have some left.
struct Turns<'a> {
    db: &'a TestDatabase,
    order: u128,
    taken: Cell<u32>,
}

struct Player<'a> {
    turns: &'a Turns<'a>,
    number: u128,
}

impl Database for Player<'_> {
    async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
        // Waits for a few rounds only: the other may be done.
        for _ in 0..4 {
            let turn = self.turns.order >> self.turns.taken.get().min(127) & 1;
            if turn == self.number {
                break;
            }
            yield_once().await;
        }
        self.turns.taken.set(self.turns.taken.get() + 1);
        self.turns.db.execute(statement, parameters).await
    }
}

/// Lets the other go on.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
