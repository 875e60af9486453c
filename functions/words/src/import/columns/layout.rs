//! How a table is written: what separates its columns, and which column each field is in.
//!
//! The first line names the columns, in any order; see `names`. A file without such a line is read by what is in
//! its columns (see `guess`), or as the tutorial's table: the four fields, with or without an id in front. What
//! separates is said above the table (see `head`), or else it is a comma, a semicolon or a tab, as spreadsheet
//! programs write one or another by the country they are in.
//!
//! The names decide which it is, as a text may have any of the three. Where there are none, the one does with
//! which the columns make sense or, in the tutorial's table, every line has as many fields as the first.

use super::{
    guess::Guess,
    heading::{Columns, Heading, is_title},
    sample::{Sample, any_cell},
};
use crate::{
    draft::Field,
    import::{
        flaw::FileFlaw,
        reading::Reading,
        rows::{
            Row,
            dialect::Dialect,
            survey::{Survey, Widths},
        },
        text::head::Head,
        words::markup,
    },
};

const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// How many of the first lines are looked at for names of columns: there may be titles above these.
const TOP_LINES: usize = 20;

/// How a table is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) dialect: Dialect,
    pub(crate) columns: Columns,
    /// How many columns there are.
    pub(crate) width: usize,
    /// How many fields the rows have.
    pub(crate) widths: Widths,
    /// How many rows at its top are not words.
    pub(crate) skipped: usize,
    /// Whether the texts are HTML.
    pub(crate) is_html: bool,
    /// Whether the columns are named as our own export names them.
    pub(crate) is_own: bool,
}

/// A layout, and how the table was read where that was a choice.
type Found = (Layout, Vec<Reading>);

/// A table as it may be separated.
struct Candidate {
    survey: Survey,
    /// The same with quotation marks as text, where they may be that: flash card programs write them as they are.
    as_text: Option<Survey>,
}

/// The layout of a table, which stands behind its head, and how it was read where that was a choice.
///
/// # Errors
/// Where it is empty, has too many fields in a line, or nothing tells which columns it has.
pub(crate) fn find(table: &[u8], head: &Head) -> Result<Found, FileFlaw> {
    let separators = head.separator.map_or(SEPARATORS.to_vec(), |one| vec![one]);
    let candidates: Vec<Candidate> = separators
        .iter()
        .map(|separator| Candidate::read(table, head, *separator))
        .filter(|candidate| candidate.survey.widths.rows > 0 || candidate.survey.flaw.is_none())
        .collect();
    if candidates
        .first()
        .is_some_and(|candidate| candidate.survey.widths.rows == 0)
    {
        // Where the columns are named, an empty file is one that was exported without words.
        let names = head.columns.as_ref().ok_or(FileFlaw::Empty)?;
        let heading = Heading::parse(names)?;
        let columns = heading.map_or(Columns::default(), |heading| heading.columns());
        let dialect = Dialect::new(head.separator.unwrap_or(b'\t'));
        let layout = Layout {
            columns,
            ..Layout::new(dialect, names.len(), Widths::default())
        };
        return Ok((layout, Vec::new()));
    }
    if let (Some(names), [only]) = (&head.columns, &candidates[..])
        && let Some(heading) = Heading::parse(names)?
    {
        return named(&only.survey, head, &heading, 0);
    }
    for candidate in &candidates {
        let Some((heading, line)) = heading_of(&candidate.survey)? else {
            continue;
        };
        // Where quotation marks are text, it may be another line.
        if let Some(survey) = &candidate.as_text
            && let Some((heading, line)) = heading_of(survey)?
        {
            let (layout, mut readings) = named(survey, head, &heading, line + 1)?;
            readings.insert(0, Reading::Quotes);
            return Ok((layout, readings));
        }
        return named(&candidate.survey, head, &heading, line + 1);
    }
    unnamed(head, &candidates)?.ok_or_else(|| why_not(&candidates, separators.len()))
}

impl Candidate {
    fn read(table: &[u8], head: &Head, separator: u8) -> Self {
        let dialect = Dialect {
            has_comments: head.is_anki,
            ..Dialect::new(separator)
        };
        let line = head.lines + 1;
        let survey = Survey::read(table, dialect, line);
        let may_be_text = separator == b'\t' && !head.is_anki && survey.has_stray_quotes;
        let without_quotes = Dialect {
            has_quotes: false,
            ..dialect
        };
        Self {
            survey,
            as_text: may_be_text.then(|| Survey::read(table, without_quotes, line)),
        }
    }
}

impl Layout {
    /// That of a table of which nothing is known but its width.
    fn new(dialect: Dialect, width: usize, widths: Widths) -> Self {
        Self {
            dialect,
            columns: Columns::default(),
            width,
            widths,
            skipped: 0,
            is_html: false,
            is_own: false,
        }
    }
}

