//! How a file is written: what separates its fields, and which column each is in.
//!
//! The first line names the columns, in any order: the four fields, of which the sentences may be left
//! out, and any others, which are ignored, as the tutorial's `id` is. A file without such a line is read
//! as the tutorial's table: the four fields, with or without an id in front. Commas, semicolons and tabs
//! separate, as spreadsheet programs write one or another by the country they are in.
//!
//! The names decide which it is, as a text may have any of the three. Where there are none, the one does
//! with which every line has as many fields as the first.

use csv::ByteRecord;
use kit::{Error, Result};

use super::{
    table::{bad_file, reader, too_many_fields},
    width::{is_first_fit, too_wide},
};
use crate::draft::Field;

const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// What is between two fields.
    pub(super) separator: u8,
    /// Which column each field is in.
    pub(super) columns: [Option<usize>; 4],
    /// How many columns there are.
    pub(super) width: usize,
    /// Whether the first line is one of names and not of a word.
    pub(super) names_columns: bool,
}

/// The layout of a file, without its byte order mark.
///
/// # Errors
/// 422 where it is empty, or its first line neither names the columns nor is one of the tutorial's table.
pub(super) fn of(file: &[u8]) -> Result<Layout> {
    let mut first_lines = Vec::new();
    for separator in SEPARATORS {
        if !is_first_fit(file, separator) {
            continue;
        }
        let mut record = ByteRecord::new();
        let read = reader(file, separator).read_byte_record(&mut record);
        if !read.map_err(Error::internal)? {
            return Err(bad_file("is empty"));
        }
        first_lines.push((separator, record));
    }
    for (separator, record) in &first_lines {
        if let Some(columns) = named(record)? {
            return Ok(Layout {
                separator: *separator,
                columns,
                width: record.len(),
                names_columns: true,
            });
        }
    }
    // Here a word may be called as a column is.
    let tables = first_lines.iter().filter_map(|(separator, record)| {
        unnamed(record).map(|columns| Layout {
            separator: *separator,
            columns,
            width: record.len(),
            names_columns: false,
        })
    });
    let mut tables: Vec<_> = tables.collect();
    if tables.len() > 1 {
        tables.retain(|table| is_even(file, table));
    }
    if let [table] = &tables[..] {
        return Ok(table.clone());
    }
    if first_lines.len() < SEPARATORS.len() {
        return Err(too_many_fields(1));
    }
    let half = first_lines
        .iter()
        .find_map(|(_, record)| half_named(record));
    Err(half.unwrap_or_else(|| {
        bad_file(
            "must name its columns in the first line: english, chinese, sentence_eng, sentence_chi",
        )
    }))
}

/// Whether all lines have as many fields as the first one.
fn is_even(file: &[u8], table: &Layout) -> bool {
    if too_wide(file, table.separator).is_some() {
        return false;
    }
    let mut lines = reader(file, table.separator);
    let mut record = ByteRecord::new();
    while let Ok(true) = lines.read_byte_record(&mut record) {
        if record.len() != table.width {
            return false;
        }
    }
    true
}

/// Where the fields are by the names in the first line; none where it does not name both that a word
/// needs.
///
/// # Errors
/// 422 where it names one twice.
fn named(record: &ByteRecord) -> Result<Option<[Option<usize>; 4]>> {
    let mut columns = [None; 4];
    for (index, name) in record.iter().enumerate() {
        let name = name_of(name);
        let Some(field) = Field::ALL.into_iter().find(|field| field.name() == name) else {
            continue;
        };
        if columns[field as usize].replace(index).is_some() {
            return Err(bad_file(&format!("names the column {field} twice")));
        }
    }
    let has_pair = matches!(columns, [Some(_), Some(_), ..]);
    Ok(has_pair.then_some(columns))
}

/// What a first line lacks that names one of the two that a word needs.
fn half_named(record: &ByteRecord) -> Option<Error> {
    let has = |field: Field| record.iter().any(|name| name_of(name) == field.name());
    match (has(Field::English), has(Field::Chinese)) {
        (true, false) => Some(bad_file("has no column chinese")),
        (false, true) => Some(bad_file("has no column english")),
        _ => None,
    }
}

/// A column's name as it is compared.
fn name_of(name: &[u8]) -> String {
    String::from_utf8_lossy(name).trim().to_lowercase()
}

/// Where the fields are in the tutorial's table, when nothing names them.
fn unnamed(record: &ByteRecord) -> Option<[Option<usize>; 4]> {
    let is_id = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let first = match record.len() {
        4 => 0,
        5 if record.get(0).is_some_and(is_id) => 1,
        _ => return None,
    };
    Some([first, first + 1, first + 2, first + 3].map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separator(file: &str) -> Option<char> {
        of(file.as_bytes())
            .ok()
            .map(|layout| char::from(layout.separator))
    }

    #[test]
    fn the_names_decide_what_separates() {
        for (file, want) in [
            ("english,chinese\na;b;c;d,e\n", ','),
            ("english;chinese\na,b,c,d;e\n", ';'),
            ("english\tchinese\na,b;c\td,e;f\n", '\t'),
            ("note, with; all;english;chinese\n", ';'),
            ("\"note, with; all\",english,chinese\n", ','),
            ("\"a;english;chinese\",english,chinese\n", ','),
            (
                "id;english;chinese;sentence_eng;sentence_chi\n1;a;b;c, d, e, f;g\n",
                ';',
            ),
        ] {
            assert_eq!(separator(file), Some(want), "{file}");
        }
    }

    #[test]
    fn what_may_not_separate_is_left_out_and_told_where_nothing_else_does() {
        let many = ",".repeat(20_000);
        let other = format!("\"a{many}\";english;chinese\n");
        assert_eq!(separator(&other), Some(';'));
        let unquoted = format!("a{many};english;chinese\n");
        assert_eq!(separator(&unquoted), Some(';'));
        let error = of(many.as_bytes()).unwrap_err();
        assert!(
            error.to_string().contains("more than 10000 fields"),
            "{error}"
        );
    }

    #[test]
    fn without_names_every_line_decides() {
        for (file, want) in [
            (
                "wake;唤醒;I wake, early, daily, now;我醒\nrise;起;;\n",
                Some(';'),
            ),
            ("wake,唤醒,a;b;c;d,我醒\nrise,起,,\n", Some(',')),
            ("wake\t唤醒\ta,b,c,d\te\nrise\t起\t\t\n", Some('\t')),
            // Nothing tells these two apart.
            ("wake;唤醒;I wake, early, daily, now;我醒\n", None),
            ("a,b;c,d;e,f;g\n", None),
            ("a,b,c\n", None),
        ] {
            assert_eq!(separator(file), want, "{file}");
        }
    }
}
