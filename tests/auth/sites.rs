//! What another site must not bring about: where a login leads.

use handspun::TestClient;
use http::StatusCode;

use super::PASSWORD;
use crate::support::{application, root};

/// The `Location` behind a form that a browser posts.
async fn target(client: &TestClient, path: &str, fields: &[(&str, &str)]) -> String {
    let request = client.post(path).header("accept", "text/html");
    let response = request.form(fields).await.unwrap();
    assert_eq!(response.status, StatusCode::SEE_OTHER, "{path} {fields:?}");
    response.header("location").unwrap().to_owned()
}

#[tokio::test]
async fn no_next_leaves_the_site() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    let own = [
        ("name", "duke"),
        ("password", PASSWORD),
        ("next", "//evil.example"),
    ];
    assert_eq!(target(&client, "/auth/register", &own).await, "/");
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\r\nset-cookie: a=b",
        "/%2f/evil.example",
        "/%5Cevil.example",
        "javascript:alert(1)",
    ] {
        assert_eq!(
            target(&client, "/auth/logout", &[("next", next)]).await,
            "/",
            "{next:?}"
        );
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        for path in ["/auth/login", "/auth/register"] {
            let page = client
                .get(format!("{path}?{query}"))
                .header("accept", "text/html");
            let page = page.await.unwrap();
            let text = page.text().unwrap();
            assert_eq!(page.status, StatusCode::OK, "{next:?}");
            assert!(
                !text.contains("evil") && !text.contains("alert("),
                "{next:?}"
            );
        }
    }
    assert_eq!(
        target(&client, "/auth/logout", &[("next", "/words/7")]).await,
        "/words/7"
    );
}

#[tokio::test]
async fn no_next_leads_to_what_changes_something() {
    let state = tempfile::tempdir().unwrap();
    let client = application(state.path(), &[]);
    let manifest = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    let routes = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("route = \"")?.strip_suffix('"'))
        .filter(|route| !route.ends_with("..."));
    let mut refused = 0;
    for route in routes.chain(["/words"]) {
        // Whatever a browser must not be sent to by another site, it must not be sent to from here.
        let get = client.get(route).header("sec-fetch-site", "cross-site");
        if get.await.unwrap().status == StatusCode::FORBIDDEN {
            let next = format!("{route}?english=a&chinese=b&sentence_eng=&sentence_chi=");
            for next in [route, &next] {
                assert_eq!(
                    target(&client, "/auth/logout", &[("next", next)]).await,
                    "/"
                );
            }
            refused += 1;
        }
    }
    assert!(refused >= 4, "{refused}");
}
