//! What is what in a table: a separator, a quotation mark, a comment.

/// How the lines of a table are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) struct Dialect {
    /// What is between two fields.
    pub(in crate::import) separator: u8,
    /// Whether a field may be in quotation marks. Otherwise they are text.
    pub(in crate::import) has_quotes: bool,
    /// Whether a line that begins with `#` is a comment.
    pub(in crate::import) has_comments: bool,
}

impl Dialect {
    /// Lines as spreadsheet programs write them.
    pub(in crate::import) fn new(separator: u8) -> Self {
        Self {
            separator,
            has_quotes: true,
            has_comments: false,
        }
    }

    /// Whether a byte ends a field.
    pub(in crate::import) fn ends_field(self, byte: u8) -> bool {
        byte == self.separator || ends_line(byte)
    }
}

/// Whether a byte ends a line.
pub(in crate::import) fn ends_line(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
