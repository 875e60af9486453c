//! What programs write above a table: Excel's `sep=;`, and the lines with `#` of Anki
//! (<https://docs.ankiweb.net/importing/text-files.html>).

use crate::import::{
    reading::separator_of,
    rows::{
        Rows,
        dialect::{Dialect, ends_line},
    },
};
use csv::ByteRecord;

/// What stands above a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// How much of the file it is.
    pub(crate) bytes: usize,
    pub(crate) lines: u64,
    /// What separates the columns, if it says so.
    pub(crate) separator: Option<u8>,
    /// Whether it is one of Anki's, in which a line that begins with `#` is no note.
    pub(crate) is_anki: bool,
    /// Whether the texts are HTML, if it says so.
    pub(crate) is_html: Option<bool>,
    /// What the columns are called, if it says so.
    pub(crate) columns: Option<ByteRecord>,
    /// The columns that have something else than a field of a note.
    pub(crate) others: Vec<usize>,
}

/// The most lines of a head that are looked at. Anki writes at most eight.
const MAX_LINES: usize = 100;

impl Head {
    /// The head of a file, which may be empty.
    pub(crate) fn parse(file: &[u8]) -> Self {
        let (line, bytes) = first_line(file);
        if let Some(separator) = excels(line) {
            return Self {
                bytes,
                lines: 1,
                separator: Some(separator),
                ..Self::default()
            };
        }
        let head = Self::parse_ankis(file);
        if head.is_anki { head } else { Self::default() }
    }

    fn parse_ankis(file: &[u8]) -> Self {
        let mut head = Self::default();
        let mut columns = None;
        for _ in 0..MAX_LINES {
            let rest = file.get(head.bytes..).unwrap_or_default();
            let (line, bytes) = first_line(rest);
            let Some(line) = line.strip_prefix(b"#") else {
                break;
            };
            head.bytes += bytes;
            head.lines += 1;
            let line = str::from_utf8(line).unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let key = key.trim().to_ascii_lowercase();
            head.is_anki = true;
            match key.as_str() {
                "separator" => head.separator = separator(value),
                "html" => head.is_html = value.trim().parse().ok(),
                "columns" => columns = Some(value),
                "tags column" | "deck column" | "notetype column" | "guid column" => {
                    let number: Option<usize> = value.trim().parse().ok();
                    head.others
                        .extend(number.and_then(|number| number.checked_sub(1)));
                }
                "tags" | "deck" | "notetype" | "if matches" => {}
                _ => head.is_anki = head.separator.is_some() || head.is_html.is_some(),
            }
        }
        if let Some(columns) = columns {
            let dialect = Dialect::new(head.separator.unwrap_or(b'\t'));
            let names = Rows::new(columns.as_bytes(), dialect, head.lines).next();
            // More names than a line may have count as no names.
            head.columns = Some(
                names
                    .and_then(Result::ok)
                    .map_or_else(ByteRecord::new, |row| row.fields),
            );
        }
        head
    }
}

/// The separator that a line says, as Excel reads and writes it.
fn excels(line: &[u8]) -> Option<u8> {
    let line = match line {
        [b'"', inner @ .., b'"'] => inner,
        line => line,
    };
    let (name, value) = line.split_at_checked(4)?;
    match value {
        [separator] if name.eq_ignore_ascii_case(b"sep=") && may_separate(*separator) => {
            Some(*separator)
        }
        _ => None,
    }
}

/// The separator by name, or the character itself.
fn separator(value: &str) -> Option<u8> {
    match value.as_bytes() {
        [byte] if may_separate(*byte) => Some(*byte),
        _ => separator_of(value.trim().to_ascii_lowercase().as_str()),
    }
}

fn may_separate(byte: u8) -> bool {
    byte == b'\t' || byte == b' ' || (byte.is_ascii_punctuation() && byte != b'"')
}

/// The first line without its end, and how long it is with that.
fn first_line(file: &[u8]) -> (&[u8], usize) {
    let end = file.iter().position(|byte| ends_line(*byte));
    let length = end.unwrap_or(file.len());
    let (line, rest) = file.split_at(length);
    let end = match rest {
        [b'\r', b'\n', ..] => 2,
        [] => 0,
        _ => 1,
    };
    (line, length + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excels_line_says_what_separates() {
        for (file, want) in [
            ("sep=;\r\na;b", Some((b';', 7))),
            ("SEP=,\na,b", Some((b',', 6))),
            ("\"sep=|\"\ra|b", Some((b'|', 8))),
            ("sep=\t\na\tb", Some((b'\t', 6))),
            ("sep=;", Some((b';', 5))),
            ("sep=\na", None),
            ("sep=ab\na", None),
            ("sep=\"\na", None),
            ("sep=a\na", None),
            ("step=;\na", None),
        ] {
            let head = Head::parse(file.as_bytes());
            let got = head.separator.map(|separator| (separator, head.bytes));
            assert_eq!(got, want, "{file:?}");
            assert_eq!(head.lines, u64::from(want.is_some()), "{file:?}");
        }
    }

    #[test]
    fn ankis_lines_say_what_the_columns_are() {
        let file = "#separator:tab\r\n#html:true\n#guid column:1\n#notetype column:2\n#deck column:3\n\
            #tags column:6\na\tb";
        let head = Head::parse(file.as_bytes());
        assert_eq!((head.separator, head.is_html), (Some(b'\t'), Some(true)));
        assert_eq!((head.lines, head.bytes), (6, file.len() - 3));
        assert_eq!(head.others, [0, 1, 2, 5]);
        let head = Head::parse(b"#separator:Comma\n#columns:Front,Back\nx");
        assert_eq!(
            head.columns.unwrap().iter().collect::<Vec<_>>(),
            [b"Front" as &[u8], b"Back"]
        );
    }

    #[test]
    fn a_line_that_begins_so_by_chance_is_no_head() {
        for file in [
            "#\tenglish\tchinese\n",
            "#1 word,词\n",
            "#note: this,这\n",
            "",
            "a",
        ] {
            assert_eq!(Head::parse(file.as_bytes()), Head::default(), "{file}");
        }
    }
}
