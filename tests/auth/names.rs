//! Names that mean something: those of administrators, and those that somebody else had before.

use handspun::TestClient;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{PASSWORD, database, log_in, me, post, register, stranger};
use crate::support::application;

async fn delete(client: &TestClient, path: &str) -> StatusCode {
    let request = client.request(Method::DELETE, path);
    request.await.unwrap().status
}

#[tokio::test]
async fn an_administrators_name_is_registered_before_it_is_one() {
    let state = tempfile::tempdir().unwrap();
    let admins = [("admins", "ann, Ｒｏｏｔ")];
    let naming = application(state.path(), &admins);
    let word = json!({ "english": "nobody's", "chinese": "无主" });
    let word = post(&naming, "/words", word).await;
    let word = word.header("location").unwrap();
    for name in ["root", "ROOT", " Root ", "ｒｏｏｔ"] {
        let refused = register(&naming, name).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{name}");
        let problem = refused.json().unwrap();
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("and then add it again"), "{detail}");
        assert_eq!(refused.header("set-cookie"), None, "{name}");
    }
    assert_eq!(me(&naming).await, None);
    // Other names are free, and what is wrong with a name comes first.
    assert_eq!(
        register(&stranger(&naming), "roots").await.status,
        StatusCode::CREATED
    );
    let short = json!({ "name": "root", "password": "short" });
    let short = post(&naming, "/auth/register", short).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);

    // In the right order.
    let before = application(state.path(), &[]);
    assert_eq!(register(&before, "root").await.status, StatusCode::CREATED);
    assert_eq!(delete(&before, word).await, StatusCode::FORBIDDEN);
    let root = application(state.path(), &admins);
    assert_eq!(log_in(&root, "root", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(delete(&root, word).await, StatusCode::NO_CONTENT);
    assert_eq!(
        register(&stranger(&root), "root").await.status,
        StatusCode::CONFLICT
    );

    // Nor is it to be had once its account is gone.
    let gone = "DELETE FROM users WHERE name_key = 'root'";
    database(state.path()).execute(gone, []).unwrap();
    assert_eq!(me(&root).await, None);
    assert_eq!(
        register(&stranger(&root), "root").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn a_name_that_is_registered_again_inherits_nothing() {
    let state = tempfile::tempdir().unwrap();
    let first = application(state.path(), &[]);
    register(&first, "Duke").await;
    let word = json!({ "english": "posted", "chinese": "词" });
    assert_eq!(
        post(&first, "/words", word).await.status,
        StatusCode::CREATED
    );
    let query = "/data?english=data&chinese=c&sentence_eng=&sentence_chi=";
    assert_eq!(first.get(query).await.unwrap().status, StatusCode::FOUND);
    for mode in ["atomic", "skip"] {
        let import = first.post(format!("/words/import?mode={mode}"));
        let import = import.header("content-type", "text/csv");
        let import = import.body(format!("english,chinese\n{mode},c\n"));
        assert_eq!(
            import.await.unwrap().json().unwrap()["imported"],
            1,
            "{mode}"
        );
    }
    database(state.path())
        .execute("DELETE FROM users", [])
        .unwrap();
    assert_eq!(me(&first).await, None);

    let second = stranger(&first);
    assert_eq!(register(&second, "Duke").await.status, StatusCode::CREATED);
    let list = second.get("/words").await.unwrap().json().unwrap();
    let words = list["words"].as_array().unwrap();
    assert_eq!(words.len(), 4);
    for word in words {
        // Whose it was is still said.
        assert_eq!(word["owner"], "Duke", "{word}");
        let path = format!("/words/{}", word["id"]);
        let refused = second.request(Method::PATCH, path.as_str());
        let refused = refused
            .json(&json!({ "sentence_eng": "Mine?" }))
            .await
            .unwrap();
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{word}");
        let detail = refused.json().unwrap()["detail"].to_string();
        assert!(detail.contains("an earlier account named Duke"), "{detail}");
        assert_eq!(
            delete(&second, &path).await,
            StatusCode::FORBIDDEN,
            "{word}"
        );
    }
    // What the new account adds is its own.
    let word = json!({ "english": "own", "chinese": "词" });
    let own = post(&second, "/words", word).await;
    assert_eq!(own.json().unwrap()["owner"], Value::from("Duke"));
    let page = second.get("/").header("accept", "text/html").await.unwrap();
    let page = page.text().unwrap();
    let rows = page.split("<template").next().unwrap();
    assert_eq!(rows.matches("data-action=\"delete\"").count(), 1, "{page}");
    let path = own.header("location").unwrap();
    assert_eq!(delete(&second, path).await, StatusCode::NO_CONTENT);
    // An administrator may change what nobody is left to own.
    let admin = application(state.path(), &[("admins", "duke")]);
    log_in(&admin, "duke", PASSWORD).await;
    let path = format!("/words/{}", words[0]["id"]);
    assert_eq!(delete(&admin, &path).await, StatusCode::NO_CONTENT);
}
