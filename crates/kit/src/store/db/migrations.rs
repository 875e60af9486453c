//! Bringing a database to the form that a component expects.

use super::{Database, DbError, params};

/// A file of `migrations/`: statements that are separated by an empty line, each of which can run
/// again without harm.
///
/// Use [`migration!`](crate::db::migration) to compile one into a component.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The file's name without `.sql`, such as `0001_words`.
    pub name: &'static str,
    /// What is in the file.
    pub sql: &'static str,
}

impl Migration {
    /// The statements, in order, without what is only a comment.
    fn statements(&self) -> Vec<String> {
        let mut statements = vec![String::new()];
        for line in self.sql.lines() {
            if line.trim().is_empty() {
                statements.push(String::new());
            } else if let Some(statement) = statements.last_mut() {
                statement.push_str(line);
                statement.push('\n');
            }
        }
        statements.retain(|statement| {
            statement
                .lines()
                .any(|line| !line.trim_start().starts_with("--"))
        });
        statements
    }
}

/// Runs the migrations that are not recorded in `schema_migrations` yet, in their order.
///
/// Several components may do so at the same time, and one may end half-way: each statement is run by
/// itself and can run again, and a migration is recorded when all of its statements have run. That a
/// column to be added is there already counts as done.
///
/// # Errors
/// Those of the statement that failed; what ran before it stays.
pub async fn migrate(db: &impl Database, migrations: &[Migration]) -> Result<(), DbError> {
    let applied = applied(db).await?;
    for migration in migrations {
        if applied.iter().any(|name| name == migration.name) {
            continue;
        }
        for statement in migration.statements() {
            match db.execute(&statement, params![]).await {
                Err(error) if error.is_duplicate_column() => {}
                done => drop(done?),
            }
        }
        db.execute(
            "INSERT OR IGNORE INTO schema_migrations (name, applied_at) \
             VALUES (?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            params![migration.name],
        )
        .await?;
    }
    Ok(())
}

