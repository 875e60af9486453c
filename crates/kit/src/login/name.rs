//! When two names are one.

use unicase::UniCase;
use unicode_normalization::UnicodeNormalization as _;

/// What is the same for two names that are one name: the name after NFKC and case folding.
///
/// This is the comparison that the Unicode Standard calls a compatibility caseless match (section 3.13, D146):
/// what folding takes apart is normalised, and folded, once more.
///
/// # Example
/// ```
/// use kit::login::name_key;
///
/// assert_eq!(name_key("Ｄｕｋｅ"), name_key("duke"));
/// assert_eq!(name_key("Straße"), name_key("STRASSE"));
/// assert_ne!(name_key("duke"), name_key("dukе"), "the last letter is Cyrillic");
/// ```
pub fn name_key(name: &str) -> String {
    let decomposed: String = name.nfd().collect();
    let once: String = folded(&decomposed).nfkc().collect();
    folded(&once).nfkc().collect()
}

fn folded(text: &str) -> String {
    UniCase::unicode(text).to_folded_case()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_look_alike_are_one_name() {
        for (one, other) in [
            ("duke", "DUKE"),
            ("duke", "ｄＵｋｅ"),
            ("Ａｎｎ　Ｌｅｅ", "ann lee"),
            ("é", "e\u{301}"),
            ("ﬁne", "FINE"),
            ("Straße", "strasse"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("①", "1"),
            ("ℌ", "h"),
            ("\u{345}\u{301}", "\u{301}\u{345}"),
            ("\u{3d2}\u{301}", "\u{3cd}"),
            ("唤醒手腕", "唤醒手腕"),
        ] {
            assert_eq!(name_key(one), name_key(other), "{one} {other}");
        }
    }

    #[test]
    fn names_that_differ_stay_apart() {
        for (one, other) in [
            ("duke", "duk"),
            ("e", "é"),
            ("唤", "喚"),
            ("i", "ı"),
            ("a b", "ab"),
        ] {
            assert_ne!(name_key(one), name_key(other), "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(name in "\\PC{0,8}") {
            let key = name_key(&name);
            prop_assert_eq!(name_key(&key), key);
        }
    }
}
