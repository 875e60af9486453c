//! The test client and the application under test, as somebody uses them in tests of their own.

use std::fs;

use handspun::{
    GuestError, Limits, MultipartForm, TestApp, TestAppBuilder, TestClient, TestResponse, Upstream,
    UpstreamError,
};

use crate::support::{OneComponent, build_guests, root, wasm};

mod requests;

/// A picture of one pixel.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;";

/// The word book and all else.
fn application() -> TestAppBuilder {
    build_guests();
    TestApp::builder(root().join("spin.toml")).variable("secret_key", "of-the-tests")
}

/// The probe, which does what a test asks for.
fn probe() -> TestAppBuilder {
    build_guests();
    TestApp::builder(root().join("crates/host/tests/probe.toml")).variable("given", "x")
}

#[tokio::test]
async fn a_test_sees_the_rows_that_the_application_wrote_and_the_other_way_round() {
    let app = application().load().unwrap();
    let client = app.client();
    let word = [
        ("english", "spin"),
        ("chinese", "旋转"),
        ("sentence_eng", ""),
        ("sentence_chi", ""),
    ];
    let response = client.post("/words").form(&word).await.unwrap();
    assert_eq!(response.status, 201, "{response:?}");

    let words = app.database("default").unwrap();
    let chinese: String = words
        .query_row("SELECT chinese FROM words", [], |row| row.get(0))
        .unwrap();
    assert_eq!(chinese, "旋转");

    words
        .execute("UPDATE words SET english = 'turn'", [])
        .unwrap();
    let list = client.get("/words").header("accept", "application/json");
    let list = list.await.unwrap().json().unwrap();
    assert_eq!(list["words"][0]["english"], "turn");
}

#[tokio::test]
async fn a_file_is_uploaded_and_its_bytes_are_in_the_store() {
    let app = application().load().unwrap();
    let form = MultipartForm::new().field("info", "a \"pixel\"").file(
        "image",
        "one \"pixel\".gif",
        "image/gif",
        GIF,
    );
    let request = app.client().post("/upload").multipart(form);
    let response = request.header("accept", "application/json").await.unwrap();
    assert_eq!(response.status, 200, "{response:?}");
    let answer = response.json().unwrap();
    assert_eq!(answer["info"], "a \"pixel\"");
    assert_eq!(answer["content_type"], "image/gif");

    let store = app.store("default").unwrap();
    let keys = store.keys().unwrap();
    let values = keys.iter().map(|key| store.get(key).unwrap().unwrap());
    assert!(values.into_iter().any(|value| value == GIF), "{keys:?}");
}

#[tokio::test]
async fn a_store_can_be_filled_and_emptied_by_a_test() {
    let app = probe().key_value("given", "at the start").load().unwrap();
    let store = app.store("default").unwrap();
    assert_eq!(store.get("given").unwrap().unwrap(), b"at the start");
    store.set("a", "1").unwrap();
    store.set("a", "2").unwrap();
    assert_eq!(store.keys().unwrap(), ["a", "given"]);
    store.delete("a").unwrap();
    store.delete("a").unwrap();
    assert_eq!(store.get("a").unwrap(), None);
    assert!(app.store("of-nobody").is_err());
    assert!(app.database("of-nobody").is_err());
}

#[tokio::test]
async fn every_application_has_a_state_of_its_own() {
    let (one, other) = (probe().load().unwrap(), probe().load().unwrap());
    one.store("default").unwrap().set("a", "1").unwrap();
    assert_eq!(other.store("default").unwrap().get("a").unwrap(), None);
}

