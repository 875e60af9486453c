//! Requests to an app, and what it answers.

use std::convert::Infallible;

use futures::executor::block_on;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use super::*;
use crate::{jsonify, response::html, text};

mod forms;
mod passing;
mod proxies;

const JSON: (&str, &str) = ("accept", "application/json");
const BROWSER: (&str, &str) = ("accept", "text/html,*/*;q=0.8");
const OTHER_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");

async fn read(request: Request) -> Result<Response> {
    if request.wants_json() {
        return Ok(jsonify(&json!("read")));
    }
    Ok(text("read"))
}

async fn change(_: Request) -> Result<Response> {
    Ok(text("changed"))
}

async fn cookies(request: Request) -> Result<Response> {
    Ok(text(request.cookies().repr()))
}

async fn language(request: Request) -> Result<Response> {
    Ok(text(request.best_language(&["en"]).unwrap_or_default()))
}

async fn closed(_: Request) -> Result<Response> {
    Err(Error::unauthorized("login-required", "log in to change it"))
}

async fn fail(_: Request) -> Result<Response> {
    Err(Error::internal("the database password is hunter2"))
}

async fn break_off(_: Request) -> Result<Response> {
    let chunks = [Ok("half of".into()), Err("the disk is gone")];
    Ok(crate::response::stream(
        "text/csv",
        futures::stream::iter(chunks),
    ))
}

/// What the view sees.
async fn show(mut request: Request) -> Result<Response> {
    let (method, id) = (
        request.method().clone(),
        request.path_param("id")?.to_owned(),
    );
    let name = request.form().await?.get("name").map(str::to_owned);
    Ok(text(format!("{method} {id} {}", name.unwrap_or_default())))
}

fn app() -> App {
    App::new()
        .error_page(|request| {
            request.cookies();
            let tag = request
                .best_language(&["en", "zh-CN"])
                .unwrap_or("en")
                .to_owned();
            move |error, back| {
                let status = error.status();
                Ok(html(format!("{status} {tag} {error} {back:?}")))
            }
        })
        .challenge("Cookie")
        .get("/word", read)
        .post("/word", change)
        .changing_get("/data", change)
        .post("/form", change)
        .get("/files/...", read)
        .post("/files/new", change)
        .get("/cookies", cookies)
        .get("/language", language)
        .get("/words/:id", show)
        .put("/words/:id", show)
        .patch("/words/:id", show)
        .delete("/words/:id", show)
        .post("/words/import", change)
        .post("/both", change)
        .put("/both", show)
        .delete("/uploads/:id", show)
        .patch("/patched/:id", show)
        .get("/mine/:id", read)
        .put("/mine/:id", closed)
        .changing_get("/closed", change)
        .post("/closed", closed)
        .get("/broken", fail)
        .get("/cut", break_off)
}

/// The answer of an app with one route of each kind.
fn answer(method: &str, path: &str, lines: &[(&str, &str)]) -> http::Response<String> {
    answer_of(app(), method, path, lines, "")
}

