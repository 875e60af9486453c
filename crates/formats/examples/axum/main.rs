//! A service beside a Flask application: it greets whoever logged in there, and counts visits in the same session.
//!
//! ```console
//! $ SECRET_KEY=wristwaking cargo run --example axum --features session
//! Serving http://127.0.0.1:41235
//! $ curl -b 'session=eyJ1c2VyIjoi...' http://127.0.0.1:41235/visits
//! Hello, duke! This is visit 1.
//! ```

use std::env;

use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{COOKIE, SET_COOKIE},
    },
    response::{AppendHeaders, IntoResponse},
    routing::get,
};
use flask_formats::{
    Error, cookie,
    session::{Secrets, Session, Value},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let secrets = Secrets::parse(&env::var("SECRET_KEY")?, "[]")?;
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:0".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("Serving http://{}", listener.local_addr()?);
    axum::serve(listener, app(secrets)).await?;
    Ok(())
}

fn app(secrets: Secrets) -> Router {
    Router::new()
        .route("/visits", get(visits))
        .with_state(secrets)
}

async fn visits(
    State(secrets): State<Secrets>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, (StatusCode, String)> {
    let cookies = cookie::parse(headers.get_all(COOKIE));
    let mut session = Session::open(&cookies, &secrets).map_err(failed)?;

    let user = session.get("user").and_then(Value::as_str);
    let user = user.unwrap_or("stranger").to_owned();
    let visit = session.get("visits").and_then(Value::as_i64).unwrap_or(0) + 1;
    session.insert("visits", visit);

    let cookie = session.save().map_err(failed)?;
    let cookie = cookie.map(|cookie| (SET_COOKIE, cookie.to_string()));
    let greeting = format!("Hello, {user}! This is visit {visit}.\n");
    Ok((AppendHeaders(cookie), greeting))
}

fn failed(error: Error) -> (StatusCode, String) {
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

#[cfg(test)]
mod tests;
