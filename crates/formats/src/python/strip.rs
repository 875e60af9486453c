//! Text without the white space around it, as Python has it.

/// A text without the white space at its ends: Python's `str.strip()`.
///
/// Python strips all that Unicode calls white space, as [`str::trim`] does, and U+001C to U+001F, the
/// separators of ASCII. Zero-width characters are none of these.
///
/// # Example
/// ```
/// assert_eq!(flask_formats::python::strip("\u{3000}\u{1f}wake up \n"), "wake up");
/// assert_eq!(flask_formats::python::strip("\u{200b}wake"), "\u{200b}wake");
/// ```
pub fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that CPython 3.11 strips.
    const STRIPPED: &str = "\t\n\u{b}\u{c}\r\u{1c}\u{1d}\u{1e}\u{1f} \u{85}\u{a0}\u{1680}\
        \u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\
        \u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

    #[test]
    fn what_python_strips_is_stripped_and_nothing_else() {
        for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let text = c.to_string();
            let want = if STRIPPED.contains(c) { "" } else { &text };
            assert_eq!(strip(&text), want, "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn only_the_ends_are_stripped() {
        for (text, want) in [
            ("", ""),
            (STRIPPED, ""),
            (" a b ", "a b"),
            ("a\u{3000}b\r\n", "a\u{3000}b"),
            ("\u{1c}唤醒\u{1f}", "唤醒"),
            (" \u{200b} ", "\u{200b}"),
            ("\u{feff}a\u{2060}", "\u{feff}a\u{2060}"),
        ] {
            assert_eq!(strip(text), want, "{text:?}");
        }
    }
}
