//! Cookies behind a proxy that ends TLS.

use handspun::{RequestBuilder, TestClient};
use http::StatusCode;
use serde_json::json;

use super::{PASSWORD, register, stranger};
use crate::support::application;

/// A request of each kind that sets a cookie, of somebody new.
fn requests(client: &TestClient, name: &str) -> Vec<(&'static str, RequestBuilder)> {
    let account = json!({ "name": name, "password": PASSWORD });
    let new = || stranger(client);
    let page = |path: &str| new().get(path).header("accept", "text/html");
    vec![
        ("a session", new().get("/session")),
        (
            "a session's keys",
            new().post("/session").form(&[("a", "b")]),
        ),
        ("a cookie", new().get("/cookies/add")),
        ("a cookie that goes", new().get("/cookies/delete")),
        ("the tutorial's path", new().get("/delete")),
        ("a new account", new().post("/auth/register").json(&account)),
        ("a login", new().post("/auth/login").json(&account)),
        ("a language", page("/?lang=zh")),
        ("a language of the pictures", page("/uploads?lang=zh")),
        ("a language of the accounts", page("/auth/login?lang=zh")),
    ]
}

#[tokio::test]
async fn a_cookie_is_secure_where_a_trusted_proxy_says_that_its_client_uses_https() {
    let state = tempfile::tempdir().unwrap();
    let trusting = application(state.path(), &[("trusted_proxies", "127.0.0.0/8")]);
    let alone = application(state.path(), &[]);
    let elsewhere = application(state.path(), &[("trusted_proxies", "10.0.0.0/8")]);
    let https = ("x-forwarded-proto", "https");
    let http = ("x-forwarded-proto", "http");
    let rfc = ("forwarded", "for=192.0.2.1;proto=https");
    for (number, (client, header, want)) in [
        (&trusting, https, true),
        (&trusting, rfc, true),
        (&trusting, http, false),
        (&trusting, ("x-forwarded-proto", "https, http"), false),
        (&trusting, ("x-forwarded-for", "192.0.2.1"), false),
        (&alone, https, false),
        (&alone, rfc, false),
        (&elsewhere, https, false),
    ]
    .into_iter()
    .enumerate()
    {
        for (what, request) in requests(client, &format!("duke-{number}")) {
            let response = request.header(header.0, header.1).await.unwrap();
            let cookie = response.header("set-cookie").unwrap_or_default();
            assert!(!cookie.is_empty(), "{what}: {response:?}");
            let is_secure = cookie.split("; ").any(|part| part == "Secure");
            assert_eq!(is_secure, want, "{what} {header:?}: {cookie}");
        }
    }
}

#[tokio::test]
async fn every_component_that_sets_a_cookie_has_the_variable() {
    let state = tempfile::tempdir().unwrap();
    let wrong = application(state.path(), &[("trusted_proxies", "everybody")]);
    for (what, request) in requests(&wrong, "duke") {
        let response = request.header("x-forwarded-proto", "https").await.unwrap();
        assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR, "{what}");
        let detail = response.json().map(|problem| problem["detail"].to_string());
        let said = detail.unwrap_or_else(|_| response.text().unwrap().to_owned());
        assert!(
            said.contains("the variable trusted_proxies must be"),
            "{what}: {said}"
        );
        assert!(!said.contains("everybody"), "{what}: {said}");
    }
    // Where nothing came through a proxy, nobody has to know which are trusted.
    assert_eq!(register(&wrong, "duke").await.status, StatusCode::CREATED);
}
