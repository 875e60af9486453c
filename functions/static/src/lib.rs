//! GET /static/... and /favicon.ico: files (§6, Flask's `static_folder`).

mod content_type;
mod folder;
mod path;

use kit::{
    App, Error, Request, Response, Result,
    conditional::{body_of_file, send_file},
};

const FAVICON: &str = "/favicon.ico";
const STATIC: &str = "/static/";

kit::service!(app);

fn app() -> App {
    site::app().get("/static/...", file).get(FAVICON, file)
}

async fn file(request: Request) -> Result<Response> {
    let found = match path::in_folder(below(request.path())) {
        Some(path) => folder::open(&path)?,
        None => None,
    };
    let (file, info) = found.ok_or_else(|| Error::NotFound(request.path().to_owned()))?;
    send_file(&request, &info, |range| body_of_file(file, range))
}

/// The path of a file in the folder, still percent-encoded; empty for the folder itself. The icon is at
/// its top.
fn below(path: &str) -> &str {
    match path {
        FAVICON => &FAVICON[1..],
        _ => path.strip_prefix(STATIC).unwrap_or_default(),
    }
}
