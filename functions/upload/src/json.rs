//! Pictures as JSON.

use kit::{Value, json, rfc3339};

use crate::store::{Page, Picture};

/// Where a picture is. Its name needs no escapes.
pub(crate) fn url_of(picture: &Picture) -> String {
    format!("/uploads/{}", picture.name)
}

/// What is answered to an upload.
pub(crate) fn uploaded(picture: &Picture) -> Value {
    json!({
        "name": picture.name,
        "size": picture.size,
        "sha256": picture.sha256,
        "content_type": picture.content_type,
        "info": picture.info,
        "url": url_of(picture),
        "owner": picture.owner_name(),
    })
}

/// A page of the list.
pub(crate) fn listed(page: &Page) -> Value {
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
        "url": url_of(picture),
        "owner": picture.owner_name(),
    })
}
