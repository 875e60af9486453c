//! What needs neither a database nor files: /add, /index and /sleep.

use std::time::Duration;

use askama::Template;
use axum::{Json, extract::Query, http::StatusCode, response::Html};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

#[derive(Deserialize)]
pub(crate) struct Operands {
    a: i64,
    b: i64,
}

#[derive(Serialize)]
pub(crate) struct Sum {
    sum: i64,
}

/// POST /add.
pub(crate) async fn add(Json(Operands { a, b }): Json<Operands>) -> Result<Json<Sum>, Failure> {
    let too_large = Failure::Refused(StatusCode::UNPROCESSABLE_ENTITY, "the sum is too large");
    let sum = a.checked_add(b).ok_or(too_large)?;
    Ok(Json(Sum { sum }))
}

#[derive(Deserialize)]
pub(crate) struct Shown {
    title: Option<String>,
    username: Option<String>,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    title: &'a str,
    user: User<'a>,
}

struct User<'a> {
    username: &'a str,
}

/// GET /index.
pub(crate) async fn index(Query(shown): Query<Shown>) -> Result<Html<String>, Failure> {
    let page = Index {
        title: shown.title.as_deref().unwrap_or("我的"),
        user: User {
            username: shown.username.as_deref().unwrap_or("duke"),
        },
    };
    Ok(Html(page.render()?))
}

#[derive(Deserialize)]
pub(crate) struct Wait {
    seconds: f64,
}

/// GET /sleep.
pub(crate) async fn sleep(Query(Wait { seconds }): Query<Wait>) -> Result<&'static str, Failure> {
    tokio::time::sleep(Duration::try_from_secs_f64(seconds)?).await;
    Ok("hello world")
}
