//! The rows of a table: the one reader of its text.
//!
//! The grammar is that of the `csv` crate, as spreadsheet programs write it: a quote counts at the beginning of a
//! field and nowhere else, two quotes in a quoted field mean one, `\n`, `\r` and both together end a line, and empty
//! lines are no rows. Unlike `csv`, it knows in which line a row begins and where a quote opens that is never closed.

pub(super) mod dialect;
pub(super) mod survey;

use csv::ByteRecord;

use self::dialect::{Dialect, ends_line};
use super::flaw::{FileFlaw, MAX_FIELDS};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// The line in which it begins, from 1.
    pub(crate) line: u64,
    pub(crate) fields: ByteRecord,
    /// The line in which a quote opens that is never closed: the rest of the text is in that field.
    pub(crate) unclosed: Option<u64>,
}

/// Reads a text row by row.
pub(crate) struct Rows<'a> {
    text: &'a [u8],
    dialect: Dialect,
    max_field_bytes: usize,
    /// Where the reader is, and in which line.
    at: usize,
    line: u64,
    field: Vec<u8>,
    unclosed: Option<u64>,
    has_stray_quotes: bool,
}

impl<'a> Rows<'a> {
    /// The rows of a text whose first line has this number.
    pub(crate) fn new(text: &'a [u8], dialect: Dialect, line: u64) -> Self {
        let has_mark = text.starts_with(BYTE_ORDER_MARK);
        Self {
            text,
            dialect,
            max_field_bytes: usize::MAX,
            at: if has_mark { BYTE_ORDER_MARK.len() } else { 0 },
            line,
            field: Vec::new(),
            unclosed: None,
            has_stray_quotes: false,
        }
    }

    /// Only the beginnings of the fields, of so many bytes. A field may be as long as the text.
    pub(crate) fn beginnings(self, max_field_bytes: usize) -> Self {
        Self {
            max_field_bytes,
            ..self
        }
    }

