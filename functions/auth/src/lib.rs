//! /auth: accounts, and logging in and out.

mod accounts;
mod actions;
mod attempts;
mod client;
mod common;
mod credentials;
mod json;
mod key;
mod limits;
mod next;
mod page;
mod paths;
mod refusal;
mod registrations;

use kit::{Response, either};
use paths::{LOG_IN, ME, REGISTER};

#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> Response {
    let mut response = site::app()
        .get(REGISTER, page::show_register)
        .post(REGISTER, either(json::register, page::register))
        .get(LOG_IN, page::show_log_in)
        .post(LOG_IN, either(json::log_in, page::log_in))
        .post("/auth/logout", either(json::log_out, page::log_out))
        .post(
            "/auth/password",
            either(json::change_password, page::change_password),
        )
        .get(ME, either(json::me, page::me))
        .behind_proxies()
        .run(request)
        .await;
    // Each answer is about one person, at one moment.
    response.headers_mut().insert(
        http::header::CACHE_CONTROL,
        http::HeaderValue::from_static("no-store"),
    );
    response
}
