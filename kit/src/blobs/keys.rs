//! The names of what is kept.

use std::fmt;

/// The most bytes that a file's name has: with the rest, a key then keeps to the 255 bytes of Fermyon
/// Cloud's stores.
pub const MAX_NAME_BYTES: usize = 190;

/// A key of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key<'a> {
    /// The manifest of the file of a name.
    File(&'a str),
    /// Some bytes of an upload, by its id and their place.
    Chunk(&'a str, &'a str, u32),
    /// When an upload was last in use.
    Use(&'a str, &'a str),
    /// That an upload is about to be deleted.
    Doom(&'a str, &'a str),
}

const PREFIX: &str = "upload/";

impl<'a> Key<'a> {
    /// `None` for a key of somebody else's.
    pub(super) fn parse(key: &'a str) -> Option<Self> {
        let mut segments = key.strip_prefix(PREFIX)?.split('/');
        let kind = segments.next()?;
        let name = segments.next().filter(|name| is_name(name))?;
        let parsed = match kind {
            "file" => Self::File(name),
            "chunk" => Self::Chunk(name, segments.next()?, segments.next()?.parse().ok()?),
            "use" => Self::Use(name, segments.next()?),
            "doom" => Self::Doom(name, segments.next()?),
            _ => return None,
        };
        segments.next().is_none().then_some(parsed)
    }

    /// The name of the file that it is about.
    pub(super) fn name(self) -> &'a str {
        match self {
            Self::File(name) | Self::Chunk(name, ..) | Self::Use(name, _) | Self::Doom(name, _) => {
                name
            }
        }
    }

    /// The id of the upload that it is about, where it is about one.
    pub(super) fn id(self) -> Option<&'a str> {
        match self {
            Self::File(_) => None,
            Self::Chunk(_, id, _) | Self::Use(_, id) | Self::Doom(_, id) => Some(id),
        }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(name) => write!(out, "{PREFIX}file/{name}"),
            Self::Chunk(name, id, index) => write!(out, "{PREFIX}chunk/{name}/{id}/{index:05}"),
            Self::Use(name, id) => write!(out, "{PREFIX}use/{name}/{id}"),
            Self::Doom(name, id) => write!(out, "{PREFIX}doom/{name}/{id}"),
        }
    }
}

/// Whether a file can have this name: one that [`secure_filename`](crate::secure_filename) leaves as it is.
pub(super) fn is_name(name: &str) -> bool {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(is_safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_key_is_read_as_it_was_written_and_is_not_too_long() {
        let name = "n".repeat(MAX_NAME_BYTES);
        for key in [
            Key::File(&name),
            Key::Chunk(&name, ID, 0),
            Key::Chunk(&name, ID, u32::MAX),
            Key::Use(&name, ID),
            Key::Doom(&name, ID),
        ] {
            let text = key.to_string();
            assert_eq!(Key::parse(&text), Some(key));
            assert!(text.len() <= 255, "{text}");
        }
    }

    #[test]
    fn keys_of_others_are_left_alone() {
        for key in [
            "",
            "upload",
            "upload/",
            "upload/file",
            "upload/file/",
            "upload/file/a/b",
            "upload/file/é",
            "upload/chunk/a/1",
            "upload/chunk/a/1/x",
            "upload/chunk/a/1/1/1",
            "upload/use/a",
            "upload/else/a",
            "uploads/file/a",
            "visits",
        ] {
            assert_eq!(Key::parse(key), None, "{key}");
        }
    }
}
