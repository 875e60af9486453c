//! /uploads: the pictures that came in.

use http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use kit::{
    ETag, Error, FileInfo, MultiDict, Request, Response, Result,
    blobs::{Manifest, Page},
    jsonify, no_content, see_other, send_file,
};

use crate::{json, page, settings, visit::Visit};

/// How many pictures a page has where the query does not say.
const DEFAULT_PICTURES: usize = 20;

/// How many it may have.
const MAX_PICTURES: usize = 100;

/// What the browser may do with a picture: nothing but show it, whatever it holds. It puts a style of its own
/// around one that is opened by itself.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

/// GET /uploads: the list, or its page.
pub(crate) async fn list(request: Request) -> Result<Response> {
    let (after, limit) = which(request.args())?;
    let page = settings::pictures().await?.list(after, limit).await?;
    if request.wants_page() {
        return page::list(&request, page).await;
    }
    Ok(jsonify(&json::listed(&page)))
}

/// GET /uploads/NAME: a picture.
pub(crate) async fn show(request: Request) -> Result<Response> {
    let pictures = settings::pictures().await?;
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
        let chunks = pictures.read(picture, range);
        Ok(kit::stream("", chunks).into_body())
    })?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

/// DELETE /uploads/NAME.
pub(crate) async fn delete(request: Request) -> Result<Response> {
    let visit = Visit::of(&request).await?;
    visit.check_deletes()?;
    let allow = |picture: &Manifest| {
        visit.check_delete(picture)?;
        request.check_if_match(&tag_of(picture)?, None)
    };
    let pictures = settings::pictures().await?;
    if !pictures.delete(request.path_param("name")?, allow).await? {
        return Err(not_found(&request));
    }
    visit.login.save_on(if request.wants_page() {
        see_other(page::HOME)
    } else {
        no_content()
    })
}

/// Behind which name a page of the list begins, and how many pictures it has.
///
/// # Errors
/// 400 where `limit` is out of range.
fn which(args: &MultiDict) -> Result<(Option<&str>, usize)> {
    let limit = match args.get("limit") {
        None => DEFAULT_PICTURES,
        Some(text) => Some(text)
            .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .filter(|limit| (1..=MAX_PICTURES).contains(limit))
            .ok_or_else(|| {
                let detail = format!("must be a number from 1 to {MAX_PICTURES}");
                Error::bad_parameter("limit", detail)
            })?,
    };
    Ok((args.get("after"), limit))
}

/// The first pictures of the list.
pub(crate) async fn first() -> Result<Page> {
    settings::pictures()
        .await?
        .list(None, DEFAULT_PICTURES)
        .await
}

/// The tag of a picture's bytes.
fn tag_of(picture: &Manifest) -> Result<ETag> {
    let digits = picture.sha256.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = digits
        .map(|two| u8::from_str_radix(str::from_utf8(two).ok()?, 16).ok())
        .collect();
    let bytes = bytes.ok_or_else(|| Error::internal("a hash that is none"))?;
    Ok(ETag::of_hash(&bytes))
}

fn not_found(request: &Request) -> Error {
    Error::NotFound(request.path().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_from_one_to_a_hundred_pictures() {
        for (limit, want) in [
            (None, Some(20)),
            (Some("1"), Some(1)),
            (Some("100"), Some(100)),
            (Some("0"), None),
            (Some("101"), None),
            (Some("+5"), None),
            (Some(""), None),
            (Some("x"), None),
        ] {
            let args: MultiDict = limit.map(|limit| ("limit", limit)).into_iter().collect();
            let got = which(&args);
            match want {
                Some(want) => assert_eq!(got.unwrap(), (None, want)),
                None => assert_eq!(got.unwrap_err().status().as_u16(), 400, "{limit:?}"),
            }
        }
    }
}
