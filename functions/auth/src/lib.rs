//! /auth: accounts, and logging in and out.

mod accounts;
mod actions;
mod attempts;
mod characters;
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

use kit::{App, Response, either};
use paths::{LOG_IN, ME, REGISTER};

kit::service!(app);

fn app() -> App {
    site::app()
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
        .after_request(is_about_one_person)
}

/// Each answer is about one person, at one moment.
fn is_about_one_person(response: &mut Response) {
    response.headers_mut().insert(
        http::header::CACHE_CONTROL,
        http::HeaderValue::from_static("no-store"),
    );
}
