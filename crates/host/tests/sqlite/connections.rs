//! What one connection leaves for the next.

use super::Database;

#[tokio::test]
async fn a_connection_knows_nothing_of_those_before_it() {
    let database = Database::new().await;
    let look = "SELECT last_insert_rowid(), changes(), total_changes(), 'A' LIKE 'a', \
                (SELECT count(*) FROM temp.sqlite_schema), (SELECT count(*) FROM pragma_database_list), \
                (SELECT count(*) FROM t)";
    // Of the databases, one is for what is temporary: the look makes it.
    let want = |rows: usize| {
        let values = [0, 0, 0, 1, 0, 2, rows].map(|value| format!("Value::Integer({value})"));
        format!("[[{}]]", values.join(", "))
    };
    for (before, rows) in [
        ("SELECT * FROM t", 0),
        ("INSERT INTO t VALUES (1)", 1),
        ("PRAGMA case_sensitive_like = ON", 1),
        ("CREATE TEMP TABLE other (x)", 1),
        ("ATTACH ':memory:' AS other", 1),
        ("BEGIN\nINSERT INTO t VALUES (2)", 1),
        ("SAVEPOINT a\nINSERT INTO t VALUES (2)", 1),
    ] {
        // One that is used again, and one that is not.
        for first in ["SELECT * FROM t", before] {
            database.run(first).await;
        }
        let seen = database.run(look).await;
        assert!(seen.contains(&want(rows)), "{before}: {seen}");
    }
}
