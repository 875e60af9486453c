//! POST /add and GET /index, as somebody writes them with spin-sdk alone.

use serde_json::{Value, json};
use spin_sdk::{
    http::{IntoResponse, Method, Request, Response, Result, StatusCode, body::IncomingBodyExt},
    http_service,
};

/// What functions/index makes of its template for a request without a query.
const PAGE: &str = include_str!("index.html");

#[http_service]
async fn handle(request: Request) -> Result<impl IntoResponse> {
    let (status, content_type, body) = match (request.method(), request.uri().path()) {
        (&Method::POST, "/add") => match sum(&request.into_body().bytes().await?) {
            Some(sum) => (
                StatusCode::OK,
                "application/json",
                json!({ "sum": sum }).to_string(),
            ),
            None => (StatusCode::BAD_REQUEST, "text/plain", String::new()),
        },
        (&Method::GET, "/index") => (StatusCode::OK, "text/html; charset=utf-8", PAGE.to_owned()),
        _ => (StatusCode::NOT_FOUND, "text/plain", String::new()),
    };
    Ok(Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(body)?)
}

fn sum(body: &[u8]) -> Option<i64> {
    let value: Value = serde_json::from_slice(body).ok()?;
    value["a"].as_i64()?.checked_add(value["b"].as_i64()?)
}
