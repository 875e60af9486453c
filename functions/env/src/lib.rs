//! GET /env: a setting of the application (§8, `os.getenv` with a default).
//!
//! What Flask finds in its environment is a variable here: the manifest has its default, and whoever
//! runs the application sets it.

use kit::{App, Error, Request, Response, Result, json, jsonify, text};
use spin_sdk::variables;

kit::service!(app);

fn app() -> App {
    site::app().get("/env", conf)
}

async fn conf(request: Request) -> Result<Response> {
    let conf = variables::get("conf").await.map_err(Error::internal)?;
    if request.wants_json() {
        return Ok(jsonify(&json!({ "conf": conf })));
    }
    Ok(text(conf))
}
