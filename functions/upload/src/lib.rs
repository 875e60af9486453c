//! Uploads (§2): the tutorial's /upload, and the pictures that came in at /uploads.

mod actions;
mod json;
mod name;
mod page;
mod picture;
mod receive;
mod rights;
mod settings;
mod show;
mod store;

use kit::{App, either};

kit::service!(app);

fn app() -> App {
    site::app()
        .post("/upload", either(json::upload, page::upload))
        .get("/uploads", either(json::list, page::list))
        .get("/uploads/:name", show::show)
        .delete("/uploads/:name", either(json::delete, page::delete))
        .form_methods()
        .behind_proxies()
}
