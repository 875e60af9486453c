//! How much of a text is what people write, where its bytes can be read in several ways.
//!
//! Chinese is written with few characters, and both Chinese encodings have the usual ones in a block of their
//! own. A Latin letter above ASCII stands between others, one or two at a time, and small ones behind small ones.

use std::cmp::Ordering;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    some: u64,
    all: u64,
}

impl Share {
    fn new(which: impl Iterator<Item = bool>) -> Self {
        let mut share = Self { some: 0, all: 0 };
        for is_one in which {
            share.some += u64::from(is_one);
            share.all += 1;
        }
        share
    }

    /// Whether it is all of them.
    pub(crate) fn is_all(self) -> bool {
        self.some == self.all
    }

    /// Whether it is half of them or more.
    pub(crate) fn is_most(self) -> bool {
        self.some * 2 >= self.all
    }

    /// Whether it is three quarters of them or more.
    pub(crate) fn is_mostly(self) -> bool {
        self.some * 4 >= self.all * 3
    }

    /// Which is larger, in relation to what it is of.
    pub(crate) fn cmp(&self, other: &Self) -> Ordering {
        (self.some * other.all).cmp(&(other.some * self.all))
    }
}

/// The characters of a text in GBK that are among the 3,755 usual ones, or are punctuation.
pub(crate) fn gbk(text: &[u8]) -> Share {
    Share::new(
        pairs(text).map(|(lead, trail)| trail >= 0xa1 && matches!(lead, 0xb0..=0xd7 | 0xa1 | 0xa3)),
    )
}

/// The characters of a text in GBK that were in it from the beginning, in GB 2312, rare ones among them.
pub(crate) fn gb2312(text: &[u8]) -> Share {
    Share::new(
        pairs(text).map(|(lead, trail)| trail >= 0xa1 && matches!(lead, 0xa1..=0xa9 | 0xb0..=0xf7)),
    )
}

/// The characters of a text in Big5 that are among the 5,401 usual ones, or are punctuation.
pub(crate) fn big5(text: &[u8]) -> Share {
    Share::new(pairs(text).map(|(lead, _)| matches!(lead, 0xa4..=0xc6 | 0xa1)))
}

/// The pairs of bytes that are one character. Four bytes of GB 18030 are two of them.
fn pairs(text: &[u8]) -> impl Iterator<Item = (u8, u8)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        // 0x80 is one byte, the euro sign.
        while text.get(at).is_some_and(|byte| *byte <= 0x80) {
            at += 1;
        }
        let lead = *text.get(at)?;
        let trail = *text.get(at + 1)?;
        at += 2;
        Some((lead, trail))
    })
}

/// Marks that stand alone in Latin texts.
const MARKS: &str = "€‚„…‘’“”•–—™ ¡£§©«®°´·»¿½×÷±";

/// The characters above ASCII of a text in an encoding of one byte that stand where such a character would;
/// none where a byte is no character, but a control character.
pub(crate) fn latin(text: &[u8], encoding: &'static Encoding) -> Option<Share> {
    let table = upper_half(encoding)?;
    let char_of = |byte: u8| match byte.checked_sub(0x80) {
        None => char::from(byte),
        Some(index) => table.get(usize::from(index)).copied().unwrap_or_default(),
    };
    let char_at = |at: usize| text.get(at).map_or('\n', |byte| char_of(*byte));
    let mut above = text.iter().enumerate().filter(|(_, byte)| !byte.is_ascii());
    if above.clone().any(|(_, byte)| char_of(*byte).is_control()) {
        return None;
    }
    let suits = |(at, byte): (usize, &u8)| {
        let before = at.checked_sub(1).map_or('\n', char_at);
        let (own, after) = (char_of(*byte), char_at(at + 1));
        let is_alone = before.is_ascii() && after.is_ascii();
        if own.is_alphabetic() {
            let has_neighbour = before.is_ascii_alphabetic() || after.is_ascii_alphabetic();
            let is_capital_within = own.is_uppercase() && before.is_lowercase();
            (is_alone || has_neighbour) && !is_capital_within
        } else {
            is_alone && MARKS.contains(own) || own == '\u{a0}'
        }
    };
    Some(Share::new(above.by_ref().map(suits)))
}

/// The characters of the bytes from 0x80.
fn upper_half(encoding: &'static Encoding) -> Option<Vec<char>> {
    let bytes: Vec<u8> = (0x80..=0xff).collect();
    let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes)?;
    Some(text.chars().collect())
}