/// The heading among the first rows, and which of these it is. Above it there may be titles.
///
/// # Errors
/// Where it names a column twice.
fn heading_of(survey: &Survey) -> Result<Option<(Heading, usize)>, FileFlaw> {
    for (line, row) in survey.sample.iter().take(TOP_LINES).enumerate() {
        if let Some(heading) = Heading::parse(&row.fields)? {
            return Ok(Some((heading, line)));
        }
        if !is_title(&row.fields) {
            break;
        }
    }
    Ok(None)
}

/// The layout of a table of which the names of the columns are known.
///
/// # Errors
/// Where a line has too many fields.
fn named(
    survey: &Survey,
    head: &Head,
    heading: &Heading,
    skipped: usize,
) -> Result<Found, FileFlaw> {
    let widths = whole(survey)?;
    let sample = Sample::new(survey.sample.get(skipped..).unwrap_or_default());
    let (is_html, reading) = match head.is_html {
        None if head.is_anki => markup_of(&survey.sample),
        said => (said.unwrap_or_default(), None),
    };
    let (columns, is_choice) = heading.columns_by(&sample);
    let layout = Layout {
        columns,
        skipped,
        is_html,
        is_own: heading.is_own,
        ..Layout::new(survey.dialect, heading.width, widths)
    };
    let choice = is_choice.then_some(Reading::Columns(columns));
    Ok((layout, choice.into_iter().chain(reading).collect()))
}

/// That of a table without names, or with names that are not known; none where nothing tells the columns.
///
/// # Errors
/// Where a line has too many fields.
fn unnamed(head: &Head, candidates: &[Candidate]) -> Result<Option<Found>, FileFlaw> {
    let mut guesses = Vec::new();
    for candidate in candidates {
        let survey = candidate.as_text.as_ref().unwrap_or(&candidate.survey);
        guesses.extend(Guess::new(head, survey).map(|guess| (guess, survey)));
    }
    let Some(taken) = choose(&guesses) else {
        return Ok(None);
    };
    let (guess, survey) = &guesses[taken];
    let mut readings = Vec::new();
    if guesses.len() > 1 {
        let others = guesses
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != taken);
        readings.push(Reading::Separator {
            taken: survey.dialect.separator,
            others: others
                .map(|(_, (_, other))| other.dialect.separator)
                .collect(),
        });
    }
    if !survey.dialect.has_quotes {
        readings.push(Reading::Quotes);
    }
    readings.extend(guess.readings());
    let (is_html, reading) = match head.is_html {
        None if survey.dialect.separator == b'\t' || head.is_anki => markup_of(&survey.sample),
        said => (said.unwrap_or_default(), None),
    };
    readings.extend(reading);
    let layout = Layout {
        columns: guess.columns,
        skipped: usize::from(guess.has_names),
        is_html,
        ..Layout::new(survey.dialect, guess.width, whole(survey)?)
    };
    Ok(Some((layout, readings)))
}

/// The one that is right, if it can be told: the columns make sense in one alone, or else every line has as many
/// fields as the first in one alone.
fn choose(guesses: &[(Guess, &Survey)]) -> Option<usize> {
    let only = |which: &dyn Fn(&(Guess, &Survey)) -> bool| {
        let mut which = guesses.iter().enumerate().filter(|(_, guess)| which(guess));
        let first = which.next().map(|(index, _)| index);
        first.filter(|_| which.next().is_none())
    };
    if guesses.len() == 1 {
        return Some(0);
    }
    if guesses.iter().any(|(guess, _)| guess.makes_sense) {
        let pure = only(&|(guess, _)| guess.makes_sense && guess.is_pure);
        return pure.or_else(|| only(&|(guess, _)| guess.makes_sense));
    }
    only(&|(_, survey)| survey.widths.is_even)
}

/// The widths of a table that can be read to its end.
fn whole(survey: &Survey) -> Result<Widths, FileFlaw> {
    survey.flaw.map_or_else(|| Ok(survey.widths.clone()), Err)
}

/// Whether a table's texts are HTML where nothing says so.
fn markup_of(rows: &[Row]) -> (bool, Option<Reading>) {
    let is_html = any_cell(rows, markup::is_in);
    (is_html, is_html.then_some(Reading::Markup))
}

/// Why a table cannot be read.
fn why_not(candidates: &[Candidate], tried: usize) -> FileFlaw {
    if candidates.len() < tried {
        return FileFlaw::TooManyFields { line: 1 };
    }
    let has = |field: Field| {
        let mut first = candidates
            .iter()
            .filter_map(|candidate| candidate.survey.sample.first());
        first.any(|row| Heading::names(&row.fields, field))
    };
    match (has(Field::English), has(Field::Chinese)) {
        (true, false) => FileFlaw::NoColumn(Field::Chinese),
        (false, true) => FileFlaw::NoColumn(Field::English),
        _ => FileFlaw::UnnamedColumns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(file: &str) -> Option<(Layout, Vec<Reading>)> {
        find(file.as_bytes(), &Head::default()).ok()
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
        let flaw = find(many.as_bytes(), &Head::default()).unwrap_err();
        assert_eq!(flaw, FileFlaw::TooManyFields { line: 1 });
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