fn answer_of(
    app: App,
    method: &str,
    path: &str,
    lines: &[(&str, &str)],
    body: &'static str,
) -> http::Response<String> {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", "words.example");
    let request = lines.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    let body = Full::new(Bytes::from_static(body.as_bytes()));
    let response = block_on(app.run(request.body(body).unwrap()));
    let (parts, body) = response.into_parts();
    let bytes = block_on(body.collect()).unwrap().to_bytes();
    http::Response::from_parts(parts, String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn a_route_is_a_method_and_a_whole_path() {
    for (method, path, status) in [
        ("GET", "/word", 200),
        ("GET", "/word?q=/form", 200),
        ("POST", "/word", 200),
        ("POST", "/form", 200),
        ("GET", "/", 404),
        ("GET", "/word/", 404),
        ("GET", "/words", 404),
        ("GET", "//word", 404),
        ("GET", "/wor%64", 404),
        ("GET", "/files", 200),
        ("GET", "/files/", 200),
        ("GET", "/files/a/b/../c", 200),
        ("POST", "/files/a", 405),
        ("POST", "/files/new", 200),
        ("GET", "/files/new", 405),
        ("GET", "/files/new/", 200),
        ("GET", "/filesystem", 404),
        ("GET", "/files/...", 200),
        ("GET", "/words/7", 200),
        ("PATCH", "/words/import", 405),
        ("POST", "/words/import", 200),
        ("GET", "/words/import", 405),
        ("GET", "/words/imports", 200),
        ("POST", "/words/7", 405),
        ("GET", "/words/", 404),
        ("GET", "/words/7/", 404),
        ("GET", "/words/%ff", 404),
        ("PATCH", "/words/%ff", 404),
        ("OPTIONS", "/words/%ff", 404),
        ("OPTIONS", "/nowhere", 404),
        ("BREW", "/nowhere", 404),
        ("GET", "/form", 405),
        ("HEAD", "/form", 405),
        ("PUT", "/word", 405),
        ("BREW", "/word", 405),
        ("get", "/word", 405),
        ("TRACE", "/word", 405),
        ("CONNECT", "/word", 405),
    ] {
        assert_eq!(
            answer(method, path, &[]).status().as_u16(),
            status,
            "{method} {path}"
        );
    }
}

#[test]
fn a_query_with_too_many_fields_is_refused_before_any_view_sees_it() {
    for (fields, status) in [
        (formats::urlencoded::MAX_FIELDS, 200),
        (formats::urlencoded::MAX_FIELDS + 1, 413),
    ] {
        let path = format!("/word?{}", "a&".repeat(fields));
        for method in ["GET", "POST"] {
            let answer = answer(method, &path, &[]);
            assert_eq!(
                answer.status().as_u16(),
                status,
                "{method}, {fields} fields"
            );
        }
    }
}

#[test]
fn a_wrong_method_and_options_name_the_right_ones() {
    for (path, allow) in [
        ("/word", "GET, HEAD, OPTIONS, POST"),
        ("/form", "OPTIONS, POST"),
        ("/words/7", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        ("/words/import", "OPTIONS, POST"),
        ("/uploads/a", "DELETE, OPTIONS"),
    ] {
        for (method, status) in [("BREW", 405), ("OPTIONS", 200)] {
            let response = answer(method, path, &[OTHER_SITE]);
            assert_eq!(
                (response.status().as_u16(), &response.headers()["allow"]),
                (status, &HeaderValue::from_static(allow))
            );
        }
    }
    assert_eq!(answer("OPTIONS", "/word", &[]).body(), "");
}

#[test]
fn head_is_get_without_the_body() {
    for (path, lines) in [
        ("/word", &[][..]),
        ("/word", &[JSON]),
        ("/broken", &[]),
        ("/nowhere", &[BROWSER]),
    ] {
        let (get, head) = (answer("GET", path, lines), answer("HEAD", path, lines));
        assert_eq!(
            (get.status(), get.headers()),
            (head.status(), head.headers()),
            "{path}"
        );
        assert_eq!(
            get.headers()["content-length"],
            get.body().len().to_string().as_str(),
            "{path}"
        );
        assert_eq!(head.body(), "", "{path}");
    }
}

#[test]
fn a_change_from_another_site_is_refused_whatever_its_method() {
    for (method, path, lines, status) in [
        ("POST", "/form", &[OTHER_SITE][..], 403),
        ("GET", "/data", &[OTHER_SITE], 403),
        ("HEAD", "/data", &[OTHER_SITE], 403),
        ("POST", "/form", &[("origin", "null")], 403),
        ("POST", "/form", &[("origin", "https://evil.example")], 403),
        ("POST", "/form", &[("origin", "https://words.example")], 200),
        ("POST", "/form", &[("sec-fetch-site", "same-origin")], 200),
        ("POST", "/form", &[], 200),
        ("GET", "/data", &[], 200),
        ("GET", "/data", &[("referer", "http://evil.example/a")], 403),
        (
            "HEAD",
            "/data",
            &[("referer", "http://evil.example/a")],
            403,
        ),
        (
            "POST",
            "/form",
            &[("referer", "http://evil.example/a")],
            403,
        ),
        (
            "GET",
            "/data",
            &[("referer", "http://words.example/a")],
            200,
        ),
        ("GET", "/word", &[("referer", "http://evil.example/a")], 200),
        ("PUT", "/words/7", &[OTHER_SITE], 403),
        ("PATCH", "/words/7", &[OTHER_SITE], 403),
        ("DELETE", "/words/7", &[OTHER_SITE], 403),
        ("DELETE", "/words/7", &[], 200),
        ("GET", "/words/7", &[OTHER_SITE], 200),
        ("GET", "/word", &[OTHER_SITE], 200),
        ("HEAD", "/word", &[OTHER_SITE], 200),
    ] {
        assert_eq!(
            answer(method, path, lines).status().as_u16(),
            status,
            "{method} {path} {lines:?}"
        );
    }
}

#[test]
fn an_error_is_a_problem_and_for_a_browser_a_page() {
    let by_language = "Accept, Accept-Language, Cookie";
    for (lines, want, vary) in [
        (&[][..], "application/problem+json", "Accept"),
        (&[JSON], "application/problem+json", "Accept"),
        (
            &[("accept", "image/png")],
            "application/problem+json",
            "Accept",
        ),
        (&[BROWSER], "text/html; charset=utf-8", by_language),
    ] {
        for (method, path) in [("GET", "/nowhere"), ("PUT", "/word"), ("GET", "/broken")] {
            let response = answer(method, path, lines);
            assert_eq!(response.headers()["content-type"], want, "{path} {lines:?}");
            assert_eq!(response.headers()["vary"], vary, "{path} {lines:?}");
        }
    }
    let chinese = answer("GET", "/nowhere", &[BROWSER, ("accept-language", "zh")]);
    assert!(
        chinese.body().starts_with("404 Not Found zh-CN"),
        "{}",
        chinese.body()
    );
    let problem: Value = serde_json::from_str(answer("GET", "/nowhere", &[]).body()).unwrap();
    assert_eq!(problem["detail"], "there is nothing at /nowhere");
}

#[test]
fn no_cause_leaves_the_server() {
    for lines in [&[][..], &[BROWSER]] {
        let response = answer("GET", "/broken", lines);
        assert_eq!(response.status().as_u16(), 500);
        assert!(!response.body().contains("hunter2"), "{}", response.body());
    }
}

#[test]
fn who_has_to_log_in_is_told_how_and_may_come_back_to_what_can_be_looked_at() {
    for (method, path, want) in [
        ("PUT", "/mine/a%20b", "Some(\"/mine/a%20b\")"),
        ("POST", "/closed", "None"),
    ] {
        let response = answer(method, path, &[BROWSER]);
        assert_eq!(response.status().as_u16(), 401);
        assert_eq!(response.headers()["www-authenticate"], "Cookie");
        assert!(response.body().ends_with(want), "{}", response.body());
    }
    let other = answer("GET", "/word", &[]);
    assert!(!other.headers().contains_key("www-authenticate"));
}

#[test]
fn without_a_page_that_works_a_browser_gets_the_document() {
    let failing = || App::new().error_page(|_| |_, _| Err(Error::internal("no template")));
    for app in [App::new(), failing()] {
        let response = answer_of(app, "GET", "/nowhere", &[BROWSER], "");
        assert_eq!(response.status().as_u16(), 404);
        let content_type = &response.headers()["content-type"];
        assert_eq!(content_type, "application/problem+json");
    }
}

#[test]
fn an_answer_varies_by_what_was_looked_at() {
    assert_eq!(answer("GET", "/word", &[]).headers()["vary"], "Accept");
    assert_eq!(answer("GET", "/word", &[JSON]).headers()["vary"], "Accept");
    assert_eq!(answer("GET", "/cookies", &[]).headers()["vary"], "Cookie");
    assert_eq!(
        answer("GET", "/language", &[]).headers()["vary"],
        "Accept-Language"
    );
    assert!(
        !answer("POST", "/word", &[JSON])
            .headers()
            .contains_key("vary")
    );
}

#[test]
fn a_parameter_of_the_path_is_its_segment() {
    for (path, want) in [
        ("/words/7", "GET 7 "),
        ("/words/%E5%94%A4?id=8", "GET 唤 "),
        ("/words/a%2Fb", "GET a/b "),
    ] {
        let forged = [("spin-path-match-id", "9"), ("spin-path-info", "/9")];
        assert_eq!(answer("GET", path, &forged).body(), want, "{path}");
    }
}

#[test]
fn an_answer_that_breaks_off_does_not_end_well() {
    let request = http::Request::get("/cut").body(Full::<Bytes>::default());
    let response = block_on(app().run(request.unwrap()));
    assert_eq!(response.status(), 200);
    assert!(block_on(response.into_body().collect()).is_err());
    assert_eq!(answer("HEAD", "/cut", &[]).body(), "");
}

#[test]
fn any_body_will_do() {
    let body = http_body_util::Empty::<Bytes>::new()
        .map_err(|never: Infallible| -> BoxError { match never {} });
    let request = http::Request::get("/nowhere").body(body).unwrap();
    assert_eq!(block_on(App::new().run(request)).status().as_u16(), 404);
}
