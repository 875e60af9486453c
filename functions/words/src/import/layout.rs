//! How a table is written: what separates its columns, and which column each field is in.
//!
//! The first line names the columns, in any order; see `names`. A file without such a line is read by what is in
//! its columns (see `guess`), or as the tutorial's table: the four fields, with or without an id in front. What
//! separates is said above the table (see `head`), or else it is a comma, a semicolon or a tab, as spreadsheet
//! programs write one or another by the country they are in.
//!
//! The names decide which it is, as a text may have any of the three. Where there are none, the one does with
//! which the columns make sense or, in the tutorial's table, every line has as many fields as the first.

use csv::ByteRecord;
use kit::{Error, Result};

use super::{
    dialect::{Dialect, Glance},
    guess::{self, Guess},
    head::Head,
    heading::{Heading, heading_of, is_title},
    markup, quotes,
    reading::Reading,
    sample::{Sample, any_cell},
    table::{bad_file, too_many_fields},
    width::{Survey, is_first_fit},
};
use crate::draft::Field;

const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// How many of the first lines are looked at for names of columns: there may be titles above these.
const TOP_LINES: usize = 20;

/// Which column each field is in.
pub(super) type Columns = [Option<usize>; 4];

/// How a table is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) dialect: Dialect,
    pub(super) columns: Columns,
    /// How many columns there are.
    pub(super) width: usize,
    /// How many lines at its top are none of words.
    pub(super) skipped: usize,
    /// Whether the texts are HTML.
    pub(super) is_html: bool,
    /// Whether the columns are named as our own export names them.
    pub(super) is_own: bool,
}

/// The first lines by a separator: up to one that is no title.
pub(super) struct Top {
    pub(super) dialect: Dialect,
    pub(super) records: Vec<ByteRecord>,
}

/// The layout of a table, which stands behind its head, and how it was read where that was a choice.
///
/// # Errors
/// 422 where it is empty, or nothing tells which columns it has.
pub(super) fn of(table: &[u8], head: &Head) -> Result<(Layout, Vec<Reading>)> {
    let separators = head.separator.map_or(SEPARATORS.to_vec(), |one| vec![one]);
    let mut tops = Vec::new();
    for separator in &separators {
        let dialect = Dialect {
            has_comments: head.is_anki,
            ..Dialect::of(*separator)
        };
        if is_first_fit(table, dialect) {
            tops.push(top_of(table, dialect));
        }
    }
    if tops.first().is_some_and(|top| top.records.is_empty()) {
        // Where the columns are named, an empty file is one that was exported without words.
        return match &head.columns {
            Some(names) => Ok((without_lines(head, names)?, Vec::new())),
            None => Err(bad_file("is empty")),
        };
    }
    if let (Some(names), [top]) = (&head.columns, &tops[..])
        && let Some(heading) = Heading::of(names)?
    {
        return named(table, head, top, &heading, 0);
    }
    for top in &tops {
        let Some((heading, line)) = heading_of(&top.records)? else {
            continue;
        };
        // Where quotation marks are text, it may be another line.
        if let Some(top) = of_text(table, head, top)?
            && let Some((heading, line)) = heading_of(&top.records)?
        {
            let (layout, mut readings) = named(table, head, &top, &heading, line + 1)?;
            readings.insert(0, Reading::Quotes);
            return Ok((layout, readings));
        }
        return named(table, head, top, &heading, line + 1);
    }
    unnamed(table, head, &tops)?.map_or_else(|| Err(why_not(&tops, separators.len())), Ok)
}

fn top_of(table: &[u8], dialect: Dialect) -> Top {
    let mut records = Vec::new();
    for record in Glance::at(table, dialect).take(TOP_LINES) {
        let is_title = is_title(&record);
        records.push(record);
        if !is_title {
            break;
        }
    }
    Top { dialect, records }
}

/// The layout of nothing.
fn without_lines(head: &Head, names: &ByteRecord) -> Result<Layout> {
    let columns = Heading::of(names)?.map_or([None; 4], |heading| heading.columns());
    Ok(Layout {
        dialect: Dialect::of(head.separator.unwrap_or(b'\t')),
        columns,
        width: names.len(),
        skipped: 0,
        is_html: false,
        is_own: false,
    })
}

/// That of a table of which the names of the columns are known.
fn named(
    table: &[u8],
    head: &Head,
    top: &Top,
    heading: &Heading,
    skipped: usize,
) -> Result<(Layout, Vec<Reading>)> {
    let sample = Sample::of(table, top.dialect, skipped);
    let (is_html, reading) = match head.is_html {
        None if head.is_anki => markup_of(table, top.dialect)?,
        said => (said.unwrap_or_default(), None),
    };
    let (columns, is_choice) = heading.columns_by(&sample);
    let layout = Layout {
        dialect: top.dialect,
        columns,
        width: heading.width,
        skipped,
        is_html,
        is_own: heading.is_own,
    };
    let choice = is_choice.then_some(Reading::Columns(columns));
    Ok((layout, choice.into_iter().chain(reading).collect()))
}

