//! The word book through the test client, where a hurl file does not reach: many requests at once, large
//! files, slow readers, and a database that is not as it should be.

mod imports;
mod settings;

use std::{collections::HashSet, fs, path::Path};

use futures::future::join_all;
use handspun::{Options, TestClient, TestResponse};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::support::{application, application_of, root};

/// A word book of its own in this folder.
fn word_book(state: &Path) -> TestClient {
    application(state, &[])
}

/// Logs a client in: what it adds from then on it may change.
async fn log_in(client: &TestClient) {
    let account = json!({ "name": "keeper", "password": "how high the moon" });
    let registered = client.post("/auth/register").json(&account).await.unwrap();
    assert_eq!(registered.status, StatusCode::CREATED);
}

async fn add(client: &TestClient, english: &str) -> TestResponse {
    let word = json!({ "english": english, "chinese": "词" });
    client.post("/words").json(&word).await.unwrap()
}

async fn found(client: &TestClient, q: &str) -> Vec<Value> {
    let list = client.get(format!("/words?limit=100&q={q}")).await.unwrap();
    assert_eq!(list.status, StatusCode::OK);
    list.json().unwrap()["words"].as_array().unwrap().clone()
}

async fn total(client: &TestClient) -> u64 {
    let list = client.get("/words?limit=1").await.unwrap();
    list.json().unwrap()["total"].as_u64().unwrap()
}

async fn import(client: &TestClient, mode: &str, file: impl Into<bytes::Bytes>) -> TestResponse {
    let request = client.post(format!("/words/import?mode={mode}"));
    request
        .header("content-type", "text/csv")
        .body(file)
        .await
        .unwrap()
}

#[tokio::test]
async fn two_hundred_inserts_at_once_are_two_hundred_words() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    // The tutorial's way, which there takes the largest id and adds one.
    let inserts = (0..200).map(|n| {
        let client = client.clone();
        async move {
            let query = format!("/data?english=word{n}&chinese=c&sentence_eng=&sentence_chi=");
            client.get(query).await.unwrap().status
        }
    });
    assert_eq!(join_all(inserts).await, [StatusCode::FOUND; 200]);

    let export = client
        .get("/words/export?format=json")
        .await
        .unwrap()
        .json()
        .unwrap();
    let words = export["words"].as_array().unwrap();
    let ids: HashSet<i64> = words
        .iter()
        .map(|word| word["id"].as_i64().unwrap())
        .collect();
    let english: HashSet<&str> = words
        .iter()
        .map(|word| word["english"].as_str().unwrap())
        .collect();
    assert_eq!((words.len(), ids.len(), english.len()), (200, 200, 200));
    assert_eq!(total(&client).await, 200);
}

#[tokio::test]
async fn the_same_word_at_once_is_added_once() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let answers = join_all((0..50).map(|n| add(&client, ["same", " SAME"][n % 2]))).await;
    let created: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::CREATED)
        .collect();
    assert_eq!(created.len(), 1);
    let location = created[0].header("location");
    for answer in answers
        .iter()
        .filter(|answer| answer.status != StatusCode::CREATED)
    {
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::CONFLICT, location)
        );
    }
    assert_eq!(total(&client).await, 1);
}

#[tokio::test]
async fn of_editors_that_saw_the_same_word_one_succeeds() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    log_in(&client).await;
    let word = add(&client, "shared").await;
    let (path, tag) = (
        word.header("location").unwrap(),
        word.header("etag").unwrap(),
    );
    let edits = (0..20).map(|n| {
        let change = json!({ "sentence_eng": format!("edit {n}") });
        let request = client.request(Method::PATCH, path).header("if-match", tag);
        async move { request.json(&change).await.unwrap() }
    });
    let answers = join_all(edits).await;
    let ok: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .collect();
    assert_eq!(ok.len(), 1);
    let lost = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::PRECONDITION_FAILED);
    assert_eq!(lost.count(), 19);
    let kept = client.get(path).await.unwrap();
    assert_eq!(kept.json().unwrap(), ok[0].json().unwrap());
}

