//! Text without its letter case.

use unicase::UniCase;

/// A text in which letter case does not count: two texts that differ in nothing else become the same
/// (Unicode's full case folding, Python's `str.casefold`).
pub(crate) fn fold(text: &str) -> String {
    UniCase::unicode(text).to_folded_case()
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
