//! How many fields a line may have. A reader keeps where each of them ends, so sixteen million commas would
//! take more memory than there is, and end whatever else the instance does.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

/// The most fields of a line.
pub(super) const MAX_FIELDS: usize = 10_000;

/// The byte at which the first line begins that has more than [`MAX_FIELDS`].
pub(super) fn too_wide(file: &[u8], separator: u8) -> Option<usize> {
    Widths::new(file, separator).find_map(|(begin, fields)| (fields > MAX_FIELDS).then_some(begin))
}

/// Whether the first line has no more than [`MAX_FIELDS`].
pub(super) fn is_first_fit(file: &[u8], separator: u8) -> bool {
    let first = Widths::new(file, separator).next();
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
    fn new(file: &'a [u8], separator: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(separator).build(),
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
        let widths = Widths::new(file.as_bytes(), b',');
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
        assert_eq!(too_wide(most.as_bytes(), b','), None);
        let more = format!("a,b\n{}\nc,d\n", line(MAX_FIELDS + 1));
        assert_eq!(too_wide(more.as_bytes(), b','), Some(4));
        assert!(is_first_fit(more.as_bytes(), b','));
        assert!(is_first_fit(line(MAX_FIELDS).as_bytes(), b','));
        assert!(!is_first_fit(line(MAX_FIELDS + 1).as_bytes(), b','));
        assert!(is_first_fit(line(MAX_FIELDS + 1).as_bytes(), b';'));
    }

    #[test]
    fn a_field_of_any_length_is_one() {
        let text = "x".repeat(1_000_000);
        assert_eq!(widths(&format!("{text},\"{text}\"\na")).len(), 2);
    }
}
