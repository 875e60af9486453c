//! GET /env: a setting of the application (§8, `os.getenv` with a default).
//!
//! What Flask finds in its environment is a variable here: the manifest has its default, and whoever
//! runs the application sets it.

use kit::{Error, Request, Response, Result, json, jsonify, text};
use spin_sdk::variables;

#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> Response {
    site::app().get("/env", conf).run(request).await
}

async fn conf(request: Request) -> Result<Response> {
    let conf = variables::get("conf").await.map_err(Error::internal)?;
    if request.wants_json() {
        return Ok(jsonify(&json!({ "conf": conf })));
    }
    Ok(text(conf))
}
