//! Accounts through the test client, where a hurl file does not reach: cookies that were kept or made up, many
//! attempts at once, several instances of the application, and what the database holds.

mod limits;
mod names;
mod proxies;
mod sites;

use std::path::Path;

use futures::future::join_all;
use handspun::{TestClient, TestResponse};
use http::StatusCode;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::support::application;

const PASSWORD: &str = "mood indigo";

/// A client of the same application without its cookies.
fn stranger(client: &TestClient) -> TestClient {
    client.without_cookies()
}

async fn post(client: &TestClient, path: &str, fields: Value) -> TestResponse {
    client.post(path).json(&fields).await.unwrap()
}

async fn register(client: &TestClient, name: &str) -> TestResponse {
    let fields = json!({ "name": name, "password": PASSWORD });
    post(client, "/auth/register", fields).await
}

async fn log_in(client: &TestClient, name: &str, password: &str) -> TestResponse {
    let fields = json!({ "name": name, "password": password });
    post(client, "/auth/login", fields).await
}

/// Who a client is, by its cookies.
async fn me(client: &TestClient) -> Option<String> {
    let response = client.get("/auth/me").await.unwrap();
    match response.status {
        StatusCode::OK => Some(
            response.json().unwrap()["name"]
                .as_str()
                .unwrap()
                .to_owned(),
        ),
        StatusCode::UNAUTHORIZED => None,
        status => panic!("{status}"),
    }
}

/// Who is meant by a session's cookie.
async fn owner(client: &TestClient, cookie: &str) -> StatusCode {
    let client = stranger(client);
    let request = client.get("/auth/me");
    let request = request.header("cookie", format!("session={cookie}"));
    request.await.unwrap().status
}

fn database(state: &Path) -> Connection {
    Connection::open(state.join("sqlite_db.db")).unwrap()
}

