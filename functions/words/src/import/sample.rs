//! What the columns of a table have in them.

use csv::ByteRecord;

use super::{
    dialect::{Dialect, Glance},
    pinyin::Pinyin,
};

/// How many lines are looked at.
const SAMPLE_LINES: usize = 1_000;

/// The columns of the first lines.
#[derive(Debug, Default)]
pub(super) struct Sample {
    /// How many lines were looked at.
    pub(super) lines: usize,
    columns: Vec<Column>,
}

/// In how many lines a column has something.
#[derive(Debug, Default, Clone)]
struct Column {
    any: usize,
    /// A Chinese character.
    han: usize,
    /// A Chinese character and a Latin letter.
    mixed: usize,
    /// Nothing but digits.
    digits: usize,
    /// Several words.
    spaced: usize,
    /// Something in slashes or brackets, as a pronunciation is.
    phonetic: usize,
    /// Pinyin.
    pinyin: usize,
    /// Pinyin that is nothing else.
    sure_pinyin: usize,
}

impl Sample {
    /// The lines of a file behind so many.
    pub(super) fn of(file: &[u8], dialect: Dialect, skipped: usize) -> Self {
        let mut sample = Self::default();
        each(file, dialect, skipped, |record| sample.add(record));
        sample
    }

    fn add(&mut self, record: &ByteRecord) {
        self.lines += 1;
        if self.columns.len() < record.len() {
            self.columns.resize(record.len(), Column::default());
        }
        for (column, cell) in self.columns.iter_mut().zip(record) {
            let cell = cell.trim_ascii();
            column.any += usize::from(!cell.is_empty());
            let is_han = has_han(cell);
            column.han += usize::from(is_han);
            column.mixed += usize::from(is_han && cell.iter().any(u8::is_ascii_alphabetic));
            let is_spaced = cell.contains(&b' ') || cell.windows(6).any(|part| part == b"&nbsp;");
            column.spaced += usize::from(is_spaced);
            let is_number = !cell.is_empty() && cell.iter().all(u8::is_ascii_digit);
            column.digits += usize::from(is_number);
            column.phonetic += usize::from(matches!(cell, [b'/', .., b'/'] | [b'[', .., b']']));
            let pinyin = Pinyin::of(cell);
            column.pinyin += usize::from(pinyin.is_some());
            column.sure_pinyin += usize::from(pinyin == Some(Pinyin::Sure));
        }
    }

    fn has(&self, column: usize, which: impl Fn(&Column) -> bool) -> bool {
        self.columns.get(column).is_some_and(which)
    }

    /// Whether it has numbers and nothing else.
    pub(super) fn is_of_numbers(&self, column: usize) -> bool {
        self.has(column, |column| {
            column.any > 0 && column.digits == column.any
        })
    }

    /// Whether it is mostly pronunciations.
    pub(super) fn is_phonetic(&self, column: usize) -> bool {
        self.has(column, |column| {
            column.phonetic > 0 && column.phonetic * 2 >= column.any
        })
    }

    /// Whether it is mostly pinyin. Half of the tones are accents in other languages as well.
    pub(super) fn is_pinyin(&self, column: usize) -> bool {
        self.has(column, |column| {
            column.sure_pinyin > 0
                && column.pinyin * 2 >= column.any
                && column.sure_pinyin * 8 >= column.any
        })
    }

    /// Whether it is mostly Chinese.
    pub(super) fn is_chinese(&self, column: usize) -> bool {
        self.has(column, |column| {
            column.han > 0 && column.han * 2 >= column.any
        })
    }

    /// Whether it is mostly both languages in one, as two columns are that were not separated.
    pub(super) fn is_mixed(&self, column: usize) -> bool {
        self.has(column, |column| column.mixed * 2 > column.any)
    }

    /// Whether most lines have something in it.
    pub(super) fn is_filled(&self, column: usize) -> bool {
        self.has(column, |column| column.any * 2 > self.lines)
    }

    /// Whether it may be of sentences: of Chinese, or of several words each, and not of word classes.
    pub(super) fn may_be_sentences(&self, column: usize) -> bool {
        self.is_chinese(column) || self.has(column, |column| column.spaced * 2 >= column.any)
    }

    /// Whether it has anything.
    pub(super) fn is_used(&self, column: usize) -> bool {
        self.has(column, |column| column.any > 0)
    }
}

/// Whether nearly all lines but the first have no Chinese character in the one column and some in the other, as a
/// line of a word does. The first may come again, where files were joined.
pub(super) fn most_fit(
    file: &[u8],
    dialect: Dialect,
    first: &ByteRecord,
    [english, chinese]: [usize; 2],
) -> bool {
    let (mut fit, mut lines) = (0, 0);
    each(file, dialect, 0, |record| {
        if record != first {
            fit += usize::from(fits(record, [english, chinese]));
            lines += 1;
        }
    });
    fit * 10 >= lines * 9
}

/// Whether a line has no Chinese character in the one column, and some in the other.
pub(super) fn fits(record: &ByteRecord, [english, chinese]: [usize; 2]) -> bool {
    let cell = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
    !cell(english).is_empty() && !has_han(cell(english)) && has_han(cell(chinese))
}

/// Whether any cell of the lines that are looked at is what `which` looks for.
pub(super) fn any_cell(file: &[u8], dialect: Dialect, which: impl Fn(&str) -> bool) -> bool {
    let mut found = false;
    each(file, dialect, 0, |record| {
        let mut texts = record.iter().flat_map(|cell| cell.utf8_chunks().take(1));
        found = found || texts.any(|text| which(text.valid()));
    });
    found
}

fn each(file: &[u8], dialect: Dialect, skipped: usize, mut what: impl FnMut(&ByteRecord)) {
    for record in Glance::at(file, dialect).skip(skipped).take(SAMPLE_LINES) {
        what(&record);
    }
}

/// Whether a text has a Chinese character.
pub(super) fn has_han(text: &[u8]) -> bool {
    let is_han = |char| {
        matches!(char,
            '\u{2e80}'..='\u{2fdf}' | '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
    };
    text.utf8_chunks()
        .any(|chunk| chunk.valid().chars().any(is_han))
}
