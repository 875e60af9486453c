//! What the application is set to, and what it lacks.

use std::fs;

use handspun::Options;
use http::{Method, StatusCode};
use serde_json::json;

use super::{add, found, import, log_in, total};
use crate::support::{application, application_of, root};

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
    let client = application_of(
        &folder.path().join("spin.toml"),
        state.path(),
        &[],
        Options::default(),
    );
    let refused = add(&client, "word").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    let problem = refused.json().unwrap();
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("sqlite_databases = [\"default\"]"),
        "{detail}"
    );
}

#[tokio::test]
async fn with_require_login_adding_is_closed_too() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("require_login", "true")]);
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
    let client = application(state.path(), &[("require_login", "yes")]);
    let answer = add(&client, "word").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let detail = answer.json().unwrap()["detail"].to_string();
    assert!(detail.contains("require_login"), "{detail}");
}

#[tokio::test]
async fn without_a_secret_key_words_are_added_and_nobody_changes_them() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("secret_key", "")]);
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
