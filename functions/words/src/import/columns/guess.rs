//! The columns of a table without names, by what is in them: English has no Chinese characters, and Chinese has.

use csv::ByteRecord;

use super::{
    heading::{Columns, Named, fields_of, others_of},
    names::{self, Name},
    sample::{Sample, fits, most_fit},
};
use crate::{
    draft::Field,
    import::{reading::Reading, rows::survey::Survey, text::head::Head},
};

/// How a table may be written.
#[derive(Debug)]
pub(crate) struct Guess {
    pub(crate) columns: Columns,
    pub(crate) width: usize,
    /// Whether the first line is no word, but has names that are not known.
    pub(crate) has_names: bool,
    /// Whether what is in the columns tells them apart. Otherwise it is the tutorial's table by its width.
    pub(crate) makes_sense: bool,
    /// Whether the Chinese has no English in it, as it has where the separator is another.
    pub(crate) is_pure: bool,
    /// Whether the columns are not in the order of the tutorial's table, or more than these.
    is_odd: bool,
}

impl Guess {
    /// What was chosen.
    pub(crate) fn readings(&self) -> Vec<Reading> {
        let mut readings = Vec::new();
        if self.has_names {
            readings.push(Reading::FirstLine);
        }
        if self.is_odd {
            readings.push(Reading::Columns(self.columns));
        }
        readings
    }
}

impl Guess {
    /// What a table may be with this separator, if anything.
    pub(crate) fn new(head: &Head, survey: &Survey) -> Option<Self> {
        let rows = &survey.sample;
        // A word has two columns at least.
        let first = &rows.first().filter(|first| first.fields.len() > 1)?.fields;
        if survey.flaw.is_some() {
            return None;
        }
        let width = survey.widths.columns();
        let whole = Sample::new(rows);
        let rest = Sample::new(rows.get(1..).unwrap_or_default());
        let is_alone = rest.lines == 0;
        let sample = if is_alone { &whole } else { &rest };
        let content = content(head, sample, width);
        // Pinyin stands for the English where there is no other.
        let spoken = content.iter().copied();
        let no_pinyin: Vec<usize> = spoken.filter(|column| !whole.is_pinyin(*column)).collect();
        let found = [no_pinyin, content].into_iter();
        let mut found = found.filter_map(|content| Some((pair(sample, &content)?, content)));
        let Some((pair, content)) = found.next() else {
            return by_width(first, width);
        };
        let named = fields_of(first);
        let others = others_of(first);
        let is_known = named.iter().any(Option::is_some) || !others.is_empty();
        let has_names = if fits(first, pair) {
            names_pair(first, pair)
        } else {
            !is_alone && (is_known || most_fit(rows, first, pair))
        };
        let mut columns = columns_of(pair);
        if has_names {
            columns = without(&others, &content, sample).unwrap_or(columns);
            take_named(&mut columns, named, &content, sample);
        }
        let free = |columns: &Columns| -> Vec<usize> {
            let free = content.iter().copied();
            free.filter(|column| !columns.contains(&Some(*column)))
                .filter(|column| !(has_names && others.contains(column)))
                .collect()
        };
        let unknown = free(&columns);
        // With more, which of them are sentences is anybody's guess.
        if unknown.len() > 2 && !head.is_anki && !has_names {
            return None;
        }
        let has_more = unknown.iter().any(|column| sample.is_used(*column));
        let is_whole = content.len() == 4;
        let sentences = unknown.iter().copied().filter(|column| {
            sample.is_used(*column)
                && (head.is_anki || is_whole || sample.may_be_sentences(*column))
        });
        take_sentences(&mut columns, &sentences.collect::<Vec<_>>(), sample);
        if content.len() <= 4 {
            // A sentence may come later in the file.
            let later = free(&columns).into_iter();
            let later = later.filter(|column| is_whole || !sample.is_used(*column));
            for (column, field) in later.zip(open_sentences(&columns)) {
                columns[field as usize] = Some(column);
            }
        }
        // Where the tags are in the fifth column, there are four before it.
        let has_four = content.len() == 4 || head.others == [4];
        let is_in_order = columns.iter().flatten().eq(&content);
        let is_tutorials = has_four && is_in_order;
        Some(Self {
            columns,
            width,
            has_names,
            makes_sense: true,
            is_pure: columns[1].is_some_and(|column| !sample.is_mixed(column)),
            is_odd: has_more && !is_tutorials || has_names && is_known,
        })
    }
}

