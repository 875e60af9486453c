//! What the columns of a table have in them.

use csv::ByteRecord;

use super::pinyin::Pinyin;
use crate::{import::rows::Row, text::has_han};

/// The columns of the first rows.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    /// How many lines were looked at.
    pub(crate) lines: usize,
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
    /// What these rows have.
    pub(crate) fn new(rows: &[Row]) -> Self {
        let mut sample = Self::default();
        rows.iter().for_each(|row| sample.add(&row.fields));
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
            let pinyin = Pinyin::parse(cell);
            column.pinyin += usize::from(pinyin.is_some());
            column.sure_pinyin += usize::from(pinyin == Some(Pinyin::Sure));
        }
    }

    fn has(&self, column: usize, which: impl Fn(&Column) -> bool) -> bool {
        self.columns.get(column).is_some_and(which)
    }

    /// Whether it has numbers and nothing else.
    pub(crate) fn is_of_numbers(&self, column: usize) -> bool {
        self.has(column, |column| {
            column.any > 0 && column.digits == column.any
        })
    }

    /// Whether it is mostly pronunciations.
    pub(crate) fn is_phonetic(&self, column: usize) -> bool {
        self.has(column, |column| {
            column.phonetic > 0 && column.phonetic * 2 >= column.any
        })
    }

    /// Whether it is mostly pinyin. Half of the tones are accents in other languages as well.
    pub(crate) fn is_pinyin(&self, column: usize) -> bool {
        self.has(column, |column| {
            column.sure_pinyin > 0
                && column.pinyin * 2 >= column.any
                && column.sure_pinyin * 8 >= column.any
        })
    }

    /// Whether it is mostly Chinese.
    pub(crate) fn is_chinese(&self, column: usize) -> bool {
        self.has(column, |column| {
            column.han > 0 && column.han * 2 >= column.any
        })
    }

    /// Whether it is mostly both languages in one, as two columns are that were not separated.
    pub(crate) fn is_mixed(&self, column: usize) -> bool {
        self.has(column, |column| column.mixed * 2 > column.any)
    }

    /// Whether most lines have something in it.
    pub(crate) fn is_filled(&self, column: usize) -> bool {
        self.has(column, |column| column.any * 2 > self.lines)
    }

    /// Whether it may be of sentences: of Chinese, or of several words each, and not of word classes.
    pub(crate) fn may_be_sentences(&self, column: usize) -> bool {
        self.is_chinese(column) || self.has(column, |column| column.spaced * 2 >= column.any)
    }

    /// Whether it has anything.
    pub(crate) fn is_used(&self, column: usize) -> bool {
        self.has(column, |column| column.any > 0)
    }
}

/// Whether nearly all lines but the first have no Chinese character in the one column and some in the other, as a
/// line of a word does. The first may come again, where files were joined.
pub(crate) fn most_fit(rows: &[Row], first: &ByteRecord, pair: [usize; 2]) -> bool {
    let others = rows.iter().filter(|row| row.fields != *first);
    let fit = others.clone().filter(|row| fits(&row.fields, pair)).count();
    fit * 10 >= others.count() * 9
}

/// Whether a line has no Chinese character in the one column, and some in the other.
pub(crate) fn fits(record: &ByteRecord, [english, chinese]: [usize; 2]) -> bool {
    let cell = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
    !cell(english).is_empty() && !has_han(cell(english)) && has_han(cell(chinese))
}

/// Whether any cell of these rows is what `which` looks for.
pub(crate) fn any_cell(rows: &[Row], which: impl Fn(&str) -> bool) -> bool {
    let cells = rows.iter().flat_map(|row| &row.fields);
    let mut texts = cells.flat_map(|cell| cell.utf8_chunks().take(1));
    texts.any(|text| which(text.valid()))
}
