//! What the database has to look like.

/// A migration of the folder `migrations/` in the project's root, by its name without `.sql`, compiled into a function.
///
/// # Example
/// ```ignore
/// const MIGRATIONS: &[Migration] = &[site::migration!("0001_words")];
/// ```
#[macro_export]
macro_rules! migration {
    ($name:literal) => {
        ::kit::db::Migration {
            name: $name,
            sql: include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../migrations/",
                $name,
                ".sql"
            )),
        }
    };
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures::executor::block_on;
    use kit::{
        db::{
            Database, DbError, Migration, Rows, TestDatabase, Value, check_migrations, migrate,
            params,
        },
        login,
    };

    const ALL: &[Migration] = &[
        migration!("0001_words"),
        migration!("0002_accounts"),
        migration!("0003_uploads"),
        migration!("0004_word_owners"),
        migration!("0005_limits_by_address"),
    ];

    #[test]
    fn they_bear_crashes_and_company() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let names: Vec<_> = ALL
            .iter()
            .map(|migration| format!("{}.sql", migration.name))
            .collect();
        assert_eq!(files, names, "a migration is missing in this test");
        check_migrations(ALL);
    }

    fn rows(db: &TestDatabase, select: &str) -> Vec<String> {
        let rows = block_on(db.execute(select, params![])).unwrap();
        rows.iter().map(|row| row.get("text").unwrap()).collect()
    }

    #[test]
    fn they_make_what_a_login_needs() {
        let (needed, ours) = (TestDatabase::in_memory(), TestDatabase::in_memory());
        let login = Migration {
            name: "login",
            sql: login::SCHEMA,
        };
        block_on(migrate(&needed, &[login])).unwrap();
        block_on(migrate(&ours, ALL)).unwrap();
        for what in [
            "SELECT concat_ws(' ', 'users', name, type, \"notnull\", pk) AS text FROM pragma_table_info('users')",
            "SELECT concat_ws(' ', 'sessions', name, type, \"notnull\", pk) AS text FROM pragma_table_info('sessions')",
            "SELECT sql AS text FROM sqlite_master WHERE type = 'trigger'",
        ] {
            let ours = rows(&ours, what);
            let needed = rows(&needed, what);
            assert!(!needed.is_empty(), "{what}");
            for line in needed {
                assert!(ours.contains(&line), "{line}: {ours:?}");
            }
        }
    }

    /// A database that tells how it would find the owners of words.
    struct Explaining<'a> {
        db: &'a TestDatabase,
        plan: RefCell<Vec<String>>,
    }

    impl Database for Explaining<'_> {
        async fn execute(&self, statement: &str, parameters: Vec<Value>) -> Result<Rows, DbError> {
            if statement.contains("SET owner_id") {
                let explain = format!("EXPLAIN QUERY PLAN {statement}");
                let rows = self.db.execute(&explain, params![]).await?;
                let details = rows.iter().map(|row| row.get("detail"));
                *self.plan.borrow_mut() = details.collect::<Result<_, _>>()?;
            }
            self.db.execute(statement, parameters).await
        }
    }

    #[test]
    fn words_of_before_find_their_owners_without_reading_all_accounts_for_each() {
        let db = TestDatabase::in_memory();
        block_on(migrate(
            &db,
            &[migration!("0001_words"), migration!("0002_accounts")],
        ))
        .unwrap();
        for name in ["duke", "ann"] {
            let insert = "INSERT INTO users (name, name_key, password_hash, password_changed_at, created_at) \
                VALUES (?1, ?1, '', '', '2022-02-15T14:57:42.714Z')";
            block_on(db.execute(insert, params![name])).unwrap();
        }
        let insert = "INSERT INTO words (english, chinese, sentence_eng, sentence_chi, created_at, updated_at, owner, \
            english_key, chinese_key, folded) VALUES (?1, '', '', '', ?2, ?2, ?3, ?1, '', '')";
        for (word, at, owner) in [
            ("older than its account", "2022-02-14", Some("duke")),
            ("younger", "2022-02-16", Some("duke")),
            ("another's", "2022-02-16", Some("ann")),
            ("of who is gone", "2022-02-16", Some("carl")),
            ("nobody's", "2022-02-16", None),
        ] {
            block_on(db.execute(insert, params![word, at, owner])).unwrap();
        }
        let explaining = Explaining {
            db: &db,
            plan: RefCell::default(),
        };
        block_on(migrate(&explaining, &[migration!("0004_word_owners")])).unwrap();
        let plan = explaining.plan.take();
        assert!(
            plan.iter().any(|step| step.starts_with("SEARCH users")),
            "{plan:?}"
        );
        assert!(
            !plan.iter().any(|step| step.starts_with("SCAN users")),
            "{plan:?}"
        );
        let owners =
            block_on(db.execute("SELECT owner_id FROM words ORDER BY id", params![])).unwrap();
        let owners: Vec<Option<i64>> = owners
            .iter()
            .map(|row| row.get("owner_id").unwrap())
            .collect();
        assert_eq!(owners, [None, Some(1), Some(2), None, None]);
        // What it took is gone: nothing else looks for a name as it is written.
        let index = "SELECT count(*) AS n FROM sqlite_master WHERE name = 'users_by_name'";
        let rows = block_on(db.execute(index, params![])).unwrap();
        assert_eq!(rows.one().unwrap().get("n"), Ok(0_i64));
    }
}
