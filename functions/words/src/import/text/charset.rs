//! Which bytes are which characters.
//!
//! A byte order mark decides; without one, what is valid UTF-8 is UTF-8, but for a few words in GBK that happen to be
//! valid and would have no Chinese in them. Everything else is tried strictly: a reading in which one byte is no
//! character is ruled out. Of those that remain the one is taken in which most of what is not ASCII is what people
//! write, as a text in one of these encodings is one in another, too, but made of characters that hardly anybody uses.
//! The others are named to whoever sent the file.

use bytes::Bytes;
use encoding_rs::{BIG5, DecoderResult, Encoding, GBK, UTF_16BE, UTF_16LE};

use super::share::{self, Share};
use crate::import::flaw::{FileFlaw, MAX_BODY_BYTES};

/// The most bytes that a file may have in UTF-8: as many as one that is sent in UTF-8. Others become longer,
/// by half or even to three times, and the memory is measured for this.
const MAX_TEXT_BYTES: u64 = MAX_BODY_BYTES;

/// How much of a text is decoded at a time where only its length is wanted.
const BUFFER_BYTES: usize = 8 * 1024;

/// An encoding that is tried where a file does not say which it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    Utf8,
    /// Excel and WPS in Chinese; with all of GB 18030.
    Gbk,
    /// Excel in Chinese as in Taiwan and Hong Kong.
    Big5,
    /// Excel in the languages of western Europe.
    Windows1252,
    /// The same on a Mac.
    Macintosh,
}

impl Charset {
    pub(crate) const ALL: [Self; 5] = [
        Self::Utf8,
        Self::Gbk,
        Self::Big5,
        Self::Windows1252,
        Self::Macintosh,
    ];

    /// Its name, as it is registered.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Gbk => "GBK",
            Self::Big5 => "Big5",
            Self::Windows1252 => "windows-1252",
            Self::Macintosh => "macintosh",
        }
    }

    fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Gbk => GBK,
            Self::Big5 => BIG5,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
            Self::Macintosh => encoding_rs::MACINTOSH,
        }
    }

    /// How much of a text is what people write, if it is a text in this encoding.
    fn share(self, file: &[u8]) -> Option<Share> {
        let is_latin = matches!(self, Self::Windows1252 | Self::Macintosh);
        if is_latin {
            // Each byte is some character there. A text in which most make no sense is not in it.
            return share::latin(file, self.encoding()).filter(|share| share.is_most());
        }
        decode(self.encoding(), file, |_| ())?;
        Some(match self {
            Self::Gbk => share::gbk(file),
            _ => share::big5(file),
        })
    }
}

/// Which encoding was taken, and which others were possible.
pub(crate) type Choice = (Charset, Vec<Charset>);

/// A file's text in UTF-8, without a byte order mark. Where its bytes could be read in several encodings, also which one
/// was taken. A file that is valid in no encoding comes back unchanged, and the lines that are no text are reported one
/// by one. Without `has_choice`, valid UTF-8 is not tried as anything else.
///
/// # Errors
/// Where it is longer than [`MAX_TEXT_BYTES`], or not what its byte order mark says.
pub(crate) fn text(file: Bytes, has_choice: bool) -> Result<(Bytes, Option<Choice>), FileFlaw> {
    if let Some(rest) = file.strip_prefix(b"\xef\xbb\xbf") {
        return Ok((file.slice_ref(rest), None));
    }
    for (mark, encoding) in [(b"\xff\xfe", UTF_16LE), (b"\xfe\xff", UTF_16BE)] {
        if let Some(rest) = file.strip_prefix(mark) {
            return match decoded(encoding, rest)? {
                Some(text) => Ok((text, None)),
                None => Err(FileFlaw::BrokenUtf16),
            };
        }
    }
    if let Some(encoding) = share::utf16(&file) {
        // Only where it is one: zero bytes alone are no proof.
        match decoded(encoding, &file)? {
            Some(text) if !text.contains(&0) => return Ok((text, None)),
            _ => {}
        }
    }
    if let Ok(text) = str::from_utf8(&file) {
        let may_be_gbk = has_choice && !text.is_ascii() && !has_wide(text);
        let share = Charset::Gbk.share(&file).filter(|_| may_be_gbk);
        if share.is_some_and(Share::is_all)
            && share::are_letters_alone(text)
            && let Some(text) = decoded(GBK, &file)?
        {
            return Ok((text, Some((Charset::Gbk, vec![Charset::Utf8]))));
        }
        let may_be = share.filter(|share| share.is_most());
        return Ok((file, may_be.map(|_| (Charset::Utf8, vec![Charset::Gbk]))));
    }
    if share::is_damaged_utf8(&file) {
        return Ok((file, None));
    }
    guessed(file)
}

