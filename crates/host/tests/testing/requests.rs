//! What a request of the test client is: its path, its host, its cookies, and where redirects lead it.

use handspun::TestResponse;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::probe;

/// What the probe saw of a request.
fn seen(response: &TestResponse) -> serde_json::Value {
    let seen = response.header("x-seen");
    let seen = percent_decode_str(seen.unwrap_or_else(|| panic!("{response:?}")));
    serde_json::from_str(&seen.decode_utf8().unwrap()).unwrap()
}

/// The hosts that the probe saw named.
fn hosts(response: &TestResponse) -> Vec<String> {
    let seen = seen(response);
    let headers = seen["headers"].as_array().unwrap().iter();
    let hosts = headers.filter(|header| header[0] == "host");
    hosts
        .map(|header| header[1].as_str().unwrap().to_owned())
        .collect()
}

/// A path of the probe that answers so.
fn answering(status: u16, headers: &[(&str, &str)]) -> String {
    let wanted = serde_json::json!({ "status": status, "headers": headers }).to_string();
    let wanted = utf8_percent_encode(&wanted, NON_ALPHANUMERIC);
    format!("/mirror/?answer={wanted}")
}

/// A path of the probe that leads elsewhere.
fn leading(location: &str) -> String {
    answering(302, &[("location", location)])
}

#[tokio::test]
async fn a_redirect_is_followed_to_any_port_of_the_same_host() {
    let app = probe().load().unwrap();
    let client = app.client();
    let moved = client.get(leading("https://localhost:8443/mirror/a?b"));
    let response = moved.follow_redirects().await.unwrap();
    assert_eq!(response.path, "/mirror/a?b");
    assert_eq!(hosts(&response), ["localhost:8443"]);

    let named = client.get(leading("http://example.org/mirror/a"));
    let named = named.header("host", "example.org").follow_redirects();
    assert_eq!(named.await.unwrap().path, "/mirror/a");

    let elsewhere = client
        .get(leading("http://example.org/"))
        .follow_redirects();
    let error = elsewhere.await.unwrap_err().to_string();
    assert!(error.contains("another host"), "{error}");
}

#[tokio::test]
async fn a_circle_of_redirects_is_an_error_at_once() {
    let app = probe().load().unwrap();
    let client = app.client();
    let circle = "/mirror/?answer=%7B%22status%22:302,%22circle%22:true%7D";
    let error = client.get(circle).follow_redirects().await.unwrap_err();
    assert!(error.to_string().contains("second time"), "{error}");
}

#[tokio::test]
async fn one_location_may_mean_several_places() {
    let app = probe().load().unwrap();
    // Two redirects to b/, from another folder each.
    let wanted = serde_json::json!({ "status": 302, "until": "/mirror/b/b/" }).to_string();
    let wanted = utf8_percent_encode(&wanted, NON_ALPHANUMERIC);
    let request = app.client().get(format!("/mirror/?answer={wanted}"));
    let response = request.follow_redirects().await.unwrap();
    assert_eq!(response.path, format!("/mirror/b/b/?answer={wanted}"));
}

#[tokio::test]
async fn a_path_is_escaped_and_a_url_names_the_host() {
    let app = probe().load().unwrap();
    let client = app.client();
    let response = client.get("mirror/唤 醒?a=é").await.unwrap();
    let seen_path = &seen(&response)["path"];
    assert_eq!(seen_path, "/mirror/%E5%94%A4%20%E9%86%92");
    let response = client.get("/mirror/a[0]?b[]=1#c").query(&[("d", "2")]);
    let seen_uri = seen(&response.await.unwrap());
    assert_eq!(seen_uri["path"], "/mirror/a%5B0%5D");
    assert_eq!(seen_uri["query"], "b[]=1&d=2");
    for url in [
        "http://example.org/mirror/",
        "http://u:p@example.org/mirror/#a",
    ] {
        let response = client.get(url).await.unwrap();
        assert_eq!(hosts(&response), ["example.org"], "{url}");
    }
}

#[tokio::test]
async fn a_header_names_the_host_before_the_url_does() {
    let app = probe().load().unwrap();
    let request = app.client().get("http://example.org/mirror/");
    let response = request.header("Host", "localhost").await.unwrap();
    assert_eq!(hosts(&response), ["localhost"]);
    let own = app.client().with_header("host", "localhost");
    let response = own.get("http://example.org/mirror/").await.unwrap();
    assert_eq!(hosts(&response), ["localhost"]);
}

#[tokio::test]
async fn a_host_that_is_none_is_sent_and_answered() {
    let app = probe().load().unwrap();
    let client = app.client();
    client.set_cookie("kept", "1").unwrap();
    for host in [
        &b""[..],
        b"a b",
        b"localhost:x",
        b"u@localhost",
        b"a/b",
        b"\xff",
    ] {
        let request = client.get("/mirror/").header("host", host);
        let response = request.follow_redirects().await.unwrap();
        assert_eq!(response.status, 400, "{host:?}");
    }
}

#[tokio::test]
async fn a_cookie_that_has_ended_leaves_its_place() {
    let app = probe().load().unwrap();
    let client = app.client();
    let ended = answering(
        200,
        &[
            ("set-cookie", "a=; Path=/; Max-Age=0"),
            ("set-cookie", "a=3; Path=/"),
        ],
    );
    client.set_cookie("a", "1").unwrap();
    client.set_cookie("b", "2").unwrap();
    assert_eq!(client.get(ended).await.unwrap().status, 200);
    let kept = [("b", "2"), ("a", "3")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(client.cookies(), kept);
    let sent = seen(&client.get("/mirror/").await.unwrap())["headers"].to_string();
    assert!(sent.contains(r#"["cookie","b=2; a=3"]"#), "{sent}");
}

#[tokio::test]
async fn cookies_go_in_one_header_and_only_to_their_host() {
    let app = probe().load().unwrap();
    let client = app.client();
    client.set_cookie("kept", "1").unwrap();
    let sent = client.get("/mirror/").header("cookie", "named=2");
    let headers = seen(&sent.await.unwrap())["headers"].to_string();
    assert!(
        headers.contains(r#"["cookie","named=2; kept=1"]"#),
        "{headers}"
    );
    let headers = seen(&client.get("http://example.org/mirror/").await.unwrap());
    assert!(!headers.to_string().contains("kept"), "{headers}");
    for (name, value) in [
        ("a", "1;2"),
        ("a", "b c"),
        ("a", "é"),
        ("", "1"),
        ("a=b", "1"),
        ("a(b)", "1"),
    ] {
        assert!(client.set_cookie(name, value).is_err(), "{name}={value}");
    }
}
