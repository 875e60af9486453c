//! Bringing a database to the form that a component expects.

use super::{Database, DbError, params};

/// A file of `migrations/`: statements that are separated by an empty line, each of which can run
/// again without harm.
///
/// Use `include_str!` to compile one into a component.
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
    use futures::executor::block_on;

    use super::*;
    use crate::store::db::{TestDatabase, check_migrations};

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

    fn texts(db: &TestDatabase, statement: &str) -> Vec<String> {
        let rows = block_on(db.execute(statement, params![])).unwrap();
        rows.iter().map(|row| row.get("text").unwrap()).collect()
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
    }

    #[test]
    fn migrations_bear_crashes_and_company() {
        check_migrations(ALL);
    }

    #[test]
    #[should_panic(expected = "killed after 4 statements")]
    fn a_statement_that_cannot_run_again_is_found() {
        check_migrations(&[Migration {
            name: "0001_words",
            sql: "CREATE TABLE words (english TEXT);",
        }]);
    }
}
