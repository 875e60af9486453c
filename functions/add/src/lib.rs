//! POST /add: the sum of two JSON values, as Python's `+` has it (§1, `request.json` and `jsonify`).
//!
//! GET /add is the tutorial's other `/add` (§3), which sets a cookie. A path belongs to one component,
//! so this one sends those who ask for it to where it is.

mod plus;

use kit::{App, Request, Response, Result, json, jsonify, response::temporary_redirect};

kit::service!(app);

fn app() -> App {
    site::app().post("/add", add).get("/add", cookie)
}

async fn add(mut request: Request) -> Result<Response> {
    let [a, b] = plus::operands(request.json().await?)?;
    Ok(jsonify(&json!({ "sum": plus::plus(a, b)? })))
}

async fn cookie(_: Request) -> Result<Response> {
    Ok(temporary_redirect("/cookies/add"))
}
