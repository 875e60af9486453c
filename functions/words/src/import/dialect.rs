//! What is what in a table: a separator, a quotation mark, a comment.

use csv::{ByteRecord, Reader, ReaderBuilder};
use csv_core::ReadFieldResult;

use super::width::MAX_FIELDS;

/// How much of a field is looked at to find out what its column has. A line may be as long as the file.
const GLANCE_BYTES: usize = 1024;

/// How the lines of a table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What is between two fields.
    pub(super) separator: u8,
    /// Whether a field may be in quotation marks. Otherwise they are text.
    pub(super) has_quotes: bool,
    /// Whether a line that begins with `#` is none.
    pub(super) has_comments: bool,
}

impl Dialect {
    /// Lines as spreadsheet programs write them.
    pub(super) fn of(separator: u8) -> Self {
        Self {
            separator,
            has_quotes: true,
            has_comments: false,
        }
    }

    fn comment(self) -> Option<u8> {
        self.has_comments.then_some(b'#')
    }

    /// A reader of a file that is written so.
    pub(super) fn reader(self, file: &[u8]) -> Reader<&[u8]> {
        ReaderBuilder::new()
            .delimiter(self.separator)
            .quoting(self.has_quotes)
            .comment(self.comment())
            .has_headers(false)
            .flexible(true)
            .from_reader(file)
    }

    /// The same one layer below, which keeps nothing.
    pub(super) fn core_reader(self) -> csv_core::Reader {
        csv_core::ReaderBuilder::new()
            .delimiter(self.separator)
            .quoting(self.has_quotes)
            .comment(self.comment())
            .build()
    }

    /// Whether a byte ends a field.
    pub(super) fn ends_field(self, byte: u8) -> bool {
        byte == self.separator || matches!(byte, b'\r' | b'\n')
    }
}

/// The beginnings of the fields of each line, up to one that has too many.
pub(super) struct Glance<'a> {
    reader: csv_core::Reader,
    file: &'a [u8],
    at: usize,
    is_over: bool,
}

impl<'a> Glance<'a> {
    /// A look at a file that is written so.
    pub(super) fn at(file: &'a [u8], dialect: Dialect) -> Self {
        Self {
            reader: dialect.core_reader(),
            file,
            at: 0,
            is_over: false,
        }
    }
}

impl Iterator for Glance<'_> {
    type Item = ByteRecord;

    fn next(&mut self) -> Option<ByteRecord> {
        let mut record = ByteRecord::new();
        let mut text = [0; 4096];
        // How much of a field is known, and whether that is all that is wanted.
        let mut field = Vec::new();
        while !self.is_over {
            let rest = self.file.get(self.at..).unwrap_or_default();
            let (result, read, written) = self.reader.read_field(rest, &mut text);
            self.at += read;
            let room = GLANCE_BYTES - field.len();
            field.extend(text.iter().take(written.min(room)));
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::Field { record_end } => {
                    record.push_field(&field);
                    field.clear();
                    if record.len() > MAX_FIELDS {
                        self.is_over = true;
                        return None;
                    }
                    if record_end {
                        return Some(record);
                    }
                }
                ReadFieldResult::End => self.is_over = true,
            }
        }
        (!record.is_empty()).then_some(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_sees_where_fields_begin_and_no_more() {
        let long = "唤".repeat(1_000_000);
        let file = format!("a,{long},\"b\n\"\n\nc\n{},\nd\n", ",".repeat(MAX_FIELDS));
        let records: Vec<ByteRecord> = Glance::at(file.as_bytes(), Dialect::of(b',')).collect();
        let lengths = |record: &ByteRecord| record.iter().map(<[u8]>::len).collect::<Vec<_>>();
        let lengths: Vec<_> = records.iter().map(lengths).collect();
        assert_eq!(lengths, [vec![1, GLANCE_BYTES, 2], vec![1]]);
    }
}