/// The names of the migrations that are recorded.
async fn applied(db: &impl Database) -> Result<Vec<String>, DbError> {
    // Reading first: a database that is up to date is not written to, so nobody waits for a lock.
    let select = "SELECT name FROM schema_migrations";
    let rows = match db.execute(select, params![]).await {
        Err(DbError::Other(message)) if message.contains("no such table") => {
            db.execute(
                "CREATE TABLE IF NOT EXISTS schema_migrations \
                 (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) WITHOUT ROWID",
                params![],
            )
            .await?;
            db.execute(select, params![]).await?
        }
        rows => rows?,
    };
    rows.iter().map(|row| row.get("name")).collect()
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, fs, path::Path};

    use futures::executor::block_on;

    use super::*;
    use crate::store::db::{Rows, TestDatabase, Value};

    const WORDS: Migration = Migration {
        name: "0001_words",
        sql: "-- What the word book keeps.\n\n\
              CREATE TABLE IF NOT EXISTS words (\n  -- no empty line in here\n  id INTEGER PRIMARY KEY,\n  english TEXT\n);\n\n\n\
              CREATE TRIGGER IF NOT EXISTS words_lower AFTER INSERT ON words BEGIN\n  UPDATE words SET english = lower(english) WHERE id = new.id;\n  SELECT 1;\nEND;\n",
    };
    const OWNER: Migration = Migration {
        name: "0002_owner",
        sql: "ALTER TABLE words ADD COLUMN owner TEXT;\r\n\r\n\
              CREATE INDEX IF NOT EXISTS words_owner ON words (owner);\r\n",
    };
    const ALL: &[Migration] = &[WORDS, OWNER];

    /// The files of the project's own folder `migrations/`, in order.
    fn own() -> Vec<Migration> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        let files = fs::read_dir(folder).unwrap();
        let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        let migrations = paths.iter().map(|path| {
            assert_eq!(path.extension(), Some("sql".as_ref()), "{}", path.display());
            Migration {
                name: path
                    .file_stem()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned()
                    .leak(),
                sql: fs::read_to_string(path).unwrap().leak(),
            }
        });
        migrations.collect()
    }

    /// A database that goes away before it runs its nth statement.
    struct Killed<'a> {
        db: &'a TestDatabase,
        left: Cell<usize>,
    }

    impl Database for Killed<'_> {
        async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
            match self.left.get().checked_sub(1) {
                Some(left) => self.left.set(left),
                None => return Err(DbError::Other("killed".to_owned())),
            }
            self.db.execute(statement, parameters).await
        }
    }

    fn texts(db: &TestDatabase, statement: &str) -> Vec<String> {
        let rows = block_on(db.execute(statement, params![])).unwrap();
        rows.iter().map(|row| row.get("text").unwrap()).collect()
    }

    fn schema(db: &TestDatabase) -> Vec<String> {
        texts(
            db,
            "SELECT sql AS text FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
        )
    }

    fn fresh(migrations: &[Migration]) -> Vec<String> {
        let db = TestDatabase::in_memory();
        block_on(migrate(&db, migrations)).unwrap();
        schema(&db)
    }

    #[test]
    fn statements_are_separated_by_empty_lines() {
        let statements = WORDS.statements();
        assert_eq!(statements.len(), 2, "{statements:?}");
        assert!(statements[0].starts_with("CREATE TABLE"));
        assert!(statements[1].ends_with("END;\n"));
        assert_eq!(OWNER.statements().len(), 2);
    }

    #[test]
    fn migrations_run_once_and_are_recorded() {
        let db = TestDatabase::in_memory();
        for _ in 0..2 {
            block_on(migrate(&db, ALL)).unwrap();
            assert_eq!(
                texts(
                    &db,
                    "SELECT name AS text FROM schema_migrations ORDER BY name"
                ),
                ["0001_words", "0002_owner"]
            );
        }
        block_on(db.execute("INSERT INTO words (english) VALUES ('Wake')", params![])).unwrap();
        assert_eq!(texts(&db, "SELECT english AS text FROM words"), ["wake"]);
        assert_eq!(schema(&db), fresh(ALL));
    }

    #[test]
    fn a_later_migration_is_added_to_an_earlier_state() {
        for earlier in 0..=ALL.len() {
            let db = TestDatabase::in_memory();
            block_on(migrate(&db, &ALL[..earlier])).unwrap();
            block_on(migrate(&db, ALL)).unwrap();
            assert_eq!(schema(&db), fresh(ALL), "after {earlier}");
        }
    }

    /// How many statements these take, of which each may be the last before a crash. After every one of
    /// them, the next start makes the database whole.
    fn killed_anywhere(migrations: &[Migration]) -> usize {
        let fresh = fresh(migrations);
        for left in 0.. {
            let db = TestDatabase::in_memory();
            let killed = Killed {
                db: &db,
                left: Cell::new(left),
            };
            let ended = block_on(migrate(&killed, migrations));
            block_on(migrate(&db, migrations)).unwrap();
            assert_eq!(schema(&db), fresh, "killed after {left} statements");
            if ended.is_ok() {
                return left;
            }
        }
        unreachable!("the statements never end")
    }

    /// Two that start at the same time, with their statements in this order.
    fn together(migrations: &[Migration], order: u128, fresh: &[String]) {
        let db = TestDatabase::in_memory();
        let turns = Turns {
            db: &db,
            order,
            taken: Cell::new(0),
        };
        let (one, other) = (turns.player(0), turns.player(1));
        let (a, b) = block_on(futures::future::join(
            migrate(&one, migrations),
            migrate(&other, migrations),
        ));
        a.unwrap();
        b.unwrap();
        assert_eq!(schema(&db), fresh, "order {order:b}");
    }

    #[test]
    fn a_migration_that_was_killed_anywhere_is_finished_by_the_next() {
        // The table of migrations, four statements and two records, with two readings.
        assert_eq!(killed_anywhere(ALL), 9);
    }

    #[test]
    fn two_that_start_together_do_no_harm() {
        // All ways in which the statements of two can come after one another, by who is next.
        let fresh = fresh(ALL);
        for order in 0_u128..1 << 9 {
            together(ALL, order, &fresh);
        }
    }

    #[test]
    fn the_projects_own_migrations_can_be_killed_anywhere() {
        let own = own();
        let statements: usize = own.iter().map(|file| file.statements().len()).sum();
        // Each has a record besides, and the table of records takes three.
        assert_eq!(killed_anywhere(&own), statements + own.len() + 3);
    }

    #[test]
    fn the_projects_own_migrations_can_start_together() {
        let own = own();
        let fresh = fresh(&own);
        // One is ahead by any number of statements, then the other, then both in turns.
        let statements = killed_anywhere(&own);
        assert!(statements <= 128, "they are more than the order has bits");
        let in_turns = u128::MAX / 3;
        for ahead in 0..statements {
            let ones = (1_u128 << ahead) - 1;
            for order in [ones, !ones, ones | in_turns << ahead, in_turns] {
                together(&own, order, &fresh);
            }
        }
    }

    #[test]
    fn the_projects_own_migrations_are_added_to_every_earlier_state() {
        let own = own();
        let fresh = fresh(&own);
        for earlier in 0..=own.len() {
            let db = TestDatabase::in_memory();
            block_on(migrate(&db, &own[..earlier])).unwrap();
            block_on(migrate(&db, &own)).unwrap();
            assert_eq!(schema(&db), fresh, "after {earlier}");
        }
    }

    /// Lets the other go on.
    async fn yield_once() {
        let mut yielded = false;
        futures::future::poll_fn(|context| {
            if std::mem::replace(&mut yielded, true) {
                return std::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }

    /// One database and two who use it in a fixed order: the nth statement is that of the player whom
    /// the nth bit names, as long as both have some left.
    struct Turns<'a> {
        db: &'a TestDatabase,
        order: u128,
        taken: Cell<u32>,
    }

    struct Player<'a> {
        turns: &'a Turns<'a>,
        number: u128,
    }

    impl<'a> Turns<'a> {
        fn player(&'a self, number: u128) -> Player<'a> {
            Player {
                turns: self,
                number,
            }
        }
    }

    impl Database for Player<'_> {
        async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
            // Yields a few times at most: the other may be done.
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
}