/// Whether what is not ASCII in a text is letters, none of which stands beside one of ASCII: a word in a language with
/// accents has both.
pub(crate) fn are_letters_alone(text: &str) -> bool {
    let mut before = '\n';
    text.chars().all(|char| {
        let (one, other) = (before, char);
        before = char;
        let is_letter = other.is_ascii() || other.is_alphabetic();
        let is_mixed =
            one.is_ascii() != other.is_ascii() && one.is_alphabetic() && other.is_alphabetic();
        is_letter && !is_mixed
    })
}

/// The UTF-16 that a file without a byte order mark seems to be: in one half of its pairs of bytes, an eighth
/// or more of them is zero, and in the other half a few.
pub(crate) fn utf16(file: &[u8]) -> Option<&'static Encoding> {
    if file.len() % 2 == 1 {
        return None;
    }
    let zeros = |from: usize| {
        let bytes = file.iter().skip(from).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    let (first, second) = (zeros(0), zeros(1));
    let enough = (file.len() / 2).div_ceil(8);
    if second >= enough && first * 4 <= second {
        return (second > 0).then_some(UTF_16LE);
    }
    (first >= enough && second * 4 <= first && first > 0).then_some(UTF_16BE)
}

/// Whether a file is UTF-8 with something broken in it, such as a character that was cut off: most of what is
/// not ASCII is characters of three bytes or more, which other encodings have by a rare chance.
pub(crate) fn is_damaged_utf8(file: &[u8]) -> bool {
    let (mut wide, mut above) = (0, 0);
    for chunk in file.utf8_chunks() {
        above += chunk.invalid().len();
        for char in chunk.valid().chars().filter(|char| !char.is_ascii()) {
            above += char.len_utf8();
            if char.len_utf8() > 2 {
                wide += char.len_utf8();
            }
        }
    }
    wide * 2 > above
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GBK, MACINTOSH, WINDOWS_1252};

    use super::*;

    #[test]
    fn chinese_is_of_usual_characters_in_its_own_encoding() {
        let simplified = "我今天早上六点钟醒了，然后去学校学习英语。";
        let (text, ..) = GBK.encode(simplified);
        assert!(gbk(&text).is_mostly() && gb2312(&text).is_mostly());
        assert_eq!(big5(&text).cmp(&gbk(&text)), Ordering::Less);
        let traditional = "我今天早上六點鐘醒了，然後去學校學習英語。";
        let (text, ..) = BIG5.encode(traditional);
        assert!(big5(&text).is_mostly());
        assert_eq!(gbk(&text).cmp(&big5(&text)), Ordering::Less);
        for encoding in [WINDOWS_1252, MACINTOSH] {
            assert!(latin(&text, encoding).is_none_or(|share| !share.is_most()));
        }
    }

    #[test]
    fn latin_letters_stand_where_letters_do() {
        for text in [
            "Où est le café ?",
            "naïve, “déjà vu” – Ärger",
            "à la carte",
            "it’s",
        ] {
            let (text, ..) = WINDOWS_1252.encode(text);
            assert!(latin(&text, WINDOWS_1252).unwrap().is_mostly());
            assert!(!gbk(&text).is_most());
        }
        // Not a character there.
        assert_eq!(latin(b"a\x81", WINDOWS_1252), None);
    }

    #[test]
    fn utf_16_is_told_by_its_zeros() {
        let le: Vec<u8> = "wake,一\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let be: Vec<u8> = "wake,一\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(utf16(&le), Some(UTF_16LE));
        assert_eq!(utf16(&be), Some(UTF_16BE));
        for other in [
            &b""[..],
            b"ab",
            b"english,chinese\nc,c\0c\n",
            b"\0\0\0\0",
            b"a\0b",
        ] {
            assert_eq!(utf16(other), None, "{other:?}");
        }
    }

    #[test]
    fn utf_8_that_is_damaged_is_told_from_other_encodings() {
        let mut damaged = "唤醒,起床".as_bytes().to_vec();
        damaged.remove(1);
        assert!(is_damaged_utf8(&damaged));
        for text in ["唤醒,起床", "牡丹"] {
            assert!(!is_damaged_utf8(&GBK.encode(text).0), "{text}");
        }
        assert!(!is_damaged_utf8(b"caf\xe9"));
    }
}
