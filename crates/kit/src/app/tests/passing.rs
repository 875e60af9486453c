//! Requests that a view passes on.

use super::*;
use crate::response::Body;

/// Shows what came in, and answers as another server might.
async fn echo(mut request: Request) -> Result<Response> {
    let line = format!("{} {}", request.method(), request.path_and_query());
    let body = request.take_body()?;
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert("x-line", line.parse().unwrap());
    Ok(response)
}

#[test]
fn a_request_is_passed_on_whatever_it_asks_for_and_its_answer_is_left_alone() {
    let many = format!("/echo/a?{}", "a&".repeat(20_000));
    for (method, path, lines) in [
        ("GET", "/echo/a//b/%2e?x=1&x", &[][..]),
        ("HEAD", "/echo", &[]),
        ("OPTIONS", "/echo/a", &[]),
        ("TRACE", "/echo/a", &[]),
        ("PURGE", "/echo/a", &[]),
        ("POST", "/echo/a", &[OTHER_SITE]),
        ("GET", &many, &[]),
    ] {
        let app = App::new().pass("/echo/...", echo);
        let response = answer_of(app, method, path, lines, "the body");
        assert_eq!(response.status(), 200, "{method} {path}");
        assert_eq!(response.headers()["x-line"], format!("{method} {path}"));
        assert_eq!(response.headers().len(), 1, "{response:?}");
        assert_eq!(response.body(), "the body", "{method} {path}");
    }
}

#[test]
fn an_error_of_such_a_view_is_a_problem_document() {
    async fn gone(_: Request) -> Result<Response> {
        Err(crate::GatewayError::timeout("too late").into())
    }
    let response = answer_of(
        App::new().pass("/echo/...", gone),
        "PURGE",
        "/echo/a",
        &[],
        "",
    );
    assert_eq!(response.status(), 504);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    assert!(response.body().contains("too late"), "{}", response.body());
}

#[test]
fn a_body_is_taken_once() {
    async fn twice(mut request: Request) -> Result<Response> {
        request.take_body()?;
        Ok(Response::new(Body::from(request.data().await?)))
    }
    let response = answer_of(
        App::new().pass("/echo/...", twice),
        "POST",
        "/echo/a",
        &[],
        "x",
    );
    assert_eq!(response.status(), 500);
}
