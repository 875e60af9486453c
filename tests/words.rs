//! The word book through the test client, where a hurl file does not reach: many requests at once, large
//! files, slow readers, and a database that is not as it should be.

use std::{collections::HashSet, fs, path::Path, sync::Arc};

use futures::future::join_all;
use host::{App, Log, Options, TestClient, TestResponse, variables::Sources};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use crate::support::{build_guests, root};

/// A word book of its own in this folder.
fn word_book(state: &Path) -> TestClient {
    client_of(&root().join("spin.toml"), state)
}

fn client_of(manifest: &Path, state: &Path) -> TestClient {
    client_with(manifest, state, &[])
}

fn client_with(manifest: &Path, state: &Path, variables: &[(&str, &str)]) -> TestClient {
    build_guests();
    let mut arguments = vec![("secret_key", "of-the-tests")];
    arguments.extend(variables);
    let arguments = arguments.into_iter();
    let options = Options {
        state_dir: Some(state.to_owned()),
        log: Log::new(|_| {}),
        variables: Sources {
            arguments: arguments
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            ..Sources::default()
        },
        ..Options::default()
    };
    let app = App::from_manifest(manifest, options).expect("the application loads");
    Arc::new(app).test_client()
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
    let answers = join_all((0..50).map(|_| add(&client, "same"))).await;
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
async fn an_import_has_its_own_limit() {
    const LIMIT: usize = 16 << 20;
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    // A column that is ignored fills it up.
    let head = "english,chinese,note\n";
    let file = |size: usize| {
        let line = "w,";
        format!(
            "{head}{line}词,{}",
            "n".repeat(size - head.len() - line.len() - "词,".len())
        )
    };
    for (size, status) in [
        (LIMIT + 1, StatusCode::PAYLOAD_TOO_LARGE),
        (LIMIT, StatusCode::OK),
    ] {
        assert_eq!(
            import(&client, "atomic", file(size)).await.status,
            status,
            "{size}"
        );
        let request = client
            .post("/words/import?mode=skip")
            .header("content-type", "text/csv");
        let chunked = http_body_util::Full::new(file(size).into());
        assert_eq!(
            request.stream(chunked).await.unwrap().status,
            status,
            "{size} in chunks"
        );
    }
    assert_eq!(total(&client).await, 1);

    // As a part of a form, whose other bytes count as well.
    let (begin, end) = (
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"w.csv\"\r\n\r\n",
        "\r\n--b--\r\n",
    );
    for (size, status) in [
        (LIMIT + 1, StatusCode::PAYLOAD_TOO_LARGE),
        (LIMIT, StatusCode::OK),
    ] {
        let form = format!("{begin}{}{end}", file(size - begin.len() - end.len()));
        let request = client.post("/words/import?mode=skip");
        let request = request.header("content-type", "multipart/form-data; boundary=b");
        assert_eq!(
            request.body(form).await.unwrap().status,
            status,
            "{size} as a form"
        );
    }
}

#[tokio::test]
async fn twenty_of_the_largest_files_at_once_are_too_much_for_nobody() {
    const LIMIT: usize = 16 << 20;
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    // Each ends with a line that is wrong, so that nothing is kept.
    let end = ",,\n";

    // What takes most memory: each line end takes two bytes on its way into the database, and each sentence
    // goes there in small letters as well, which is four times the file.
    let sentence = format!("A{}b", "\n".repeat(1_998));
    let mut file = "english,chinese,sentence_eng\n".to_owned();
    for n in 0.. {
        let line = format!("word {n},词,\"{sentence}\"\n");
        if file.len() + line.len() + end.len() > LIMIT {
            break;
        }
        file.push_str(&line);
    }
    file.push_str(end);
    assert_eq!(import(&client, "atomic", file).await.status, refused);

    let head = "english,chinese,note\nw,词,";
    let note = "n".repeat(LIMIT - head.len() - "\n".len() - end.len());
    let file = bytes::Bytes::from(format!("{head}{note}\n{end}"));
    assert_eq!(file.len(), LIMIT);
    let imports = (0..20).map(|_| import(&client, "atomic", file.clone()));
    let answers = join_all(imports).await;
    for answer in &answers {
        // On a slow machine the last ones may be told to come again.
        let later = answer.status == StatusCode::SERVICE_UNAVAILABLE
            && answer.header("retry-after").is_some();
        assert!(answer.status == refused || later, "{}", answer.status);
    }
    assert!(answers.iter().any(|answer| answer.status == refused));
    assert_eq!(total(&client).await, 0);
}

#[tokio::test]
async fn words_are_read_while_others_are_imported() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    assert_eq!(add(&client, "before").await.status, StatusCode::CREATED);
    let lines: String = (0..50_000)
        .map(|n| format!("imported {n},词,A sentence of some length.\n"))
        .collect();
    let file = format!("english,chinese,sentence_eng\n{lines}");
    let done = std::cell::Cell::new(false);
    let importing = async {
        let report = import(&client, "atomic", file).await;
        done.set(true);
        report
    };
    let reading = async {
        let mut before = 0;
        while !done.get() {
            let list = client.get("/words?q=before").await.unwrap();
            assert_eq!(list.status, StatusCode::OK);
            assert_eq!(list.json().unwrap()["total"], 1);
            before += u64::from(total(&client).await == 1);
        }
        before
    };
    let (report, before) = futures::join!(importing, reading);
    assert_eq!(report.json().unwrap()["imported"], 50_000);
    assert!(before > 0, "nobody could read before the import was done");
}

