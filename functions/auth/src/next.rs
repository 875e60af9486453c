//! Where to go after logging in: `?next=`, which anybody can put into a link.

use kit::MultiDict;

/// Where one goes without it.
pub(crate) const HOME: &str = "/";

/// Paths that change something although they are only looked at, as some of the tutorial's do. A link must
/// not make somebody who logs in do that.
const CHANGING: [&str; 6] = [
    "/add",
    "/cookies/add",
    "/cookies/delete",
    "/data",
    "/delete",
    "/session",
];

/// The target that a request names in its field `next`; [`HOME`] where that is none of this site's pages.
pub(crate) fn target(fields: &MultiDict) -> &str {
    let named = fields.get("next").filter(|target| is_own_page(target));
    named.unwrap_or(HOME)
}

/// Whether a target is a path on this site, however a browser or a proxy may read it, and one that may be looked
/// at without harm.
fn is_own_page(target: &str) -> bool {
    // Browsers drop tabs and line breaks in a URL, and take a backslash for a slash.
    let plain = |c: char| !c.is_control() && c != '\\';
    if !target.starts_with('/') || !target.chars().all(plain) {
        return false;
    }
    let path = target.split(['?', '#']).next().unwrap_or_default();
    // What is escaped may be read by somebody on the way: then it says the same as if it was not.
    if path.contains('%') && !is_harmless_when_unescaped(path) {
        return false;
    }
    let mut segments = path.split('/').skip(1).peekable();
    let mut is_plain = true;
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        // An empty segment at the beginning is another host, and dots lead elsewhere.
        is_plain &= !matches!(segment, "." | "..") && (is_last || !segment.is_empty());
    }
    is_plain && !CHANGING.contains(&path)
}

/// Whether the escapes of a path stand for letters of other scripts, spaces and the like, and for nothing that
/// has a meaning in a path.
fn is_harmless_when_unescaped(path: &str) -> bool {
    let bytes = path.as_bytes();
    let escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    let mut values = escapes.map(|(at, _)| {
        let digits = path.get(at + 1..at + 3)?;
        u8::from_str_radix(digits, 16).ok()
    });
    values.all(|value| {
        // U+0085 and the like are two bytes, none of which is below 0x80.
        value.is_some_and(|byte| {
            byte >= 0x80
                || (byte >= 0x20
                    && byte != 0x7f
                    && !b"/\\.%?#".contains(&byte)
                    && !byte.is_ascii_alphanumeric())
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_of_this_site_is_gone_to() {
        for target in [
            "/",
            "/words",
            "/words/7",
            "/words/?q=a",
            "/?q=wake%20up&after=7#word-7",
            "/?q=//evil.example",
            "/?next=https://evil.example",
            "/uploads/%E5%94%A4%E9%86%92.png",
            "/uploads/唤醒.png",
            "/uploads/a%20b.png",
            "/auth/me",
            "/session/show",
            "/args?infor=1",
            "/data.html",
        ] {
            assert_eq!(
                super::target(&[("next", target)].into_iter().collect()),
                target
            );
        }
    }

    #[test]
    fn anything_else_is_not() {
        for target in [
            "",
            "words",
            "https://evil.example/",
            "HTTPS://evil.example",
            "//evil.example",
            "///evil.example",
            "////evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/\0/evil.example",
            "/\u{85}/evil.example",
            "/%09/evil.example",
            "/%2f/evil.example",
            "/%2Fevil.example",
            "/%5cevil.example",
            "%2f%2fevil.example",
            "/%2e%2e//evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/words//evil.example",
            "/words/../data?english=spam",
            "/words/%2e%2e/data",
            "/%64ata?english=spam",
            "/%",
            "/%2",
            "/%zz",
            "/%é",
            "/data?english=spam&chinese=spam&sentence_eng=&sentence_chi=",
            "/data#x",
            "/session",
            "/cookies/delete",
            "javascript:alert(1)",
            "/javascript:alert(1)\\",
            "?next=/",
            "#",
            "mailto:a@b",
            "@evil.example",
            "http:/evil.example",
            "http:evil.example",
            ".evil.example",
        ] {
            assert_eq!(
                super::target(&[("next", target)].into_iter().collect()),
                HOME,
                "{target:?}"
            );
        }
        assert_eq!(super::target(&MultiDict::default()), HOME);
    }

    proptest! {
        #[test]
        fn whatever_is_named_the_host_stays(target in "[/\\\\%.@:?#a-f2\\t\\n ]{0,12}") {
            let next: MultiDict = [("next", target.as_str())].into_iter().collect();
            let next = super::target(&next);
            prop_assert!(next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'));
        }
    }
}
