//! Uploads (§2): the tutorial's /upload, and the pictures that came in at /uploads.

mod json;
mod name;
mod page;
mod picture;
mod pictures;
mod receive;
mod settings;
mod store;
mod upload;
mod visit;

use kit::Response;

#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> Response {
    site::app()
        .post("/upload", upload::upload)
        .get("/uploads", pictures::list)
        .get("/uploads/:name", pictures::show)
        .delete("/uploads/:name", pictures::delete)
        .form_methods()
        .behind_proxies()
        .run(request)
        .await
}
