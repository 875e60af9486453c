//! What can be done with pictures, whoever is told of it and how.

use kit::{Error, Request, Result, conditional::ETag, db::Database as _};
use site::Visit;

use crate::{
    receive::{Refusal, receive},
    rights, settings,
    store::{Picture, Pictures, cause},
};

/// Keeps the picture of a form; the answer is the picture, and who sent it.
///
/// # Errors
/// Those of [`receive`], and 401 where uploading needs a login.
pub(crate) async fn keep(request: &mut Request) -> Result<(Picture, Visit), Refusal> {
    request.set_body_limit(settings::max_content_length().await?);
    // What is announced as too large is refused before anything else is done.
    let mut parts = request.parts()?;
    let pictures = Pictures::open().await?;
    let visit = Visit::new(request, pictures.db()).await?;
    let uploader = rights::uploader(&visit)?;
    if let Err(error) = pictures.clean_up().await {
        // That is no reason to refuse a picture. The next clean-up goes on from there.
        eprintln!("the clean-up of old uploads ended early: {}", cause(&error));
    }
    // The body may take a while.
    pictures.db().release();
    let check_replace = |old: &Picture| rights::check_replace(&visit, &uploader, old);
    let picture = receive(&pictures, &mut parts, &uploader, check_replace).await?;
    Ok((picture, visit))
}

/// Deletes the picture of a path; the answer is who did.
///
/// # Errors
/// 404 where there is none, 401 and 403 where it is not theirs, 412 where it is not what `If-Match` names.
pub(crate) async fn delete(request: &Request) -> Result<Visit> {
    let pictures = Pictures::open().await?;
    let visit = Visit::new(request, pictures.db()).await?;
    rights::check_deletes(&visit)?;
    let allow = |picture: &Picture| {
        rights::check_delete(&visit, picture)?;
        request.check_if_match(&tag_of(picture)?, None)
    };
    if !pictures.delete(request.path_param("name")?, allow).await? {
        return Err(not_found(request));
    }
    Ok(visit)
}

/// The tag of a picture's bytes.
pub(crate) fn tag_of(picture: &Picture) -> Result<ETag> {
    let digits = picture.sha256.as_bytes().chunks(2);
    let bytes: Option<Vec<u8>> = digits
        .map(|two| u8::from_str_radix(str::from_utf8(two).ok()?, 16).ok())
        .collect();
    let bytes = bytes.ok_or_else(|| Error::internal("a stored hash is not valid"))?;
    Ok(ETag::from_hash(&bytes))
}

/// 404 for the path of a request.
pub(crate) fn not_found(request: &Request) -> Error {
    Error::NotFound(request.path().to_owned())
}
