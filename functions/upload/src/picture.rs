//! What is a picture: by its name, as in the tutorial, and by its bytes.

/// How many bytes of a file tell what it is.
pub(crate) const SNIFFED_BYTES: usize = 64;

/// The tutorial's `ALLOWED_EXTENSIONS`.
pub(crate) const EXTENSIONS: [&str; 4] = ["png", "jpg", "jpeg", "gif"];

/// The extension of a client's file name, where it is one of a picture. Upper case is as good.
pub(crate) fn extension(filename: &str) -> Option<&str> {
    let (_, extension) = filename.rsplit_once('.')?;
    EXTENSIONS
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
        .then_some(extension)
}

/// The content type of a picture that begins so; `None` where it is none of those that are taken.
///
/// It need not be the one that the name promises: a JPEG called `.png` is shown all the same, as a JPEG.
pub(crate) fn content_type(beginning: &[u8]) -> Option<&'static str> {
    use infer::image::{is_gif, is_jpeg, is_png};
    if is_png(beginning) {
        Some("image/png")
    } else if is_jpeg(beginning) {
        Some("image/jpeg")
    } else if is_gif(beginning) {
        Some("image/gif")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_what_follows_the_last_dot() {
        for (filename, want) in [
            ("a.png", Some("png")),
            ("a.PNG", Some("PNG")),
            ("a.b.JpEg", Some("JpEg")),
            (".gif", Some("gif")),
            ("唤醒.jpg", Some("jpg")),
            ("a.jpg.exe", None),
            ("png", None),
            ("a.png ", None),
            ("a.", None),
            ("a.ｐｎｇ", None),
            ("a.svg", None),
            ("", None),
        ] {
            assert_eq!(extension(filename), want, "{filename:?}");
        }
    }

    #[test]
    fn a_picture_begins_as_one() {
        for (beginning, want) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some("image/jpeg")),
            (b"GIF89a\x01\0", Some("image/gif")),
            (b"GIF87a\x01\0", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBP", None),
            (b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
            (b"<html>GIF89a", None),
            (b"\x89PN", None),
            (b"", None),
        ] {
            assert_eq!(content_type(beginning), want, "{beginning:?}");
        }
    }
}
