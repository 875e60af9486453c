//! GET /uploads/NAME: the picture itself, for everybody.

use http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use kit::{
    Error, Request, Response, Result,
    conditional::{FileInfo, send_file},
};

use crate::{
    actions::{not_found, tag_of},
    store::Pictures,
};

/// What the browser may do with a picture: nothing but show it, whatever it holds. It puts a style of its own
/// around one that is opened by itself.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'";

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
        Ok(kit::response::stream("", chunks).into_body())
    })?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}