#[tokio::test]
async fn edits_of_different_fields_at_once_are_all_kept() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    log_in(&client).await;
    let word = add(&client, "shared").await;
    let path = word.header("location").unwrap();
    let edits = [
        ("english", "one"),
        ("chinese", "二"),
        ("sentence_eng", "three"),
        ("sentence_chi", "四"),
    ];
    let answers = join_all(edits.map(|(field, text)| {
        let request = client
            .request(Method::PATCH, path)
            .json(&json!({ field: text }));
        async move { request.await.unwrap().status }
    }))
    .await;
    assert_eq!(answers, [StatusCode::OK; 4]);
    let kept = client.get(path).await.unwrap().json().unwrap();
    for (field, text) in edits {
        assert_eq!(kept[field], text);
    }
}

#[tokio::test]
async fn an_export_that_nobody_reads_keeps_nobody_from_writing() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    // More than fits into whatever is between the component and a reader.
    let sentence = "s".repeat(1_900);
    let lines: String = (0..4_000)
        .map(|n| format!("before {n},c,{sentence}\n"))
        .collect();
    let report = import(
        &client,
        "atomic",
        format!("english,chinese,sentence_eng\n{lines}"),
    )
    .await;
    assert_eq!(report.json().unwrap()["imported"], 4_000);

    let export = client.get("/words/export").send().await.unwrap();
    assert_eq!(export.status(), StatusCode::OK);
    let mut body = export.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.starts_with(b"\xef\xbb\xbfid,english,"));

    let inserts = join_all((0..200).map(|n| {
        let client = client.clone();
        async move { add(&client, &format!("meanwhile {n}")).await.status }
    }));
    assert_eq!(inserts.await, [StatusCode::CREATED; 200]);

    // It goes on where it stood, and has all that was there when it began.
    let rest = body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(rest.to_vec()).unwrap();
    assert_eq!(text.matches(",before ").count(), 4_000);
}

#[tokio::test]
async fn two_components_that_start_together_make_one_database() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let wasm = root().join("target/wasm32-wasip2/release/words.wasm");
    let component = |id: &str| {
        format!(
            r#"
            [[trigger.http]]
            route = "/{id}/..."
            component = "{id}"
            [component.{id}]
            source = {wasm:?}
            sqlite_databases = ["default"]
            [component.{id}.variables]
            secret_key = ""
            secret_key_fallbacks = "[]"
            require_login = "false"
            admins = ""
            "#
        )
    };
    // The component knows its paths only at the root, so one of the two is there.
    let manifest = format!(
        "spin_manifest_version = 2\n[application]\nname = \"test\"\n{}{}",
        component("words"),
        component("other").replace("/other/...", "/data"),
    );
    fs::write(folder.path().join("spin.toml"), manifest).unwrap();
    for round in 0..5 {
        let state = state.path().join(round.to_string());
        let client = application_of(
            &folder.path().join("spin.toml"),
            &state,
            &[],
            Options::default(),
        );
        let query = "/data?english=other&chinese=c&sentence_eng=&sentence_chi=";
        let (added, inserted) = futures::join!(add(&client, "words"), async {
            client.get(query).await.unwrap().status
        });
        assert_eq!(
            (added.status, inserted),
            (StatusCode::CREATED, StatusCode::FOUND)
        );
        assert_eq!(total(&client).await, 2);
    }
}

#[tokio::test]
async fn a_database_that_stays_locked_is_busy_and_then_not() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    assert_eq!(add(&client, "before").await.status, StatusCode::CREATED);
    let file = rusqlite::Connection::open(state.path().join("sqlite_db.db")).unwrap();
    file.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let busy = add(&client, "word").await;
    assert_eq!(busy.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(busy.header("retry-after"), Some("5"));
    file.execute_batch("COMMIT").unwrap();
    assert_eq!(add(&client, "word").await.status, StatusCode::CREATED);
    assert_eq!(total(&client).await, 2);
}
