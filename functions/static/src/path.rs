//! From a URL's path to a file's, with no way out of the folder.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

/// Where the manifest puts the folder.
const FOLDER: &str = "/";

/// The file that a percent-encoded path names, or `None` where it names none in the folder.
///
/// The path is split before it is decoded, once: what decodes to a separator is no part of a name.
pub(crate) fn in_folder(path: &str) -> Option<PathBuf> {
    let mut file = PathBuf::from(FOLDER);
    for part in path.split('/') {
        file.push(name(part)?);
    }
    Some(file)
}

fn name(part: &str) -> Option<String> {
    let name = percent_decode_str(part).decode_utf8().ok()?;
    let unsafe_character = |character: char| character.is_control() || "/\\".contains(character);
    let unsafe_name = matches!(&*name, "" | "." | "..") || name.contains(unsafe_character);
    (!unsafe_name).then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_file_in_the_folder() {
        for (path, want) in [
            ("favicon.ico", "/favicon.ico"),
            ("css/handspun.css", "/css/handspun.css"),
            ("a%20b/%E5%94%A4.txt", "/a b/唤.txt"),
            ("唤.txt", "/唤.txt"),
            ("..a/b..", "/..a/b.."),
            (".../x", "/.../x"),
            ("%252e%252e", "/%2e%2e"),
            ("100%25", "/100%"),
            ("100%", "/100%"),
            ("a;b=c", "/a;b=c"),
        ] {
            assert_eq!(in_folder(path), Some(want.into()), "{path}");
        }
    }

    #[test]
    fn no_path_leaves_the_folder() {
        for path in [
            "",
            "/",
            "/etc/passwd",
            "css/",
            "css//handspun.css",
            ".",
            "..",
            "../spin.toml",
            "css/../../spin.toml",
            "css/..",
            "./css",
            "%2e%2e/spin.toml",
            ".%2e/spin.toml",
            "%2E%2E/spin.toml",
            "..%2fspin.toml",
            "%2fetc%2fpasswd",
            "css%2fhandspun.css",
            "..%5cspin.toml",
            "..\\spin.toml",
            "css\\handspun.css",
            "%5c%5cserver%5cshare",
            "favicon.ico%00",
            "favicon.ico%00.css",
            "%00",
            "a%0ab",
            "a%7fb",
            "%ff",
            "%c0%ae%c0%ae/spin.toml",
        ] {
            assert_eq!(in_folder(path), None, "{path}");
        }
    }
}
