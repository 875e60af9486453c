//! /uploads: the pictures that came in.

use http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use kit::{
    ETag, Error, FileInfo, Request, Response, Result, jsonify, no_content, see_other, send_file,
};

use crate::{
    json, page,
    store::{PageRequest, Picture, Pictures},
    visit::Visit,
};

/// What the browser may do with a picture: nothing but show it, whatever it holds. It puts a style of its own
/// around one that is opened by itself.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/// GET /uploads: the list, or its page.
pub(crate) async fn list(request: Request) -> Result<Response> {
    let asked = PageRequest::from_args(request.args())?;
    if request.wants_page() {
        return page::list(&request, &asked).await;
    }
    let page = Pictures::open().await?.list(&asked).await?;
    Ok(jsonify(&json::listed(&page)))
}

/// GET /uploads/NAME: a picture.
pub(crate) async fn show(request: Request) -> Result<Response> {
    let pictures = Pictures::open().await?;
    let picture = pictures.find(request.path_param("name")?).await?;
    let picture = picture.ok_or_else(|| not_found(&request))?;
    let content_type = HeaderValue::try_from(&picture.content_type).map_err(Error::internal)?;
    let info = FileInfo {
        content_type,
        length: picture.size,
        etag: tag_of(&picture)?,
        modified: Some(picture.uploaded_at()),
    };
    let mut response = send_file(&request, &info, |range| {
        let chunks = pictures.read(&picture, range);
        Ok(kit::stream("", chunks).into_body())
    })?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// DELETE /uploads/NAME.
pub(crate) async fn delete(request: Request) -> Result<Response> {
    let pictures = Pictures::open().await?;
    let visit = Visit::of(&request, pictures.db()).await?;
    visit.check_deletes()?;
    let allow = |picture: &Picture| {
        visit.check_delete(picture)?;
        request.check_if_match(&tag_of(picture)?, None)
    };
    if !pictures.delete(request.path_param("name")?, allow).await? {
        return Err(not_found(&request));
    }
    visit.login.save_on(if request.wants_page() {
        see_other(page::HOME)
    } else {
        no_content()
    })
}

/// The tag of a picture's bytes.
fn tag_of(picture: &Picture) -> Result<ETag> {
    let digits = picture.sha256.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = digits
        .map(|two| u8::from_str_radix(str::from_utf8(two).ok()?, 16).ok())
        .collect();
    let bytes = bytes.ok_or_else(|| Error::internal("a hash that is none"))?;
    Ok(ETag::from_hash(&bytes))
}

fn not_found(request: &Request) -> Error {
    Error::NotFound(request.path().to_owned())
}