#[tokio::test]
async fn a_session_that_somebody_else_planted_is_not_the_one_that_is_logged_in() {
    let state = tempfile::tempdir().unwrap();
    let victim = application(state.path(), &[]);
    let attacker = stranger(&victim);
    attacker
        .post("/session")
        .form(&[("cart", "planted")])
        .await
        .unwrap();
    let planted = attacker.cookie("session").unwrap();
    let registered = victim.post("/auth/register");
    let registered = registered.header("cookie", format!("session={planted}"));
    let account = json!({ "name": "victim", "password": PASSWORD });
    let registered = registered.json(&account).await.unwrap();
    assert_eq!(registered.status, StatusCode::CREATED);
    assert_eq!(me(&victim).await.as_deref(), Some("victim"));
    assert_eq!(me(&attacker).await, None);
    let shown = victim.get("/session/show").await.unwrap().json().unwrap();
    assert_eq!(shown, json!({ "_permanent": true }));
    // A login that is somebody's own is ended by the next one of the same client.
    let before = victim.cookie("session").unwrap();
    assert_eq!(
        log_in(&victim, "victim", PASSWORD).await.status,
        StatusCode::OK
    );
    assert_ne!(victim.cookie("session").unwrap(), before);
    assert_eq!(owner(&victim, &before).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_cookie_from_before_the_logout_is_nobodys_in_any_instance() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    register(&client, "duke").await;
    let kept = client.cookie("session").unwrap();
    let restarted = application(state.path(), &[]);
    assert_eq!(owner(&restarted, &kept).await, StatusCode::OK);
    let out = client.post("/auth/logout").await.unwrap();
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    for client in [&client, &restarted] {
        assert_eq!(owner(client, &kept).await, StatusCode::UNAUTHORIZED);
    }
    // Nor does the tutorial's own view sign it anew.
    let show = stranger(&client).post("/session");
    let show = show.header("cookie", format!("session={kept}"));
    let signed = show.form(&[("a", "b")]).await.unwrap();
    let line = signed.header("set-cookie").unwrap();
    let again = line.strip_prefix("session=").unwrap();
    let again = again.split(';').next().unwrap();
    assert_eq!(owner(&client, again).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_cookie_with_any_bit_changed_is_nobodys() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    register(&client, "duke").await;
    let cookie = client.cookie("session").unwrap();
    assert_eq!(owner(&client, &cookie).await, StatusCode::OK);
    let mut changed = 0;
    for at in 0..cookie.len() {
        for bit in 0..7 {
            let mut bytes = cookie.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            // What no header may hold does not get here.
            if bytes[at].is_ascii_graphic() {
                let forged = String::from_utf8(bytes).unwrap();
                let status = owner(&client, &forged).await;
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{forged}");
                changed += 1;
            }
        }
    }
    assert!(changed > 4 * cookie.len(), "{changed} of {}", cookie.len());
    // Nor is a part of it, or more.
    for forged in [
        &cookie[1..],
        &cookie[..cookie.len() - 1],
        &format!("{cookie}A"),
    ] {
        assert_eq!(owner(&client, forged).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn another_key_signs_nobody_in_and_a_fallback_does() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    register(&client, "duke").await;
    let cookie = client.cookie("session").unwrap();
    for (fallbacks, want) in [
        ("[]", StatusCode::UNAUTHORIZED),
        (r#"["of-the-tests"]"#, StatusCode::OK),
    ] {
        let variables = [
            ("secret_key", "another"),
            ("secret_key_fallbacks", fallbacks),
        ];
        let other = application(state.path(), &variables);
        assert_eq!(owner(&other, &cookie).await, want, "{fallbacks}");
    }
}

#[tokio::test]
async fn a_new_password_logs_out_every_other_client() {
    let state = tempfile::tempdir().unwrap();
    let one = application(state.path(), &[]);
    let (other, ann) = (stranger(&one), stranger(&one));
    register(&one, "duke").await;
    log_in(&other, "duke", PASSWORD).await;
    register(&ann, "ann").await;
    let before = one.cookie("session").unwrap();
    let fields = json!({ "old": PASSWORD, "new": "take the a train" });
    let changed = post(&one, "/auth/password", fields).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    assert_eq!(me(&one).await.as_deref(), Some("duke"));
    assert_eq!(me(&other).await, None);
    assert_eq!(me(&ann).await.as_deref(), Some("ann"));
    assert_eq!(owner(&one, &before).await, StatusCode::UNAUTHORIZED);
    let old = log_in(&other, "duke", PASSWORD).await.status;
    let new = log_in(&other, "duke", "take the a train").await.status;
    assert_eq!((old, new), (StatusCode::UNAUTHORIZED, StatusCode::OK));
}

#[tokio::test]
async fn of_those_who_register_one_name_at_once_one_gets_it() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    let other_instance = application(state.path(), &[]);
    let names = ["duke", "DUKE", " Duke ", "ｄｕｋｅ", "Ｄuke", "dUkE"];
    let clients = [&client, &other_instance].into_iter().cycle();
    let answers = names.iter().zip(clients).map(|(name, client)| {
        let client = stranger(client);
        async move { (register(&client, name).await, me(&client).await) }
    });
    let answers = join_all(answers).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|(answer, _)| answer.status == StatusCode::CREATED);
    assert_eq!(made.len(), 1);
    assert!(made[0].1.is_some());
    for (answer, who) in refused {
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert_eq!(answer.header("location"), Some("/auth/login"));
        assert_eq!(*who, None);
    }
    let rows = "SELECT count(*) FROM users";
    let count: i64 = database(state.path())
        .query_row(rows, [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn an_account_of_a_flask_table_logs_in_and_gets_a_stronger_hash() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    // Makes the tables.
    assert_eq!(
        log_in(&client, "duke", "wrong").await.status,
        StatusCode::UNAUTHORIZED
    );
    // Werkzeug 3.1.9: generate_password_hash("唤醒手腕", "pbkdf2:sha256:1000"), with this salt.
    let flasks = "pbkdf2:sha256:1000$aBcDeFgHiJkLmN01$\
        bf3747387a0a46af7630ebb650cab8e15dea78971c6b04fa9a669a59e903b1a2";
    let insert = "INSERT INTO users (name, name_key, password_hash, password_changed_at, created_at) \
        VALUES ('Duke', 'duke', ?, '2022-02-15T14:57:42Z', '2022-02-15T14:57:42Z')";
    let db = database(state.path());
    db.execute(insert, params![flasks]).unwrap();
    let hash = || -> String {
        let select = "SELECT password_hash FROM users";
        db.query_row(select, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(
        log_in(&client, "duke", "5201314").await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(hash(), flasks);
    // Two at once: neither is in the other's way.
    let others = [stranger(&client), stranger(&client)];
    let answers = join_all(
        others
            .each_ref()
            .map(|client| log_in(client, "duke", "唤醒手腕")),
    )
    .await;
    for (client, answer) in others.iter().zip(answers) {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(me(client).await.as_deref(), Some("Duke"));
    }
    let stronger = hash();
    assert!(stronger.starts_with("scrypt:32768:8:1$"), "{stronger}");
    assert_eq!(
        log_in(&client, "duke", "唤醒手腕").await.status,
        StatusCode::OK
    );
    assert_eq!(hash(), stronger);
}

#[tokio::test]
async fn the_database_holds_neither_passwords_nor_tokens_nor_addresses() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    register(&client, "duke").await;
    log_in(&stranger(&client), "typed my password here", "by mistake 1").await;
    let cookie = client.cookie("session").unwrap();
    let file = std::fs::read(state.path().join("sqlite_db.db")).unwrap();
    let text = String::from_utf8_lossy(&file);
    let token = cookie.split('.').next().unwrap();
    for secret in [
        PASSWORD,
        "typed my password",
        "by mistake",
        "127.0.0.1",
        token,
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains("scrypt:32768:8:1$"));
}

#[tokio::test]
async fn without_a_secret_key_words_are_kept_and_accounts_say_what_to_set() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("secret_key", "")]);
    for (path, fields) in [
        (
            "/auth/register",
            json!({ "name": "duke", "password": PASSWORD }),
        ),
        (
            "/auth/login",
            json!({ "name": "duke", "password": PASSWORD }),
        ),
        ("/auth/logout", json!({})),
        (
            "/auth/password",
            json!({ "old": PASSWORD, "new": PASSWORD }),
        ),
        ("/session", json!({ "a": "b" })),
    ] {
        let answer = post(&client, path, fields).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}");
        let detail = answer.json().unwrap()["detail"].to_string();
        assert!(
            detail.contains("because no secret key was set"),
            "{path}: {detail}"
        );
        assert!(
            detail.contains("SPIN_VARIABLE_SECRET_KEY"),
            "{path}: {detail}"
        );
    }
    let me = client.get("/auth/me").await.unwrap();
    assert_eq!(me.status, StatusCode::INTERNAL_SERVER_ERROR);
    let word = json!({ "english": "wake", "chinese": "唤醒" });
    assert_eq!(
        post(&client, "/words", word).await.status,
        StatusCode::CREATED
    );
}

#[tokio::test]
async fn proxies_that_cannot_be_read_are_named() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[("trusted_proxies", "10.0.0.0/33")]);
    let request = client
        .post("/auth/login")
        .header("x-forwarded-for", "192.0.2.1");
    let fields = json!({ "name": "duke", "password": PASSWORD });
    let answer = request.json(&fields).await.unwrap();
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    let detail = answer.json().unwrap()["detail"].to_string();
    // Which ones they are is not for everybody.
    assert!(
        detail.contains("trusted_proxies") && !detail.contains("/33"),
        "{detail}"
    );
}
