//! What goes into a store and what comes out.

use rusqlite::params;

use super::{DONE, Store, run, run_at};
use crate::support::store::{default_store, keys, value};

#[tokio::test]
async fn what_is_set_is_there_until_it_is_deleted() {
    let store = Store::new();
    let answers = store
        .run(
            "get a\nexists a\nset a 1\nget a\nset a 2\nget a\nset b \nget b\nexists b\nkeys\n\
             delete a\ndelete a\nget a\nexists a\nkeys",
        )
        .await;
    let want = [
        "Ok(None)",
        "Ok(false)",
        "Ok(())",
        "Ok(Some(\"1\"))",
        "Ok(())",
        "Ok(Some(\"2\"))",
        "Ok(())",
        "Ok(Some(\"\"))",
        "Ok(true)",
        "Ok([\"a\", \"b\"])",
        "Ok(())",
        "Ok(())",
        "Ok(None)",
        "Ok(false)",
        "Ok([\"b\"])",
    ];
    assert_eq!(answers.lines().collect::<Vec<_>>(), want);
}

#[tokio::test]
async fn any_text_is_a_key() {
    let store = Store::new();
    let long = "长".repeat(100_000);
    for key in [
        "",
        "唤醒手腕🦀",
        "a/b%2F'\"\\\t",
        "\u{0}\u{7f}",
        "e\u{301}",
        "é",
        &long,
    ] {
        let answers = store.run(&format!("set {key} at {key}\nget {key}")).await;
        // The key is in the value, so that no two are taken for one.
        let want = format!("{DONE}Ok(Some({:?}))\n", format!("at {key}"));
        assert!(answers == want, "{key:.20}: {answers:.200}");
    }
    assert_eq!(keys(store.folder.path()).len(), 7);
}

#[tokio::test]
async fn a_store_that_was_not_granted_is_denied() {
    let store = Store::new();
    for label in ["archive", "", "Default"] {
        let answer = run_at(&store.probe, &format!("/key-value/run?{label}"), "keys").await;
        assert_eq!(answer, "open: Error::AccessDenied\n", "{label:?}");
    }
}

#[tokio::test]
async fn an_instance_has_256_stores_open_at_most() {
    let store = Store::new();
    let answer = store.ask("/key-value/stores?256").await;
    assert_eq!(answer, "Ok(()) Ok(())");
    let answer = store.ask("/key-value/stores?257").await;
    assert_eq!(answer, "Err(Error::StoreTableFull) Ok(())");
}

#[tokio::test]
async fn components_share_a_store() {
    let store = Store::new();
    assert_eq!(store.run("set a from-probe").await, DONE);
    let other = "/other/x/key-value/run?default";
    let answers = run_at(&store.probe, other, "get a\nset a from-other").await;
    assert_eq!(answers, format!("Ok(Some(\"from-probe\"))\n{DONE}"));
    assert_eq!(store.run("get a").await, "Ok(Some(\"from-other\"))\n");
}

#[tokio::test]
async fn a_store_is_in_spins_file_and_outlives_the_application() {
    let Store { probe, folder } = Store::new();
    assert_eq!(run(&probe, "set a 唤醒").await, DONE);
    drop(probe);
    let state = folder.path();
    assert_eq!(keys(state), ["a"]);
    assert_eq!(value(state, "a"), Some("唤醒".as_bytes().to_vec()));
    let columns = "SELECT group_concat(name || ' ' || type || ' ' || \"notnull\" || pk)
                   FROM pragma_table_info('spin_key_value')";
    let columns = default_store(state).query_row(columns, [], |row| row.get(0));
    let columns: String = columns.unwrap();
    assert_eq!(columns, "store TEXT 11,key TEXT 12,value BLOB 10");
    // What another program puts there, and what is none of this store's.
    let insert = "INSERT INTO spin_key_value VALUES (?, ?, ?)";
    for store in ["default", "other"] {
        let row = params![store, format!("in {store}"), b"x"];
        default_store(state).execute(insert, row).unwrap();
    }
    let probe = crate::support::Probe::with(handspun::Options {
        state_dir: Some(state.to_owned()),
        ..handspun::Options::default()
    });
    let answers = run(&probe, "get a\nkeys").await;
    assert_eq!(answers, "Ok(Some(\"唤醒\"))\nOk([\"a\", \"in default\"])\n");
}

#[tokio::test]
async fn large_values_come_back_as_they_were() {
    let store = Store::new();
    for bytes in [0, 1_000_000, 24 << 20] {
        let answer = store.ask(&format!("/key-value/large?{bytes}")).await;
        assert_eq!(answer, "the same", "{bytes} bytes");
    }
    let kept = value(store.folder.path(), "large").unwrap();
    assert_eq!(kept.len(), 24 << 20);
}

#[tokio::test]
async fn many_keys_come_one_by_one() {
    const KEYS: usize = 20_000;
    let store = Store::new();
    store.fill(KEYS);
    let bytes: usize = (0..KEYS).map(|n| format!("key {n}").len()).sum();
    let answer = store.ask("/key-value/count").await;
    assert_eq!(answer, format!("{KEYS} keys, {bytes} bytes"));
}

#[tokio::test]
async fn a_value_that_is_no_blob_is_an_error_as_under_spin() {
    let store = Store::new();
    let insert = "INSERT INTO spin_key_value VALUES ('default', 'text', 'x')";
    default_store(store.folder.path())
        .execute(insert, [])
        .unwrap();
    let answer = store.run("get text").await;
    let want = r#"Err(Error::Other("InvalidColumnType(0, \"value\", Text)"))"#;
    assert_eq!(answer.trim_end(), want);
}