#[tokio::test]
async fn a_hundred_thousand_lines_are_one_import() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let lines: String = (0..100_000).map(|n| format!("word {n},词\n")).collect();
    let file = format!("english,chinese\n{lines}");
    let too_many = import(&client, "skip", format!("{file}one more,词\n")).await;
    assert_eq!(too_many.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(total(&client).await, 0);

    let report = import(&client, "atomic", file.clone()).await;
    assert_eq!(
        report.json().unwrap(),
        json!({ "imported": 100_000, "skipped": 0, "errors": [] })
    );
    assert_eq!(total(&client).await, 100_000);
    assert_eq!(
        found(&client, "word+99999").await[0]["english"],
        "word 99999"
    );

    // Each line is told what is wrong with it, even where that is all of them.
    let again = import(&client, "atomic", file).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let errors = again.json().unwrap()["errors"].as_array().unwrap().len();
    assert_eq!(errors, 100_000);
}

#[tokio::test]
async fn words_can_be_added_while_others_are_imported() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    let lines: String = (0..20_000)
        .map(|n| format!("imported {n},词,A sentence of some length.\n"))
        .collect();
    let file = format!("english,chinese,sentence_eng\n{lines}");
    for mode in ["skip", "atomic"] {
        let file = file.replace("imported", mode);
        let (report, added) = futures::join!(
            import(&client, mode, file),
            join_all((0..20).map(|n| {
                let (client, english) = (client.clone(), format!("{mode} added {n}"));
                async move { add(&client, &english).await.status }
            }))
        );
        assert_eq!(report.json().unwrap()["imported"], 20_000, "{mode}");
        assert_eq!(added, [StatusCode::CREATED; 20], "{mode}");
    }
    assert_eq!(total(&client).await, 40_040);
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
        let client = client_of(&folder.path().join("spin.toml"), &state);
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
async fn a_component_without_its_database_says_what_to_grant() {
    let (folder, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let manifest = fs::read_to_string(root().join("spin.toml")).unwrap();
    let wasm = root().join("target");
    let manifest = manifest
        .replace("sqlite_databases = [\"default\"]\n", "")
        .replace(
            "source = \"target",
            &format!("source = \"{}", wasm.display()),
        )
        .replace("files = [", "# files = [");
    fs::write(folder.path().join("spin.toml"), manifest).unwrap();
    let client = client_of(&folder.path().join("spin.toml"), state.path());
    let refused = add(&client, "word").await;
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
    let problem = refused.json().unwrap();
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("sqlite_databases = [\"default\"]"),
        "{detail}"
    );
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

#[tokio::test]
async fn with_require_login_adding_is_closed_too() {
    let state = tempfile::tempdir().unwrap();
    let manifest = root().join("spin.toml");
    let client = client_with(&manifest, state.path(), &[("require_login", "true")]);
    let query = "/data?english=word&chinese=c&sentence_eng=&sentence_chi=";
    let file = || "english,chinese\nimported,\u{8bcd}\n";
    let closed = StatusCode::UNAUTHORIZED;
    assert_eq!(add(&client, "word").await.status, closed);
    assert_eq!(client.get(query).await.unwrap().status, closed);
    assert_eq!(import(&client, "skip", file()).await.status, closed);
    // Whoever may not add is told so before what is wrong with it.
    let wrong = client.post("/words").json(&json!({ "english": "" }));
    assert_eq!(wrong.await.unwrap().status, closed);
    assert_eq!(client.get("/data").await.unwrap().status, closed);
    // Looking is not closed.
    assert_eq!(total(&client).await, 0);
    let page = client.get("/").header("accept", "text/html").await.unwrap();
    let page = page.text().unwrap();
    assert!(
        !page.contains("id=\"add\"") && !page.contains("id=\"import\""),
        "{page}"
    );
    assert!(page.contains("href=\"/auth/login?next=%2F\""), "{page}");

    log_in(&client).await;
    assert_eq!(add(&client, "word").await.status, StatusCode::CREATED);
    assert_eq!(client.get(query).await.unwrap().status, StatusCode::FOUND);
    let report = import(&client, "skip", file()).await;
    assert_eq!(report.json().unwrap()["imported"], 1);
    for word in found(&client, "").await {
        assert_eq!(word["owner"], "keeper", "{word}");
    }
    let page = client.get("/").header("accept", "text/html").await.unwrap();
    assert!(page.text().unwrap().contains("id=\"add\""));
}

#[tokio::test]
async fn a_setting_that_cannot_be_read_closes_and_is_named() {
    let state = tempfile::tempdir().unwrap();
    let manifest = root().join("spin.toml");
    let client = client_with(&manifest, state.path(), &[("require_login", "yes")]);
    let answer = add(&client, "word").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let detail = answer.json().unwrap()["detail"].to_string();
    assert!(detail.contains("require_login"), "{detail}");
}

#[tokio::test]
async fn without_a_secret_key_words_are_added_and_nobody_changes_them() {
    let state = tempfile::tempdir().unwrap();
    let manifest = root().join("spin.toml");
    let client = client_with(&manifest, state.path(), &[("secret_key", "")]);
    let word = add(&client, "word").await;
    assert_eq!(word.status, StatusCode::CREATED);
    let path = word.header("location").unwrap();
    let deleted = client.request(Method::DELETE, path).await.unwrap();
    assert_eq!(deleted.status, StatusCode::INTERNAL_SERVER_ERROR);
    let detail = deleted.json().unwrap()["detail"].to_string();
    assert!(detail.contains("because no secret key was set"), "{detail}");
    let page = client.get("/").header("accept", "text/html").await.unwrap();
    assert_eq!(page.status, StatusCode::OK);
    let page = page.text().unwrap();
    assert!(
        page.contains("id=\"add\"") && !page.contains("/auth/login"),
        "{page}"
    );
}

#[tokio::test]
async fn a_login_that_ended_changes_nothing_any_more() {
    let state = tempfile::tempdir().unwrap();
    let client = word_book(state.path());
    log_in(&client).await;
    let word = add(&client, "word").await;
    let path = word.header("location").unwrap();
    let kept = client.cookie("session").unwrap();
    client.post("/auth/logout").await.unwrap();
    let replayed = client.request(Method::DELETE, path);
    let replayed = replayed.header("cookie", format!("session={kept}"));
    assert_eq!(replayed.await.unwrap().status, StatusCode::UNAUTHORIZED);
    assert_eq!(total(&client).await, 1);
}
