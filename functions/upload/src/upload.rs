//! POST /upload.

use std::error::Error as _;

use http::StatusCode;
use kit::{
    Error, Request, Response, Result, blobs::Manifest, jsonify, login::Login, see_other, text,
};

use crate::{
    json, page,
    receive::{Refusal, receive},
    settings,
    visit::Visit,
};

/// Keeps a picture.
pub(crate) async fn upload(mut request: Request) -> Result<Response> {
    match kept(&mut request).await {
        Ok((picture, login)) => login.save_on(if request.wants_page() {
            see_other(&page::home_of(&picture))
        } else if request.wants_json() {
            jsonify(&json::uploaded(&picture))
        } else {
            let info = picture.info.unwrap_or_default();
            text(format!("info is {info}. success"))
        }),
        Err(refusal) if request.wants_page() => page::not_uploaded(&request, refusal).await,
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

/// The picture that was kept, and who sent it.
async fn kept(request: &mut Request) -> Result<(Manifest, Login), Refusal> {
    request.set_body_limit(settings::max_content_length().await?);
    // What is announced as too large is refused before anything else is done.
    let mut parts = request.parts()?;
    let visit = Visit::of(request).await?;
    visit.check_upload()?;
    let pictures = settings::pictures().await?;
    if let Err(error) = pictures.clean_up().await {
        // That is no reason to refuse a picture. The next clean-up goes on from there.
        let cause = error
            .source()
            .map_or_else(|| error.to_string(), ToString::to_string);
        eprintln!("the clean-up of old uploads ended early: {cause}");
    }
    let owner = |old: Option<&Manifest>| visit.owner(old);
    let picture = receive(&pictures, &mut parts, owner).await?;
    Ok((picture, visit.login))
}