/// Whether a first line that could be a word names one of the columns of a word in spite of it. It does not where the
/// other cell has a name for the same in it, as `英语课` has for `English`: that is a word and its translation.
fn names_pair(first: &ByteRecord, [english, chinese]: [usize; 2]) -> bool {
    let cell = |column: usize| first.get(column).unwrap_or_default();
    let is_named = |column: usize, other: usize, own: Field| {
        Name::parse(cell(column)) == Some(Name::Field(own, 0)) && !names::is_in(cell(other), own)
    };
    is_named(english, chinese, Field::English) || is_named(chinese, english, Field::Chinese)
}

/// The columns of English and Chinese among those whose names do not say that they have something else.
fn without(others: &[usize], content: &[usize], sample: &Sample) -> Option<Columns> {
    let content = content.iter().copied();
    let left: Vec<usize> = content.filter(|column| !others.contains(column)).collect();
    pair(sample, &left).map(columns_of)
}

/// The columns of English and Chinese alone.
fn columns_of([english, chinese]: [usize; 2]) -> Columns {
    let mut columns = Columns::default();
    columns[Field::English as usize] = Some(english);
    columns[Field::Chinese as usize] = Some(chinese);
    columns
}

/// The sentences that have no column.
fn open_sentences(columns: &Columns) -> Vec<Field> {
    let sentences = [Field::SentenceEng, Field::SentenceChi].into_iter();
    sentences
        .filter(|field| columns[*field as usize].is_none())
        .collect()
}

/// Takes sentences from the columns that are free, by their language.
fn take_sentences(columns: &mut Columns, free: &[usize], sample: &Sample) {
    for field in open_sentences(columns) {
        let is_chinese = field == Field::SentenceChi;
        let mut fitting = free.iter().copied();
        columns[field as usize] = fitting.find(|column| sample.is_chinese(*column) == is_chinese);
    }
}

/// The columns that may have a field of a word.
fn content(head: &Head, sample: &Sample, width: usize) -> Vec<usize> {
    let is_content = |column: &usize| {
        !head.others.contains(column)
            && !sample.is_of_numbers(*column)
            && !sample.is_phonetic(*column)
    };
    // The tutorial's table may have a number for a word.
    let is_tutorials = width == 4 && sample.is_chinese(1);
    (0..width)
        .filter(|column| is_content(column) || (is_tutorials && *column == 0))
        .collect()
}

/// The columns of English and Chinese, if what is in them tells these apart.
fn pair(sample: &Sample, content: &[usize]) -> Option<[usize; 2]> {
    let find = |chinese: bool| {
        let mut columns = content.iter().copied();
        columns.find(|column| sample.is_filled(*column) && sample.is_chinese(*column) == chinese)
    };
    Some([find(false)?, find(true)?])
}

/// Takes the columns over whose names are known.
fn take_named(columns: &mut Columns, named: Named, content: &[usize], sample: &Sample) {
    for field in Field::ALL {
        let Some((column, rank)) = named[field as usize] else {
            continue;
        };
        // A name that could be either is no more than what is in the column.
        let suits =
            sample.is_chinese(column) == matches!(field, Field::Chinese | Field::SentenceChi);
        if rank == 0 || suits {
            columns[field as usize] = Some(column);
        }
    }
    // What was taken for one by its looks may be the other by its name.
    for (field, chinese) in [(Field::English, false), (Field::Chinese, true)] {
        let own = columns[field as usize];
        let is_taken = Field::ALL
            .into_iter()
            .any(|other| other != field && columns[other as usize] == own);
        if is_taken && named[field as usize].is_none() {
            let mut free = content
                .iter()
                .copied()
                .filter(|column| !columns.contains(&Some(*column)));
            let other = free
                .find(|column| sample.is_filled(*column) && sample.is_chinese(*column) == chinese);
            columns[field as usize] = other.or(own);
        }
    }
}

/// The tutorial's table, which is told by its width, where the first line does not name a column.
fn by_width(first: &ByteRecord, width: usize) -> Option<Guess> {
    let is_id = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let columns = match width {
        4 => [0, 1, 2, 3],
        5 if first.get(0).is_some_and(is_id) => [1, 2, 3, 4],
        _ => return None,
    };
    let names_one = first.iter().any(|cell| Name::parse(cell).is_some());
    if names_one && !fits(first, [columns[0], columns[1]]) {
        return None;
    }
    Some(Guess {
        columns: columns.map(Some),
        width,
        has_names: false,
        makes_sense: false,
        is_pure: false,
        is_odd: false,
    })
}
