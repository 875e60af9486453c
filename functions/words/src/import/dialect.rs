//! What is what in a table: a separator, a quotation mark, a comment.

use csv::{Reader, ReaderBuilder};

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
