//! What a visitor may do with a picture.

use kit::Result;
use site::Visit;

use crate::store::{Owner, Picture, Uploader};

/// What is refused, in words.
const UPLOAD: &str = "upload a picture";
const REPLACE: &str = "replace a picture";
const DELETE: &str = "delete a picture";

/// Who uploads a picture, for the statement that decides whose it is.
///
/// # Errors
/// 401 where uploading needs a login and there is none.
pub(crate) fn uploader(visit: &Visit) -> Result<Uploader> {
    let account = visit.owner_to_be(UPLOAD)?;
    Ok(Uploader {
        account: account.map(|account| Owner {
            id: account.id,
            name: account.name.clone(),
        }),
        is_admin: visit.is_admin(),
    })
}

/// Refuses who may not put a picture in the place of this one.
///
/// # Errors
/// 401 or 403 where it is somebody else's.
pub(crate) fn check_replace(visit: &Visit, uploader: &Uploader, old: &Picture) -> Result<()> {
    if uploader.may_replace(old) {
        return Ok(());
    }
    visit.require_to_change(old.owner_id(), old.owner_name(), REPLACE)
}

/// Refuses who may delete nothing at all, whether the picture is there or not.
///
/// # Errors
/// 401 where nobody is logged in; 500 where there is no secret key.
pub(crate) fn check_deletes(visit: &Visit) -> Result<()> {
    visit.require(DELETE).map(drop)
}

/// Refuses who may not delete this picture.
///
/// # Errors
/// 401 or 403 where it is somebody else's, or nobody's.
pub(crate) fn check_delete(visit: &Visit, picture: &Picture) -> Result<()> {
    visit.require_to_change(picture.owner_id(), picture.owner_name(), DELETE)
}
