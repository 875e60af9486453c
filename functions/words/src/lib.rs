//! The word book (§10): the page at /, the tutorial's /data, and the words as a REST resource.

mod draft;
mod export;
mod formula;
mod import;
mod page;
mod rest;
mod rights;
mod store;
mod text;
mod tutorial;
mod word;

use kit::Response;

#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> Response {
    site::app()
        .get("/", page::index)
        .changing_get("/data", tutorial::data)
        .get("/words", rest::list)
        .post("/words", rest::create)
        .get("/words/export", export::export)
        .post("/words/import", rest::import)
        .get("/words/:id", rest::read)
        .put("/words/:id", rest::replace)
        .patch("/words/:id", rest::change)
        .delete("/words/:id", rest::delete)
        .form_methods()
        .behind_proxies()
        .run(request)
        .await
}