/// That of a table without names, or with names that are not known; none where nothing tells the columns.
fn unnamed(table: &[u8], head: &Head, tops: &[Top]) -> Result<Option<(Layout, Vec<Reading>)>> {
    let mut guesses = Vec::new();
    for top in tops {
        let guess = match of_text(table, head, top)? {
            Some(top) => guess::of(table, head, &top)?.map(|guess| (guess, true)),
            None => guess::of(table, head, top)?.map(|guess| (guess, false)),
        };
        guesses.extend(guess);
    }
    let Some(taken) = choose(table, &guesses)? else {
        return Ok(None);
    };
    let (guess, is_text) = &guesses[taken];
    let mut readings = Vec::new();
    if guesses.len() > 1 {
        let others = guesses
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != taken);
        readings.push(Reading::Separator {
            taken: guess.dialect.separator,
            others: others
                .map(|(_, (other, _))| other.dialect.separator)
                .collect(),
        });
    }
    if *is_text {
        readings.push(Reading::Quotes);
    }
    readings.extend(guess.readings());
    let (is_html, reading) = match head.is_html {
        None if guess.dialect.separator == b'\t' || head.is_anki => {
            markup_of(table, guess.dialect)?
        }
        said => (said.unwrap_or_default(), None),
    };
    readings.extend(reading);
    let layout = Layout {
        dialect: guess.dialect,
        columns: guess.columns,
        width: guess.width,
        skipped: usize::from(guess.has_names),
        is_html,
        is_own: false,
    };
    Ok(Some((layout, readings)))
}

/// The first lines once more where quotation marks are text in them: flash card programs write them as they are.
fn of_text(table: &[u8], head: &Head, top: &Top) -> Result<Option<Top>> {
    let is_theirs = top.dialect.separator == b'\t' && !head.is_anki;
    if !is_theirs || quotes::are_paired(table, top.dialect) {
        return Ok(None);
    }
    let dialect = Dialect {
        has_quotes: false,
        ..top.dialect
    };
    Ok(Some(top_of(table, dialect)))
}

/// The one that is right, if it can be told: the columns make sense in one alone, or else every line has as many
/// fields as the first in one alone.
fn choose(table: &[u8], guesses: &[(Guess, bool)]) -> Result<Option<usize>> {
    let only = |which: &dyn Fn(&Guess) -> bool| {
        let mut which = guesses
            .iter()
            .enumerate()
            .filter(|(_, (guess, _))| which(guess));
        let first = which.next().map(|(index, _)| index);
        first.filter(|_| which.next().is_none())
    };
    if guesses.len() == 1 {
        return Ok(Some(0));
    }
    if guesses.iter().any(|(guess, _)| guess.makes_sense) {
        let pure = only(&|guess| guess.makes_sense && guess.is_pure);
        return Ok(pure.or_else(|| only(&|guess| guess.makes_sense)));
    }
    Ok(only(&|guess| {
        Survey::of(table, guess.dialect).is_ok_and(|survey| survey.is_even)
    }))
}

/// Whether a table's texts are HTML where nothing says so.
fn markup_of(table: &[u8], dialect: Dialect) -> Result<(bool, Option<Reading>)> {
    let is_html = any_cell(table, dialect, markup::is_in);
    Ok((is_html, is_html.then_some(Reading::Markup)))
}

/// Why a table cannot be read.
fn why_not(tops: &[Top], tried: usize) -> Error {
    if tops.len() < tried {
        return too_many_fields(1);
    }
    let has = |field: Field| {
        let mut first = tops.iter().filter_map(|top| top.records.first());
        first.any(|record| Heading::names(record, field))
    };
    match (has(Field::English), has(Field::Chinese)) {
        (true, false) => bad_file("has no column chinese"),
        (false, true) => bad_file("has no column english"),
        _ => bad_file(
            "must name its columns in the first line: english, chinese, sentence_eng, sentence_chi",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(file: &str) -> Option<(Layout, Vec<Reading>)> {
        of(file.as_bytes(), &Head::default()).ok()
    }

    fn separator(file: &str) -> Option<char> {
        layout(file).map(|(layout, _)| char::from(layout.dialect.separator))
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
            ("单词；复习;英文;中文\n", ';'),
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
        let error = of(many.as_bytes(), &Head::default()).unwrap_err();
        assert!(
            error.to_string().contains("more than 10000 fields"),
            "{error}"
        );
    }

    #[test]
    fn without_names_every_line_decides() {
        for (file, want) in [
            (
                "wake;唤醒;I wake, early, daily, now;我醒\nrise;起床;;\n",
                Some(';'),
            ),
            ("wake,唤醒,a;b;c;d,我醒\nrise,起,,\n", Some(',')),
            ("wake\t唤醒\ta,b,c,d\te\nrise\t起\t\t\n", Some('\t')),
            ("a,b;c;d;e,f,g\nh,i,j,k\n", Some(',')),
            // What is in the columns does.
            ("wake;唤醒;I wake, early, daily, now;我醒\n", Some(';')),
            // Nothing tells these two apart.
            ("a;b;I c, d, e, now;f\n", None),
            ("a,b;c,d;e,f;g\n", None),
            ("a,b,c\n", None),
            ("a,b\n", None),
        ] {
            assert_eq!(separator(file), want, "{file}");
        }
    }

    #[test]
    fn where_another_separator_would_do_that_is_said() {
        let (_, readings) = layout("wake;唤醒;I wake, early, daily, now;我醒\n").unwrap();
        let want = Reading::Separator {
            taken: b';',
            others: vec![b','],
        };
        assert_eq!(readings, [want]);
        assert_eq!(layout("wake;唤醒;;\n").unwrap().1, []);
    }
}
