//! /auth: accounts, and logging in and out.

mod accounts;
mod attempts;
mod client;
mod common;
mod credentials;
mod limits;
mod next;
mod page;
mod registrations;
mod views;

use kit::Response;

#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> Response {
    let mut response = site::app()
        .get("/auth/register", page::register)
        .post("/auth/register", views::register)
        .get("/auth/login", page::log_in)
        .post("/auth/login", views::log_in)
        .post("/auth/logout", views::log_out)
        .post("/auth/password", views::change_password)
        .get("/auth/me", views::me)
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
