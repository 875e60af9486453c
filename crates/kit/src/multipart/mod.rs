//! The fields and files of a `multipart/form-data` body (RFC 7578). `multer` takes the body apart; what
//! a part is called, how its text is read and how much of it there may be is decided here, as Werkzeug
//! does.

mod form;
mod parts;
mod source;
#[cfg(test)]
mod tests;

use crate::error::Error;

pub(crate) use self::form::{Form, read};
pub use self::{
    form::UploadedFile,
    parts::{FilePart, Part, Parts},
};

/// The most parts, files included, that a body may have; Flask's `MAX_FORM_PARTS`.
pub const MAX_FORM_PARTS: usize = 1_000;

/// The most bytes that a field which is no file may have; Flask's `MAX_FORM_MEMORY_SIZE`.
pub const MAX_FIELD_BYTES: usize = 500_000;

/// The most bytes that the header of a part may have. Werkzeug holds it to `MAX_FORM_MEMORY_SIZE`, too.
pub const MAX_PART_HEADER_BYTES: usize = 500_000;

/// Why `multer` stopped: because the body did, or because of what is in it.
fn unreadable(error: multer::Error) -> Error {
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast() {
            Ok(error) => *error,
            Err(cause) => malformed(cause),
        },
        error => malformed(error),
    }
}

fn malformed(why: impl std::fmt::Display) -> Error {
    Error::Malformed(format!("the multipart form cannot be read: {why}"))
}
