//! POST /upload.

use http::StatusCode;
use kit::{
    Error, Request, Response, Result, db::Database as _, jsonify, login::Login, see_other, text,
};

use crate::{
    json, page,
    receive::{Refusal, receive},
    settings,
    store::{Picture, Pictures, cause},
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
async fn kept(request: &mut Request) -> Result<(Picture, Login), Refusal> {
    request.set_body_limit(settings::max_content_length().await?);
    // What is announced as too large is refused before anything else is done.
    let mut parts = request.parts()?;
    let pictures = Pictures::open().await?;
    let visit = Visit::of(request, pictures.db()).await?;
    visit.check_upload()?;
    if let Err(error) = pictures.clean_up().await {
        // That is no reason to refuse a picture. The next clean-up goes on from there.
        eprintln!("the clean-up of old uploads ended early: {}", cause(&error));
    }
    // The body may take a while.
    pictures.db().release();
    let uploader = visit.uploader();
    let check_replace = |old: &Picture| visit.check_replace(old);
    let picture = receive(&pictures, &mut parts, &uploader, check_replace).await?;
    Ok((picture, visit.login))
}
