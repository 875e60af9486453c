//! A table read through once: how many fields its rows have, and what the first of them are.

use super::{Row, Rows, dialect::Dialect};
use crate::import::flaw::FileFlaw;

/// How many rows are looked at to find out what the columns have.
const SAMPLE_ROWS: usize = 1_000;

/// How much of a field is looked at for that.
const SAMPLE_FIELD_BYTES: usize = 1024;

/// How much memory the rows may take that are looked at. Those of a usual file take a tenth of it.
const SAMPLE_BYTES: usize = 4 * 1024 * 1024;

/// How many lines Excel writes alike: it leaves out the last columns of a block of lines in which they are empty
/// in all of these.
const BLOCK_ROWS: usize = 16;

/// What is known of a table that is written in a dialect.
#[derive(Debug)]
pub(in crate::import) struct Survey {
    pub(in crate::import) dialect: Dialect,
    /// The first rows, with the beginnings of their fields.
    pub(in crate::import) sample: Vec<Row>,
    pub(in crate::import) widths: Widths,
    /// Whether a quote that opens a field is closed elsewhere than at the end of that.
    pub(in crate::import) has_stray_quotes: bool,
    /// Why it cannot be read to its end.
    pub(in crate::import) flaw: Option<FileFlaw>,
}

/// How many fields the rows have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::import) struct Widths {
    /// How many rows there are.
    pub(in crate::import) rows: usize,
    /// The first row's.
    first: usize,
    /// The most that a row has.
    widest: usize,
    /// Whether all rows have as many as the first.
    pub(in crate::import) is_even: bool,
    /// How many all rows of a block have; 0 where they differ.
    blocks: Vec<u16>,
}

impl Survey {
    /// Reads a table through whose first line has this number.
    pub(in crate::import) fn read(table: &[u8], dialect: Dialect, line: u64) -> Self {
        let mut rows = Rows::new(table, dialect, line).beginnings(SAMPLE_FIELD_BYTES);
        let mut survey = Self {
            dialect,
            sample: Vec::new(),
            widths: Widths::default(),
            has_stray_quotes: false,
            flaw: None,
        };
        let mut room = SAMPLE_BYTES;
        for row in rows.by_ref() {
            let row = match row {
                Ok(row) => row,
                Err(flaw) => {
                    survey.flaw = Some(flaw);
                    break;
                }
            };
            survey.widths.add(row.fields.len());
            let bytes = row.fields.as_slice().len() + row.fields.len() * size_of::<usize>();
            if survey.sample.is_empty() || survey.sample.len() < SAMPLE_ROWS && bytes <= room {
                room = room.saturating_sub(bytes);
                survey.sample.push(row);
            } else {
                // The sample is the beginning of the table, without a gap.
                room = 0;
            }
        }
        survey.has_stray_quotes = rows.has_stray_quotes();
        survey
    }
}

impl Widths {
    fn add(&mut self, fields: usize) {
        if self.rows == 0 {
            self.first = fields;
            self.is_even = true;
        }
        self.widest = self.widest.max(fields);
        self.is_even &= fields == self.first;
        // No row has as many as do not fit in.
        let width = u16::try_from(fields).unwrap_or(u16::MAX);
        match self.blocks.last_mut() {
            Some(block) if !self.rows.is_multiple_of(BLOCK_ROWS) => {
                if *block != width {
                    *block = 0;
                }
            }
            _ => self.blocks.push(width),
        }
        self.rows += 1;
    }

    /// How many columns there are: as many as the first row has fields, unless Excel wrote blocks of rows alike, of
    /// which the first may be short.
    pub(in crate::import) fn columns(&self) -> usize {
        let is_of_blocks = !self.blocks.contains(&0);
        if is_of_blocks && !self.is_even {
            self.widest
        } else {
            self.first
        }
    }

    /// Whether the row of this number, from 0, has so few fields because it is in a block of such rows.
    pub(in crate::import) fn is_short_as_its_block(&self, row: usize, fields: usize) -> bool {
        let block = self.blocks.get(row / BLOCK_ROWS);
        block.is_some_and(|width| usize::from(*width) == fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(table: &str) -> Survey {
        Survey::read(table.as_bytes(), Dialect::new(b','), 1)
    }

    /// So many lines of so many fields.
    fn widths(blocks: &[(usize, usize)]) -> Widths {
        let lines = blocks.iter().flat_map(|(count, width)| {
            std::iter::repeat_n(format!("{}\n", ",".repeat(width - 1)), *count)
        });
        survey(&lines.collect::<String>()).widths
    }

    #[test]
    fn a_block_of_short_lines_is_told_from_one_line_that_is_short() {
        let blocks = widths(&[(16, 4), (16, 3), (3, 2)]);
        assert!(!blocks.is_even);
        assert_eq!((blocks.rows, blocks.columns()), (35, 4));
        assert!(blocks.is_short_as_its_block(16, 3) && blocks.is_short_as_its_block(34, 2));
        assert!(!blocks.is_short_as_its_block(15, 3) && !blocks.is_short_as_its_block(48, 2));
        let later = widths(&[(16, 3), (16, 4)]);
        assert_eq!(later.columns(), 4);
        let broken = widths(&[(16, 3), (15, 4), (1, 3), (16, 4)]);
        assert_eq!(broken.columns(), 3);
        assert!(!broken.is_short_as_its_block(31, 3));
    }

    #[test]
    fn the_sample_is_the_beginning_and_has_an_end() {
        assert_eq!(
            survey(&"a,b\n".repeat(SAMPLE_ROWS + 1)).sample.len(),
            SAMPLE_ROWS
        );
        let wide = format!("{}\n", ",".repeat(9_000));
        let few = survey(&(wide.repeat(300) + "a\n"));
        let used: usize = few.sample.iter().map(|row| row.fields.len()).sum();
        assert!(!few.sample.is_empty() && used * size_of::<usize>() <= SAMPLE_BYTES);
        assert!(few.sample.iter().all(|row| row.fields.len() == 9_001));
        assert_eq!(few.widths.rows, 301);
    }

    #[test]
    fn what_is_too_wide_ends_it() {
        let table = format!("a,b\n{}\nc\n", ",".repeat(10_000));
        let survey = survey(&table);
        assert_eq!(survey.flaw, Some(FileFlaw::TooManyFields { line: 2 }));
        assert_eq!((survey.widths.rows, survey.sample.len()), (1, 1));
    }
}