impl Charset {
    /// Whether a text may be taken for one in this encoding: one in another encoding that is damaged may be none
    /// there, and be valid here.
    fn is_trusted(self, file: &[u8], usual: Share) -> bool {
        match self {
            Self::Gbk => share::gb2312(file).is_most(),
            Self::Big5 => usual.is_mostly(),
            _ => true,
        }
    }
}

/// The text in the encoding that suits it most.
fn guessed(file: Bytes) -> Result<(Bytes, Option<Choice>), FileFlaw> {
    let is_of_old_mac = file.contains(&b'\r') && !file.contains(&b'\n');
    // Of two that suit it as well, the first.
    let candidates = if is_of_old_mac {
        [
            Charset::Gbk,
            Charset::Macintosh,
            Charset::Windows1252,
            Charset::Big5,
        ]
    } else {
        [
            Charset::Gbk,
            Charset::Windows1252,
            Charset::Macintosh,
            Charset::Big5,
        ]
    };
    let mut possible: Vec<(Charset, Share)> = candidates
        .into_iter()
        .filter_map(|charset| Some((charset, charset.share(&file)?)))
        .collect();
    // The sort is stable.
    possible.sort_by(|(_, one), (_, other)| other.cmp(one));
    let mut possible = possible.into_iter();
    let Some((taken, share)) = possible.next() else {
        return Ok((file, None));
    };
    if !taken.is_trusted(&file, share) {
        return Ok((file, None));
    }
    let others: Vec<Charset> = possible.map(|(charset, _)| charset).collect();
    let Some(text) = decoded(taken.encoding(), &file)? else {
        return Ok((file, None));
    };
    let choice = (!others.is_empty()).then_some((taken, others));
    Ok((text, choice))
}

/// Whether a text has a character that takes three bytes or more, as all Chinese ones do.
fn has_wide(text: &str) -> bool {
    text.bytes().any(|byte| byte >= 0xe0)
}

/// A text in this encoding, if all of it is.
fn decoded(encoding: &'static Encoding, file: &[u8]) -> Result<Option<Bytes>, FileFlaw> {
    let mut bytes = 0;
    if decode(encoding, file, |text| bytes += text.len()).is_none() {
        return Ok(None);
    }
    if u64::try_from(bytes).unwrap_or(u64::MAX) > MAX_TEXT_BYTES {
        return Err(FileFlaw::TextTooLarge);
    }
    let mut whole = String::with_capacity(bytes);
    let decoded = decode(encoding, file, |text| whole.push_str(text));
    Ok(decoded.map(|()| whole.into()))
}

/// Gives a text piece by piece to `sink`; none where a byte is no character.
fn decode(encoding: &'static Encoding, file: &[u8], mut sink: impl FnMut(&str)) -> Option<()> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(BUFFER_BYTES);
    let mut rest = file;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut text, true);
        sink(&text);
        text.clear();
        rest = rest.get(read..).unwrap_or_default();
        match result {
            DecoderResult::InputEmpty => return Some(()),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => return None,
        }
    }
}
