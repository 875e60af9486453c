//! Pictures for programs, and for the tutorial, which answers an upload with a text.

use http::StatusCode;
use kit::{
    Error, Request, Response, Result, Value, formats::rfc3339, json, jsonify, response::no_content,
    text,
};

use crate::{
    actions,
    receive::Refusal,
    store::{Page, PageRequest, Picture, Pictures},
};

/// POST /upload.
pub(crate) async fn upload(mut request: Request) -> Result<Response> {
    match actions::keep(&mut request).await {
        Ok((picture, visit)) => visit.save_on(if request.wants_json() {
            jsonify(&uploaded(&picture))
        } else {
            let info = picture.info.unwrap_or_default();
            text(format!("info is {info}. success"))
        }),
        Err(Refusal {
            error: Error::UnsupportedMediaType { .. },
            ..
        }) if !request.wants_json() => {
            // As the tutorial has it.
            let mut response = text("failed");
            *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            Ok(response)
        }
        Err(refusal) => Err(refusal.error),
    }
}

/// GET /uploads.
pub(crate) async fn list(request: Request) -> Result<Response> {
    let asked = PageRequest::from_args(request.args())?;
    let page = Pictures::open().await?.list(&asked).await?;
    Ok(jsonify(&listed(&page)))
}

/// DELETE /uploads/NAME.
pub(crate) async fn delete(request: Request) -> Result<Response> {
    actions::delete(&request).await?.save_on(no_content())
}

/// What is answered to an upload.
fn uploaded(picture: &Picture) -> Value {
    json!({
        "name": picture.name,
        "size": picture.size,
        "sha256": picture.sha256,
        "content_type": picture.content_type,
        "info": picture.info,
        "url": picture.url(),
        "owner": picture.owner_name(),
    })
}

/// A page of the list.
fn listed(page: &Page) -> Value {
    let uploads: Vec<Value> = page.pictures.iter().map(entry).collect();
    json!({ "uploads": uploads, "next": page.next })
}

fn entry(picture: &Picture) -> Value {
    json!({
        "name": picture.name,
        "size": picture.size,
        "sha256": picture.sha256,
        "content_type": picture.content_type,
        "uploaded_at": rfc3339(picture.uploaded_at()),
        "url": picture.url(),
        "owner": picture.owner_name(),
    })
}
