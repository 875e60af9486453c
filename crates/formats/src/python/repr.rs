//! Text as Python's `repr()` prints it.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Prints a text as Python's `repr(str)` does: quoted, with everything that is not printable escaped.
///
/// Single quotes are preferred; double ones are used where that saves an escape. Which characters
/// are printable is a matter of their Unicode category (Python library reference, `str.isprintable`).
///
/// # Example
/// ```
/// assert_eq!(flask_formats::python::repr("it's\u{3000}唤醒"), r#""it's\u3000唤醒""#);
/// ```
pub fn repr(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_repr(&mut out, text);
    out
}

/// Adds what [`repr`] prints.
pub(crate) fn push_repr(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for character in text.chars() {
        push_escaped(out, character, quote);
    }
    out.push(quote);
}

/// Prints texts as Python's `repr(list)` does: `['1', '2']`.
///
/// # Example
/// ```
/// assert_eq!(flask_formats::python::list_repr(["1", "it's"]), r#"['1', "it's"]"#);
/// ```
pub fn list_repr<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.into_iter().map(repr).collect();
    format!("[{}]", items.join(", "))
}

fn push_escaped(out: &mut String, character: char, quote: char) {
    match character {
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\\' => out.push_str("\\\\"),
        _ if character == quote => out.extend(['\\', quote]),
        _ if is_printable(character) => out.push(character),
        _ => match u32::from(character) {
            code @ 0..=0xff => out.push_str(&format!("\\x{code:02x}")),
            code @ 0x100..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        },
    }
}

/// Whether a character can be seen, or is the plain space: Python's `str.isprintable`.
pub fn is_printable(character: char) -> bool {
    use GeneralCategory as Category;
    character == ' '
        || !matches!(
            character.general_category(),
            Category::Control
                | Category::Format
                | Category::Surrogate
                | Category::PrivateUse
                | Category::Unassigned
                | Category::LineSeparator
                | Category::ParagraphSeparator
                | Category::SpaceSeparator
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn prints_what_python_prints() {
        for (input, want) in [
            ("", "''"),
            ("duke", "'duke'"),
            ("唤醒手腕", "'唤醒手腕'"),
            ("it's", "\"it's\""),
            ("say \"hi\"", "'say \"hi\"'"),
            ("it's \"hi\"", "'it\\'s \"hi\"'"),
            ("a\\b", "'a\\\\b'"),
            ("\t\n\r", "'\\t\\n\\r'"),
            ("\0\u{b}\u{1b}\u{7f}\u{80}", "'\\x00\\x0b\\x1b\\x7f\\x80'"),
            ("\u{a0}\u{ad}", "'\\xa0\\xad'"),
            (
                "\u{3000}\u{200b}\u{2028}\u{2029}",
                "'\\u3000\\u200b\\u2028\\u2029'",
            ),
            ("\u{202e}\u{feff}\u{fffe}", "'\\u202e\\ufeff\\ufffe'"),
            ("\u{e000}\u{378}", "'\\ue000\\u0378'"),
            ("\u{e0001}\u{10ffff}", "'\\U000e0001\\U0010ffff'"),
            ("e\u{301}😀", "'e\u{301}😀'"),
        ] {
            assert_eq!(repr(input), want, "{input:?}");
        }
    }

    #[test]
    fn lists_print_as_python_lists() {
        for (input, want) in [
            (&[][..], "[]"),
            (&["1"], "['1']"),
            (&["1", "it's"], "['1', \"it's\"]"),
        ] {
            assert_eq!(list_repr(input.iter().copied()), want, "{input:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_one_line_of_printable_characters(text in any::<String>()) {
            prop_assert!(repr(&text).chars().all(is_printable));
        }

        #[test]
        fn an_escaped_text_reads_back_as_itself(text in any::<String>()) {
            prop_assert_eq!(unescape(&repr(&text)), text);
        }
    }

    /// Reads the literal back, by the rules of Python's string literals.
    fn unescape(literal: &str) -> String {
        let mut inner = literal.chars();
        assert_eq!(inner.next(), inner.next_back());
        let mut out = String::new();
        while let Some(character) = inner.next() {
            if character != '\\' {
                out.push(character);
                continue;
            }
            let kind = inner.next().unwrap();
            let digits = match kind {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            out.push(match kind {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                _ if digits == 0 => kind,
                _ => {
                    let hex: String = inner.by_ref().take(digits).collect();
                    char::from_u32(u32::from_str_radix(&hex, 16).unwrap()).unwrap()
                }
            });
        }
        out
    }
}
