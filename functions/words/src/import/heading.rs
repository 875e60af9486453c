//! A line that names the columns.

use csv::ByteRecord;
use kit::Result;

use super::{
    layout::Columns,
    names::{self, Name},
    sample::Sample,
    table::bad_file,
};
use crate::draft::Field;

/// A line with names for both that a word needs.
#[derive(Debug)]
pub(super) struct Heading {
    /// Where each field is, and how well the name says so.
    fields: [Option<(usize, u8)>; 4],
    /// How many columns there are.
    pub(super) width: usize,
}

/// The heading among the first lines, and which of these it is. Above it there may be titles: lines with one field
/// and nothing that could separate it.
///
/// # Errors
/// 422 where it names a column twice.
pub(super) fn heading_of(records: &[ByteRecord]) -> Result<Option<(Heading, usize)>> {
    for (line, record) in records.iter().enumerate() {
        if let Some(heading) = Heading::of(record)? {
            return Ok(Some((heading, line)));
        }
        let mut filled = record.iter().filter(|cell| !cell.trim_ascii().is_empty());
        let title = filled.next().unwrap_or_default();
        let separates = |byte: &u8| matches!(byte, b',' | b';' | b'\t');
        if filled.next().is_some() || title.iter().any(separates) {
            break;
        }
    }
    Ok(None)
}

impl Heading {
    /// The heading that a line is; none where it does not name both that a word needs.
    ///
    /// # Errors
    /// 422 where it names one twice.
    pub(super) fn of(record: &ByteRecord) -> Result<Option<Self>> {
        let fields = fields_of(record);
        if !matches!(fields, [Some(_), Some(_), ..]) {
            return Ok(None);
        }
        for field in Field::ALL {
            let is_own = |cell: &&[u8]| {
                cell.trim_ascii()
                    .eq_ignore_ascii_case(field.name().as_bytes())
            };
            if record.iter().filter(is_own).count() > 1 {
                return Err(bad_file(&format!("names the column {field} twice")));
            }
        }
        Ok(Some(Self {
            fields,
            width: record.len(),
        }))
    }

    /// Whether a line has a name for this field.
    pub(super) fn names(record: &ByteRecord, field: Field) -> bool {
        fields_of(record)[field as usize].is_some()
    }

    /// Which column each field is in by its name.
    pub(super) fn columns(&self) -> Columns {
        self.fields.map(|column| column.map(|(column, _)| column))
    }

    /// The same, and what is in the columns tells those apart whose names could mean either language: on a card's
    /// front may be one or the other.
    pub(super) fn columns_by(&self, sample: &Sample) -> Columns {
        let mut columns = self.columns();
        let is_chinese =
            |column: Option<usize>| column.is_some_and(|column| sample.is_chinese(column));
        let [english, chinese, sentence_eng, sentence_chi] = columns;
        let is_open = |field: Field| self.fields[field as usize].is_some_and(|(_, rank)| rank > 0);
        if is_open(Field::English)
            && is_open(Field::Chinese)
            && is_chinese(english)
            && !is_chinese(chinese)
        {
            columns.swap(Field::English as usize, Field::Chinese as usize);
        }
        if is_open(Field::SentenceEng) && is_chinese(sentence_eng) && !is_chinese(sentence_chi) {
            columns.swap(Field::SentenceEng as usize, Field::SentenceChi as usize);
        }
        columns
    }
}

/// Which column a line names for each field: the one whose name says it best, and of several the first.
pub(super) fn fields_of(record: &ByteRecord) -> [Option<(usize, u8)>; 4] {
    let mut fields: [Option<(usize, u8)>; 4] = [None; 4];
    for (index, cell) in record.iter().enumerate() {
        if let Some(Name::Field(field, rank)) = names::of(cell) {
            let known = &mut fields[field as usize];
            if known.is_none_or(|(_, other)| rank < other) {
                *known = Some((index, rank));
            }
        }
    }
    fields
}

/// The columns that a line gives a name that no field has.
pub(super) fn others_of(record: &ByteRecord) -> Vec<usize> {
    let cells = record.iter().enumerate();
    cells
        .filter(|(_, cell)| names::of(cell) == Some(Name::Other))
        .map(|(index, _)| index)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(cells: &[&str]) -> Option<Columns> {
        let heading = Heading::of(&ByteRecord::from(cells.to_vec())).unwrap();
        heading.map(|heading| heading.columns())
    }

    #[test]
    fn a_line_that_names_both_is_a_heading() {
        for (cells, want) in [
            (&["english", "chinese"][..], [Some(0), Some(1), None, None]),
            (
                &["序号", "单词", "音标", "释义", "例句", "例句翻译"],
                [Some(1), Some(3), Some(4), Some(5)],
            ),
            (&["Front", "Back"], [Some(0), Some(1), None, None]),
            (&["中文", "英文"], [Some(1), Some(0), None, None]),
            (
                &["Word", "Definition", "Translation"],
                [Some(0), Some(2), None, None],
            ),
            (
                &["單字", "解釋", "Example"],
                [Some(0), Some(1), Some(2), None],
            ),
            (
                &["單字", "English", "chinese", "中文"],
                [Some(1), Some(2), None, None],
            ),
        ] {
            assert_eq!(heading(cells), Some(want), "{cells:?}");
        }
    }

    #[test]
    fn a_word_that_is_called_as_a_column_is_none() {
        for cells in [
            &["english", "英语"][..],
            &["english", "英语", "", ""],
            &["Chinese", "中文"],
            &["word", "单词"],
            &["sentence", "句子"],
            &["definition", "定义"],
            &["answer", "回答"],
            &["wake", "唤醒"],
            &[],
        ] {
            assert_eq!(heading(cells), None, "{cells:?}");
        }
    }
}