#[tokio::test]
async fn cookies_can_be_read_set_and_taken_away() {
    let client = application().load().unwrap().client();
    client.get("/cookies/add").await.unwrap();
    let cookies = client.cookies();
    assert!(!cookies.is_empty());
    for (name, value) in &cookies {
        assert_eq!(client.cookie(name).as_ref(), Some(value));
        client.delete_cookie(name);
    }
    assert_eq!(client.cookies(), []);

    client.set_cookie("name", "duke").unwrap();
    let shown = client
        .get("/cookies/show")
        .header("accept", "application/json");
    assert_eq!(
        shown.await.unwrap().json().unwrap(),
        serde_json::json!({ "cookies": [["name", "duke"]] })
    );
    assert_eq!(client.without_cookies().cookies(), []);
}

#[tokio::test]
async fn redirects_are_followed_when_the_test_asks_for_it() {
    let client = application().load().unwrap().client();
    let add = "/data?english=spin&chinese=a&sentence_eng=b&sentence_chi=c";
    let redirect = client.get(add).await.unwrap();
    assert_eq!(redirect.status, 302);
    assert!(redirect.history.is_empty());

    let page = client.get(add).follow_redirects().await.unwrap();
    assert_eq!(page.status, 200);
    assert_eq!(page.path, "/");
    let history: Vec<_> = page.history.iter().map(|each| each.status).collect();
    assert_eq!(history, [302]);
    assert_eq!(page.history[0].path, add);
}

#[tokio::test]
async fn a_307_takes_the_method_along_and_cookies_are_kept_on_the_way() {
    let client = application().load().unwrap().client();
    let page = client.get("/add").follow_redirects().await.unwrap();
    assert_eq!(page.history[0].status, 307);
    assert_eq!(page.path, "/cookies/add");
    assert!(!client.cookies().is_empty());
}

#[tokio::test]
async fn a_client_has_headers_of_its_own() {
    let client = application().load().unwrap().client();
    let client = client.with_header("Accept", "application/json");
    assert!(client.get("/env").await.unwrap().json().is_ok());
    let page = client.get("/env").header("accept", "text/plain");
    assert!(page.await.unwrap().json().is_err());
}

#[tokio::test]
async fn a_query_is_encoded() {
    let client = application().load().unwrap().client();
    let request = client.get("/args?x=1").query(&[("infor", "a&b 中")]);
    assert_eq!(request.await.unwrap().text().unwrap(), "a&b 中");
}

/// The failure of a request.
async fn failure(client: &TestClient, path: &str) -> GuestError {
    let error = client.get(path).await.unwrap_err();
    error.downcast::<GuestError>().unwrap()
}

#[tokio::test]
async fn in_testing_a_trap_is_an_error_with_its_place_and_otherwise_a_500() {
    let app = probe().testing(true).load().unwrap();
    for path in ["/trap", "/trap-after-head"] {
        let error = failure(&app.client(), path).await;
        assert_eq!(error.component, "probe");
        assert!(error.message.contains("unreachable"), "{error}");
        assert!(error.backtrace.contains("probe::trap"), "{error}");
        let panic = "the test asked for it";
        assert!(error.to_string().contains(panic), "{error}");
    }
    let response = app.client().testing(false).get("/trap").await.unwrap();
    assert_eq!(response.status, 500);
    assert!(!response.text().unwrap().contains("unreachable"));
}

#[tokio::test]
async fn in_testing_an_error_that_a_component_returns_reaches_the_test() {
    let app = probe().testing(true).load().unwrap();
    let error = failure(&app.client(), "/answer-with?connection").await;
    assert_eq!(error.component, "probe");
    assert!(error.message.contains("Forbidden"), "{error}");
    assert_eq!(error.backtrace, "");
    let response = app.client().testing(false).get("/answer-with?connection");
    assert_eq!(response.await.unwrap().status, 500);
}

#[tokio::test]
async fn in_testing_a_limit_that_is_exceeded_is_an_error() {
    let limits = Limits {
        compute: std::time::Duration::from_millis(50),
        ..Limits::default()
    };
    let app = probe().testing(true).limits(limits).load().unwrap();
    let error = failure(&app.client(), "/loop").await;
    assert!(error.backtrace.contains("loop_for_ever"), "{error}");
}

