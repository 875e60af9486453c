//! GET /cookies/add, /cookies/show and /cookies/delete: a cookie set, shown and expired (§3,
//! `response.set_cookie` and `request.cookies`).

use std::time::{Duration, SystemTime};

use kit::{App, Request, Response, Result, json, jsonify, response::Cookie, text};

const NAME: &str = "name";
const VALUE: &str = "唤醒手腕";

/// How long a browser keeps the cookie.
const LIFETIME: Duration = Duration::from_secs(6 * 60);

kit::service!(app);

fn app() -> App {
    site::app()
        .changing_get("/cookies/add", add)
        .get("/cookies/show", show)
        .get("/show", show)
        .changing_get("/cookies/delete", delete)
        .changing_get("/delete", delete)
        .behind_proxies()
}

async fn add(request: Request) -> Result<Response> {
    let mut response = if request.wants_json() {
        jsonify(&json!({ "added": [NAME, VALUE] }))
    } else {
        text("add cookies")
    };
    Cookie::new(&request, NAME, VALUE)
        .expires(SystemTime::now() + LIFETIME)
        .set_on(&mut response)?;
    Ok(response)
}

/// What the client sent, as Python prints it.
async fn show(request: Request) -> Result<Response> {
    let cookies = request.cookies();
    if request.wants_json() {
        let cookies: Vec<_> = cookies.items().collect();
        return Ok(jsonify(&json!({ "cookies": cookies })));
    }
    Ok(text(cookies.repr()))
}

/// Expires the cookie, whether or not the client has it.
async fn delete(request: Request) -> Result<Response> {
    let mut response = if request.wants_json() {
        jsonify(&json!({ "deleted": NAME }))
    } else {
        text("delete cookies")
    };
    Cookie::expired(&request, NAME).set_on(&mut response)?;
    Ok(response)
}
