//! What a file is, by its name.

use std::path::Path;

use http::HeaderValue;

/// The content type of a file; text is UTF-8.
pub(crate) fn guess(path: &Path) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let charset = if guess.type_() == mime_guess::mime::TEXT {
        "; charset=utf-8"
    } else {
        ""
    };
    HeaderValue::try_from(format!("{guess}{charset}"))
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_a_charset_and_nothing_else_has() {
        for (path, want) in [
            ("handspun.css", "text/css; charset=utf-8"),
            ("words.js", "text/javascript; charset=utf-8"),
            ("words.mjs", "application/javascript"),
            ("page.HTML", "text/html; charset=utf-8"),
            ("robots.txt", "text/plain; charset=utf-8"),
            ("words.json", "application/json"),
            ("favicon.ico", "image/x-icon"),
            ("icon.svg", "image/svg+xml"),
            ("photo.jpg", "image/jpeg"),
            ("font.woff2", "font/woff2"),
            ("site.webmanifest", "application/manifest+json"),
            ("kit.wasm", "application/wasm"),
            ("LICENSE", "application/octet-stream"),
            (".css", "application/octet-stream"),
            ("a.css/b", "application/octet-stream"),
        ] {
            assert_eq!(guess(Path::new(path)), want, "{path}");
        }
    }
}
