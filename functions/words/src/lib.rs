//! The word book (§10): the page at /, the tutorial's /data, and the words as a REST resource.

mod draft;
mod export;
mod formula;
mod import;
mod input;
mod page;
mod rest;
mod rights;
mod store;
mod text;
mod tutorial;
mod word;

use kit::{App, either};

kit::service!(app);

fn app() -> App {
    site::app()
        .get("/", page::index)
        .changing_get("/data", tutorial::data)
        .get("/words", either(rest::list, page::index))
        .post("/words", either(rest::create, page::create))
        .get("/words/export", export::export)
        .post("/words/import", either(rest::import, page::import))
        .get("/words/:id", either(rest::read, page::show))
        .put("/words/:id", either(rest::replace, page::replace))
        .patch("/words/:id", rest::change)
        .delete("/words/:id", either(rest::delete, page::delete))
        .form_methods()
        .behind_proxies()
}
