//! Pinyin, which says how Chinese is spoken: with a mark above a vowel of each syllable (`nǐhǎo`), or with a digit
//! behind each (`ni3hao3`).

/// How sure it is that a text is pinyin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pinyin {
    /// It has a mark or digits that hardly any other language has.
    Sure,
    /// Its marks are accents in French or Spanish, too.
    Possible,
}

/// The longest text that is looked at, in bytes.
const MAX_BYTES: usize = 256;

/// Vowels with a mark that few languages have.
const SURE: &str = "āēīōūǖǎěǐǒǔǚǘǜ";

/// Vowels with one that is an accent as well.
const POSSIBLE: &str = "áéíóúàèìòù";

impl Pinyin {
    /// Whether a text is pinyin; none where it is something else.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let text = str::from_utf8(text).ok()?.to_lowercase();
        if text.bytes().any(|byte| byte.is_ascii_digit()) {
            return is_numbered(&text).then_some(Self::Sure);
        }
        let is_other = |char: &char| {
            let is_vowel = SURE.contains(*char) || POSSIBLE.contains(*char) || *char == 'ü';
            char.is_alphabetic() && !char.is_ascii() && !is_vowel
        };
        if text.chars().any(|char| is_other(&char)) {
            return None;
        }
        if text.contains(|char| SURE.contains(char)) {
            return Some(Self::Sure);
        }
        text.contains(|char| POSSIBLE.contains(char))
            .then_some(Self::Possible)
    }
}

/// Whether a text is of syllables with a tone's digit behind each.
fn is_numbered(text: &str) -> bool {
    let mut letters = 0;
    for char in text.chars() {
        match char {
            'a'..='z' | 'ü' => letters += 1,
            ':' if letters > 0 => {}
            '0'..='5' if (1..=6).contains(&letters) => letters = 0,
            ' ' | '-' | '\'' | '’' | ',' if letters == 0 => {}
            _ => return false,
        }
    }
    letters == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pinyin_has_a_tone_and_nothing_else_has_it() {
        for (text, want) in [
            ("nǐhǎo", Some(Pinyin::Sure)),
            ("Nǐ hǎo", Some(Pinyin::Sure)),
            ("lǜ", Some(Pinyin::Sure)),
            ("chá", Some(Pinyin::Possible)),
            ("été", Some(Pinyin::Possible)),
            ("ni3hao3", Some(Pinyin::Sure)),
            ("ni3 hao3", Some(Pinyin::Sure)),
            ("lu:4", Some(Pinyin::Sure)),
            ("hello", None),
            ("člověk", None),
            ("garçon à", None),
            ("1984", None),
            ("the 3 bears", None),
            ("strengths5", None),
            ("你好", None),
            ("nǐ 你", None),
            ("", None),
        ] {
            assert_eq!(Pinyin::parse(text.as_bytes()), want, "{text}");
        }
    }
}
