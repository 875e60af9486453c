//! POST /add: the sum of two JSON values, as Python's `+` has it (§1, `request.json` and `jsonify`).

mod plus;

use kit::{App, Request, Response, Result, json, jsonify};

#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> Response {
    App::new().post("/add", add).run(request).await
}

async fn add(mut request: Request) -> Result<Response> {
    let [a, b] = plus::operands(request.json().await?)?;
    Ok(jsonify(&json!({ "sum": plus::plus(a, b)? })))
}