#[tokio::test]
async fn what_components_print_is_in_the_log() {
    let app = probe().load().unwrap();
    app.client().get("/print?to-be-seen").await.unwrap();
    let log = app.log();
    assert!(
        log.iter()
            .any(|line| line.starts_with("probe: ") && line.contains("seen")),
        "{log:?}"
    );
}

/// An application that may send requests to time.example.
fn sender(folder: &std::path::Path) -> TestAppBuilder {
    build_guests();
    let sender = OneComponent {
        fields: "allowed_outbound_hosts = ['http://time.example']",
        ..OneComponent::named("sender")
    };
    TestApp::builder(sender.write(folder))
}

#[tokio::test]
async fn requests_that_components_send_are_answered_by_the_test() {
    let folder = tempfile::tempdir().unwrap();
    let upstream = Upstream::new(|_| http::Response::new("12:00".into()));
    let app = sender(folder.path()).upstream(upstream).load().unwrap();
    let response = app.client().get("/get?http://time.example/now").await;
    assert!(response.unwrap().text().unwrap().contains("12:00"));
    let requests = app.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].uri(), "http://time.example/now");
}

#[tokio::test]
async fn a_server_that_the_test_makes_up_may_fail() {
    for (error, want) in [
        (
            UpstreamError::ConnectionRefused,
            "error: ErrorCode::ConnectionRefused",
        ),
        (
            UpstreamError::NoResponse,
            "error: ErrorCode::HttpProtocolError",
        ),
        (
            UpstreamError::NameNotFound,
            "error: ErrorCode::DnsError(DnsErrorPayload",
        ),
        (
            UpstreamError::Timeout,
            "error: ErrorCode::ConnectionReadTimeout",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let upstream = Upstream::try_new(move |_| Err(error));
        let app = sender(folder.path()).upstream(upstream).load().unwrap();
        let response = app.client().get("/get?http://time.example/now").await;
        let told = response.unwrap().text().unwrap().to_owned();
        assert!(told.starts_with(want), "{told}");
        assert_eq!(app.requests().len(), 1);
    }
}

/// An application of the probe whose build is this line for the shell.
fn built_by(folder: &std::path::Path, command: &str) -> TestAppBuilder {
    let component = OneComponent {
        source: "built.wasm".into(),
        fields: &format!("[component.probe.build]\ncommand = {command:?}"),
        ..OneComponent::named("probe")
    };
    TestApp::builder(component.write(folder))
}

#[tokio::test]
async fn components_are_built_before_they_are_loaded_and_once() {
    build_guests();
    let folder = tempfile::tempdir().unwrap();
    let copy = format!("echo x >> runs && cp {:?} built.wasm", wasm("probe"));
    assert!(built_by(folder.path(), &copy).load().is_err());
    let apps: Vec<TestApp> = (0..2)
        .map(|_| {
            built_by(folder.path(), &copy)
                .build_components()
                .load()
                .unwrap()
        })
        .collect();
    let response: TestResponse = apps[1].client().get("/uri").await.unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(
        fs::read_to_string(folder.path().join("runs")).unwrap(),
        "x\n"
    );
}

#[test]
fn a_build_that_fails_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let app = built_by(folder.path(), "echo no such thing >&2; exit 3");
    let error = app.build_components().load().err().unwrap();
    let error = format!("{error:#}");
    for part in [
        "component probe cannot be built",
        "exit status: 3",
        "no such thing",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_that_asks_for_a_streamed_body_again_is_an_error() {
    let client = application().load().unwrap().client();
    let (end, body) = crate::support::open_body();
    end.send(()).unwrap();
    let request = client.request(http::Method::GET, "/add").stream(body);
    let error = request.follow_redirects().await.unwrap_err();
    assert!(error.to_string().contains("streamed"), "{error}");
}
