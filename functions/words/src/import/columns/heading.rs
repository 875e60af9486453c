//! A line that names the columns.

use csv::ByteRecord;

use super::{names::Name, sample::Sample};
use crate::{
    draft::{Field, PerField},
    import::flaw::FileFlaw,
};

/// Which column each field is in.
pub(crate) type Columns = PerField<Option<usize>>;

/// Which column has a name of each field, and how well it says so: 0 is best.
pub(crate) type Named = PerField<Option<(usize, u8)>>;

/// A line with names for both that a word needs.
#[derive(Debug)]
pub(crate) struct Heading {
    fields: Named,
    /// Every name of a field, with its column and how well it says so.
    names: Vec<(usize, Field, u8)>,
    /// How many columns there are.
    pub(crate) width: usize,
    /// Whether each field has the name that our own export gives it.
    pub(crate) is_own: bool,
}

/// Whether a line may be a title above a table: it has at most one field with something in it, and nothing there that
/// could separate it.
pub(crate) fn is_title(record: &ByteRecord) -> bool {
    let mut filled = record.iter().filter(|cell| !cell.trim_ascii().is_empty());
    let title = filled.next().unwrap_or_default();
    let separates = |byte: &u8| matches!(byte, b',' | b';' | b'\t');
    filled.next().is_none() && !title.iter().any(separates)
}

impl Heading {
    /// The heading that a line is; none where it does not name both that a word needs.
    ///
    /// # Errors
    /// Where it names one twice.
    pub(crate) fn parse(record: &ByteRecord) -> Result<Option<Self>, FileFlaw> {
        let fields = fields_of(record);
        if !matches!(fields, [Some(_), Some(_), ..]) {
            return Ok(None);
        }
        let mut is_own = true;
        for field in Field::ALL {
            let is_name = |cell: &&[u8]| {
                cell.trim_ascii()
                    .eq_ignore_ascii_case(field.name().as_bytes())
            };
            match record.iter().filter(is_name).count() {
                0 => is_own = false,
                1 => {}
                _ => return Err(FileFlaw::ColumnTwice(field)),
            }
        }
        Ok(Some(Self {
            fields,
            names: field_names(record).collect(),
            width: record.len(),
            is_own,
        }))
    }

    /// Whether a line has a name for this field.
    pub(crate) fn names(record: &ByteRecord, field: Field) -> bool {
        fields_of(record)[field as usize].is_some()
    }

    /// Which column each field is in by its name.
    pub(crate) fn columns(&self) -> Columns {
        self.fields.map(|column| column.map(|(column, _)| column))
    }

    /// The same, and what is in the columns tells those apart whose names could mean several; and whether anything but
    /// the names decided, or one of these was passed over.
    pub(crate) fn columns_by(&self, sample: &Sample) -> (Columns, bool) {
        let mut columns = self.columns();
        for field in Field::ALL {
            columns[field as usize] = self.column_by(field, sample).or(columns[field as usize]);
        }
        let translation = self.translation(&columns, sample);
        columns[Field::SentenceChi as usize] = columns[Field::SentenceChi as usize].or(translation);
        let is_swapped = self.swap(&mut columns, sample);
        let is_passed_over = |(column, ..): &(usize, Field, u8)| !columns.contains(&Some(*column));
        let is_choice =
            is_swapped || translation.is_some() || self.names.iter().any(is_passed_over);
        (columns, is_choice)
    }

    /// The column for this field, where several have a name that could mean it: one of its language, and for a word
    /// rather not the one behind a sentence, which is that one's translation.
    fn column_by(&self, field: Field, sample: &Sample) -> Option<usize> {
        let (_, best) = self.fields[field as usize].filter(|(_, rank)| *rank > 0)?;
        let sentence = self.columns()[Field::SentenceEng as usize];
        let is_behind = |column: usize| {
            field == Field::Chinese && sentence.is_some_and(|sentence| sentence + 1 == column)
        };
        let own = self.names.iter().filter(|(_, other, _)| *other == field);
        own.filter(|(.., rank)| *rank >= best)
            .min_by_key(|(column, _, rank)| {
                (!suits(field, *column, sample), is_behind(*column), *rank)
            })
            .map(|(column, ..)| *column)
    }

    /// The column of a sentence's translation that is called as a word's is, such as the second `翻译`.
    fn translation(&self, columns: &Columns, sample: &Sample) -> Option<usize> {
        let [_, chinese, sentence, translation, ..] = *columns;
        let sentence = sentence.filter(|_| translation.is_none())?;
        let mut names = self.names.iter().copied();
        let found = names.find(|(column, field, rank)| {
            let is_other = *column > sentence && Some(*column) != chinese;
            let may_be = suits(Field::SentenceChi, *column, sample) || !sample.is_used(*column);
            *field == Field::Chinese && *rank > 0 && is_other && may_be
        });
        found.map(|(column, ..)| column)
    }

    /// Swaps columns whose names could mean either language where what is in them is the other: on a card's front may
    /// be one or the other. Says whether it did.
    fn swap(&self, columns: &mut Columns, sample: &Sample) -> bool {
        let is_chinese =
            |column: Option<usize>| column.is_some_and(|column| sample.is_chinese(column));
        let [english, chinese, sentence_eng, sentence_chi, ..] = *columns;
        let is_open = |field: Field| self.fields[field as usize].is_some_and(|(_, rank)| rank > 0);
        let words = is_open(Field::English)
            && is_open(Field::Chinese)
            && is_chinese(english)
            && !is_chinese(chinese);
        if words {
            columns.swap(Field::English as usize, Field::Chinese as usize);
        }
        let sentences =
            is_open(Field::SentenceEng) && is_chinese(sentence_eng) && !is_chinese(sentence_chi);
        if sentences {
            columns.swap(Field::SentenceEng as usize, Field::SentenceChi as usize);
        }
        words || sentences
    }
}

/// Whether a column has something of this field's language in it.
fn suits(field: Field, column: usize, sample: &Sample) -> bool {
    let is_chinese = matches!(field, Field::Chinese | Field::SentenceChi);
    sample.is_used(column) && sample.is_chinese(column) == is_chinese
}

/// The columns with the name of a field, and how well each says so.
fn field_names(record: &ByteRecord) -> impl Iterator<Item = (usize, Field, u8)> {
    let cells = record.iter().enumerate();
    cells.filter_map(|(column, cell)| match Name::parse(cell) {
        Some(Name::Field(field, rank)) => Some((column, field, rank)),
        _ => None,
    })
}

/// Which column a line names for each field: the one whose name says it best, and of several the first.
pub(crate) fn fields_of(record: &ByteRecord) -> Named {
    let mut fields = Named::default();
    for (column, field, rank) in field_names(record) {
        let known = &mut fields[field as usize];
        if known.is_none_or(|(_, other)| rank < other) {
            *known = Some((column, rank));
        }
    }
    fields
}

/// The columns that a line gives a name that no field has.
pub(crate) fn others_of(record: &ByteRecord) -> Vec<usize> {
    let cells = record.iter().enumerate();
    cells
        .filter(|(_, cell)| Name::parse(cell) == Some(Name::Other))
        .map(|(index, _)| index)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(cells: &[&str]) -> Option<Columns> {
        let heading = Heading::parse(&ByteRecord::from(cells.to_vec())).unwrap();
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
