//! The service, asked as a browser would. `tests/interop` asks it with real Flask on the other side.

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use flask_formats::MultiDict;
use tower::ServiceExt;

use super::*;

fn secrets() -> Secrets {
    Secrets::parse("wristwaking", "[]").unwrap()
}

/// What the service says to a client with this cookie, and the cookie that it sets.
async fn visit(cookie: &str) -> (String, String) {
    let request = Request::get("/visits").header(COOKIE, cookie);
    let app = app(secrets());
    let response = app
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let set = response.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    let body = to_bytes(response.into_body(), 1024).await.unwrap();
    (String::from_utf8(body.to_vec()).unwrap(), set)
}

#[tokio::test]
async fn whoever_logged_in_is_known_and_their_visits_are_counted() {
    let mut session = Session::open(&MultiDict::default(), &secrets()).unwrap();
    session.insert("user", "duke");
    let mut cookie = session.save().unwrap().unwrap().to_string();
    for n in 1..=3 {
        let (said, set) = visit(&cookie).await;
        assert_eq!(said, format!("Hello, duke! This is visit {n}.\n"));
        cookie = set;
    }
}

#[tokio::test]
async fn whoever_changes_the_cookie_is_a_stranger() {
    let (said, _) = visit("session=eyJ1c2VyIjoiZHVrZSJ9.ZVPxAA.x").await;
    assert_eq!(said, "Hello, stranger! This is visit 1.\n");
}

#[test]
fn the_readme_shows_this_service() {
    let (_, code) = include_str!("main.rs").split_once("use std::env;").unwrap();
    let (code, _) = code.split_once("#[cfg(test)]").unwrap();
    assert!(include_str!("../../README.md").contains(code.trim()));
}
