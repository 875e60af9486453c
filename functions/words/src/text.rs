//! What does not count in a text, and what language it is in.

use unicase::UniCase;

/// A text in which letter case does not count: two texts that differ in nothing else become the same
/// (Unicode's full case folding, Python's `str.casefold`).
pub(crate) fn fold(text: &str) -> String {
    UniCase::unicode(text).to_folded_case()
}

/// Whether a text has a Chinese character.
pub(crate) fn has_han(text: &[u8]) -> bool {
    let is_han = |char| {
        matches!(char,
            '\u{2e80}'..='\u{2fdf}' | '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
    };
    text.utf8_chunks()
        .any(|chunk| chunk.valid().chars().any(is_han))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letter_case_is_lost() {
        for (text, want) in [
            ("Wake UP", "wake up"),
            ("Straße", "strasse"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("σίσυφος", "σίσυφοσ"),
            ("Ça va", "ça va"),
            ("唤醒手腕", "唤醒手腕"),
            ("ＡＢ", "ａｂ"),
            ("", ""),
        ] {
            assert_eq!(fold(text), want, "{text}");
        }
    }
}