    /// Whether a quote that opened a field was closed before the end of that, or never.
    pub(crate) fn has_stray_quotes(&self) -> bool {
        self.has_stray_quotes
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Passes so many bytes of a line, or of several where they are in quotes.
    fn pass(&mut self, bytes: &[u8]) {
        let mut before = b'\0';
        for byte in bytes {
            let is_second_half = before == b'\r' && *byte == b'\n';
            self.line += u64::from(ends_line(*byte) && !is_second_half);
            before = *byte;
        }
        self.at += bytes.len();
    }

    /// Passes bytes that belong to the field.
    fn take(&mut self, bytes: &[u8]) {
        let room = self.max_field_bytes.saturating_sub(self.field.len());
        self.field.extend(bytes.iter().take(room));
        self.pass(bytes);
    }

    /// Passes empty lines and comments.
    fn skip_empty(&mut self) {
        loop {
            let rest = self.rest();
            let length = match rest.first() {
                Some(b'#') if self.dialect.has_comments => line_length(rest),
                Some(byte) if ends_line(*byte) => end_length(rest),
                _ => return,
            };
            self.pass(rest.get(..length).unwrap_or_default());
        }
    }

    /// Reads a field, and says whether it is the last of its row.
    fn read_field(&mut self) -> bool {
        self.field.clear();
        let is_quoted = self.dialect.has_quotes && self.rest().starts_with(b"\"");
        if is_quoted {
            self.read_quoted();
        }
        let rest = self.rest();
        let ends = |byte: &u8| self.dialect.ends_field(*byte);
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        self.has_stray_quotes |= is_quoted && length > 0;
        let (own, behind) = rest.split_at(length);
        self.take(own);
        match behind.first() {
            Some(byte) if *byte == self.dialect.separator => {
                self.at += 1;
                false
            }
            Some(_) => {
                self.pass(behind.get(..end_length(behind)).unwrap_or_default());
                true
            }
            None => true,
        }
    }

    /// Reads what is in quotes.
    fn read_quoted(&mut self) {
        let opened = self.line;
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(length) = rest.iter().position(|byte| *byte == b'"') else {
                self.take(rest);
                self.unclosed = Some(opened);
                self.has_stray_quotes = true;
                return;
            };
            let (own, behind) = rest.split_at(length);
            self.take(own);
            self.at += 1;
            if !behind.starts_with(b"\"\"") {
                return;
            }
            self.take(b"\"");
        }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, FileFlaw>;

    /// The next row.
    ///
    /// # Errors
    /// One that has more than [`MAX_FIELDS`]: where each of sixteen million fields ends would take more memory than
    /// there is. Nothing comes behind it.
    fn next(&mut self) -> Option<Self::Item> {
        self.skip_empty();
        if self.rest().is_empty() {
            return None;
        }
        let line = self.line;
        let mut fields = ByteRecord::new();
        loop {
            let is_last = self.read_field();
            fields.push_field(&self.field);
            if fields.len() > MAX_FIELDS {
                self.at = self.text.len();
                return Some(Err(FileFlaw::TooManyFields { line }));
            }
            if is_last {
                return Some(Ok(Row {
                    line,
                    fields,
                    unclosed: self.unclosed,
                }));
            }
        }
    }
}

/// How long the line is with which a text begins, without its end.
fn line_length(text: &[u8]) -> usize {
    let end = text.iter().position(|byte| ends_line(*byte));
    end.unwrap_or(text.len())
}

/// How long the line's end is with which a text begins.
fn end_length(text: &[u8]) -> usize {
    if text.starts_with(b"\r\n") { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn comma() -> Dialect {
        Dialect::new(b',')
    }

    fn read(text: &str, dialect: Dialect) -> Vec<Row> {
        let rows = Rows::new(text.as_bytes(), dialect, 1);
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn a_row_knows_its_line() {
        for (text, want) in [
            ("", &[][..]),
            ("a", &[1]),
            ("a\nb\n", &[1, 2]),
            ("a\r\nb\rc\n", &[1, 2, 3]),
            ("\n\r\na\n\n\rb", &[3, 6]),
            ("\"a\r\nb\n\"\nc", &[1, 4]),
            ("\u{feff}a\nb", &[1, 2]),
        ] {
            let lines: Vec<u64> = read(text, comma()).iter().map(|row| row.line).collect();
            assert_eq!(lines, want, "{text:?}");
        }
    }

    #[test]
    fn comments_are_no_rows() {
        let dialect = Dialect {
            has_comments: true,
            ..comma()
        };
        let rows = read("#x,y\na,#b\n#\r#z\rc", dialect);
        let lines: Vec<(u64, usize)> = rows
            .iter()
            .map(|row| (row.line, row.fields.len()))
            .collect();
        assert_eq!(lines, [(2, 2), (5, 1)]);
    }

    #[test]
    fn a_quote_is_open_until_one_that_is_not_doubled() {
        for (text, unclosed, is_stray) in [
            ("a,b", None, false),
            ("\"a\"", None, false),
            ("\"a", Some(1), true),
            ("\"a\"\"", Some(1), true),
            ("\"a\"\"\"", None, false),
            ("\"a\"b\"", None, true),
            ("a\"b", None, false),
            ("a,\"b,c\n\"\"d", Some(1), true),
            ("x\n\"a\n\",\"b", Some(3), true),
        ] {
            let mut rows = Rows::new(text.as_bytes(), comma(), 1);
            let last = rows.by_ref().last().unwrap().unwrap();
            assert_eq!(
                (last.unclosed, rows.has_stray_quotes()),
                (unclosed, is_stray),
                "{text}"
            );
            let without = Dialect {
                has_quotes: false,
                ..comma()
            };
            assert_eq!(read(text, without).last().unwrap().unclosed, None, "{text}");
        }
    }

    #[test]
    fn a_row_has_the_most_fields_and_not_one_more() {
        let row = |fields: usize| ",".repeat(fields - 1);
        assert_eq!(read(&row(MAX_FIELDS), comma())[0].fields.len(), MAX_FIELDS);
        let more = format!("a\n{}\nb", row(MAX_FIELDS + 1));
        let rows: Vec<_> = Rows::new(more.as_bytes(), comma(), 1).collect();
        assert_eq!(rows[1..], [Err(FileFlaw::TooManyFields { line: 2 })]);
    }

    #[test]
    fn a_beginning_is_no_longer_than_is_asked_for() {
        let text = format!("a,{},\"b\"\"\n\"\nc", "唤".repeat(1_000_000));
        let rows = Rows::new(text.as_bytes(), comma(), 1).beginnings(4);
        let rows: Vec<Row> = rows.collect::<Result<_, _>>().unwrap();
        let lengths: Vec<usize> = rows[0].fields.iter().map(<[u8]>::len).collect();
        assert_eq!((lengths, rows[1].line), (vec![1, 4, 3], 3));
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_csv_crate(text in "[a唤\",;\n\r ]{0,40}", has_quotes in any::<bool>()) {
            let dialect = Dialect { has_quotes, ..comma() };
            let mut reader = csv::ReaderBuilder::new()
                .quoting(has_quotes)
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let want: Vec<ByteRecord> = reader.byte_records().collect::<Result<_, _>>().unwrap();
            let got: Vec<ByteRecord> = read(&text, dialect).into_iter().map(|row| row.fields).collect();
            prop_assert_eq!(got, want);
        }
    }
}
