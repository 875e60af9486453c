//! How many fields each line has. A reader keeps where each of them ends, so sixteen million commas would
//! take more memory than there is, and end whatever else the instance does.

use csv_core::{ReadFieldResult, Reader};

use super::dialect::Dialect;

/// The most fields of a line.
pub(super) const MAX_FIELDS: usize = 10_000;

/// How many lines Excel writes alike: it leaves out the last columns of a block of lines in which they are empty
/// in all of these.
const BLOCK_LINES: usize = 16;

/// How many fields the lines have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Survey {
    /// The first line's.
    pub(super) first: usize,
    /// The most that a line has.
    pub(super) widest: usize,
    /// Whether all lines have as many as the first.
    pub(super) is_even: bool,
    /// How many all lines of a block have; 0 where they differ.
    blocks: Vec<u16>,
}

impl Survey {
    /// The survey of a file.
    ///
    /// # Errors
    /// The byte at which the first line begins that has more than [`MAX_FIELDS`].
    pub(super) fn of(file: &[u8], dialect: Dialect) -> Result<Self, usize> {
        let mut survey = Self {
            first: 0,
            widest: 0,
            is_even: true,
            blocks: Vec::new(),
        };
        for (index, (begin, fields)) in Widths::new(file, dialect).enumerate() {
            let Some(width) = u16::try_from(fields).ok().filter(|_| fields <= MAX_FIELDS) else {
                return Err(begin);
            };
            if index == 0 {
                survey.first = fields;
            }
            survey.widest = survey.widest.max(fields);
            survey.is_even &= fields == survey.first;
            match survey.blocks.last_mut() {
                Some(block) if index % BLOCK_LINES > 0 => {
                    if *block != width {
                        *block = 0;
                    }
                }
                _ => survey.blocks.push(width),
            }
        }
        Ok(survey)
    }

    /// Whether each block is of lines alike.
    pub(super) fn is_of_blocks(&self) -> bool {
        !self.blocks.contains(&0)
    }

    /// Whether the line of this number, from 0, has so few fields because it is in a block of such lines.
    pub(super) fn is_short_as_its_block(&self, line: usize, fields: usize) -> bool {
        let block = self.blocks.get(line / BLOCK_LINES);
        block.is_some_and(|width| usize::from(*width) == fields)
    }
}

/// Whether the first line has no more than [`MAX_FIELDS`].
pub(super) fn is_first_fit(file: &[u8], dialect: Dialect) -> bool {
    let first = Widths::new(file, dialect).next();
    first.is_none_or(|(_, fields)| fields <= MAX_FIELDS)
}

/// Where each line begins, and how many fields it has: of one that has too many, one more than the most, and
/// then it is the last.
struct Widths<'a> {
    reader: Reader,
    file: &'a [u8],
    at: usize,
    is_over: bool,
}

impl<'a> Widths<'a> {
    fn new(file: &'a [u8], dialect: Dialect) -> Self {
        Self {
            reader: dialect.core_reader(),
            file,
            at: 0,
            is_over: false,
        }
    }
}

impl Iterator for Widths<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        let (begin, mut fields) = (self.at, 0);
        // What is in a field does not matter here.
        let mut text = [0; 4096];
        while !self.is_over {
            let rest = self.file.get(self.at..).unwrap_or_default();
            let (result, read, _) = self.reader.read_field(rest, &mut text);
            self.at += read;
            match result {
                // At the end of the file the reader is asked once more, and ends the last line.
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::Field { record_end } => {
                    fields += 1;
                    self.is_over = fields > MAX_FIELDS;
                    if record_end {
                        return Some((begin, fields));
                    }
                }
                ReadFieldResult::End => self.is_over = true,
            }
        }
        (fields > 0).then_some((begin, fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(file: &str) -> Vec<usize> {
        let widths = Widths::new(file.as_bytes(), Dialect::of(b','));
        widths.map(|(_, fields)| fields).collect()
    }

    #[test]
    fn fields_are_counted_line_by_line() {
        for (file, want) in [
            ("", &[][..]),
            ("a", &[1]),
            ("a,b\n", &[2]),
            ("a,b\nc", &[2, 1]),
            (",\r\n\"a,b\nc\",d,e\r\n", &[2, 3]),
        ] {
            assert_eq!(widths(file), want, "{file:?}");
        }
    }

    #[test]
    fn a_line_has_the_most_fields_and_not_one_more() {
        let line = |fields: usize| ",".repeat(fields - 1);
        let most = format!("a,b\n{}\n", line(MAX_FIELDS));
        let comma = Dialect::of(b',');
        assert!(Survey::of(most.as_bytes(), comma).is_ok());
        let more = format!("a,b\n{}\nc,d\n", line(MAX_FIELDS + 1));
        assert_eq!(Survey::of(more.as_bytes(), comma), Err(4));
        assert!(is_first_fit(more.as_bytes(), comma));
        assert!(is_first_fit(line(MAX_FIELDS).as_bytes(), comma));
        assert!(!is_first_fit(line(MAX_FIELDS + 1).as_bytes(), comma));
        assert!(is_first_fit(
            line(MAX_FIELDS + 1).as_bytes(),
            Dialect::of(b';')
        ));
    }

    #[test]
    fn a_block_of_short_lines_is_told_from_one_line_that_is_short() {
        let lines = |widths: &[(usize, usize)]| -> String {
            let lines = widths.iter().flat_map(|(count, width)| {
                std::iter::repeat_n(format!("{}\n", ",".repeat(width - 1)), *count)
            });
            lines.collect()
        };
        let survey = |widths: &[(usize, usize)]| {
            Survey::of(lines(widths).as_bytes(), Dialect::of(b',')).unwrap()
        };
        let blocks = survey(&[(16, 4), (16, 3), (3, 2)]);
        assert!(blocks.is_of_blocks() && !blocks.is_even);
        assert_eq!((blocks.first, blocks.widest), (4, 4));
        assert!(blocks.is_short_as_its_block(16, 3) && blocks.is_short_as_its_block(34, 2));
        assert!(!blocks.is_short_as_its_block(15, 3) && !blocks.is_short_as_its_block(48, 2));
        let broken = survey(&[(16, 4), (15, 4), (1, 3), (16, 4)]);
        assert!(!broken.is_of_blocks() && !broken.is_short_as_its_block(31, 3));
    }

    #[test]
    fn a_field_of_any_length_is_one() {
        let text = "x".repeat(1_000_000);
        assert_eq!(widths(&format!("{text},\"{text}\"\na")).len(), 2);
    }
}
