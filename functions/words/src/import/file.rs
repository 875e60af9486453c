//! A file of words, whichever program wrote it.

use std::ops::Range;

use bytes::Bytes;
use kit::Result;

use super::{
    charset,
    head::Head,
    json,
    layout::{self, Layout},
    quizlet,
    reading::Reading,
    table::{Line, Table, bad_file},
};
use crate::draft::Field;

/// How workbooks begin: those of today are archives, as Anki's packages are, and those of Excel until 2003 not.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"];

/// A file, and how it is read.
#[derive(Debug)]
pub(super) struct File {
    text: Bytes,
    kind: Kind,
    /// What could have been read otherwise.
    pub(super) readings: Vec<Reading>,
}

#[derive(Debug)]
enum Kind {
    /// A table behind a head of so many bytes and lines.
    Table {
        layout: Layout,
        head: (usize, u64),
        source: Source,
    },
    /// The list at this place.
    Json(Range<usize>),
}

/// Where a table comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A spreadsheet program. An apostrophe in front of a formula is none of the word's.
    Spreadsheet,
    /// A flash card program, which has no formulas and no apostrophes in front of them.
    Cards,
    /// Our own export for one: a half of a word that is empty is so on purpose.
    OwnCards,
}

impl File {
    /// Finds out how a file is to be read.
    ///
    /// # Errors
    /// 413 where its text is too long; 422 where it is no text, is empty, or nothing tells what its columns are.
    pub(super) fn of(file: Bytes) -> Result<Self> {
        if WORKBOOKS.iter().any(|begin| file.starts_with(begin)) {
            return Err(bad_file(
                "is no text but a workbook or a package: save it as \"CSV UTF-8\", or in Anki export \
                 \"Notes in Plain Text\"",
            ));
        }
        // JSON is UTF-8, and so is whatever Anki writes.
        let has_choice = !json::is_json(&file) && !Head::of(&file)?.is_anki;
        let (text, reading) = charset::text(file, has_choice)?;
        let mut readings: Vec<Reading> = reading.into_iter().collect();
        if json::is_json(&text) {
            let kind = Kind::Json(json::list_of(&text)?);
            return Ok(Self {
                text,
                kind,
                readings,
            });
        }
        let head = Head::of(&text)?;
        let text = quizlet::lines_of_rows(&text).unwrap_or(text);
        let (text, (layout, more)) = match layout::of(behind(&text, head.bytes), &head) {
            Ok(layout) => (text, layout),
            Err(error) => match of_dashes(&text, &head) {
                Some(found) => found,
                None => return Err(error),
            },
        };
        readings.extend(more);
        let source = source(&head, &layout);
        let kind = Kind::Table {
            layout,
            head: (head.bytes, head.lines),
            source,
        };
        Ok(Self {
            text,
            kind,
            readings,
        })
    }

    /// Its lines.
    ///
    /// # Errors
    /// 422 where the names of the columns cannot be read, or a line has too many fields.
    pub(super) fn lines(&self) -> Result<Lines<'_>> {
        Ok(match &self.kind {
            Kind::Table {
                layout,
                head: (bytes, lines),
                source,
            } => Lines::Table(Box::new(Table::open(
                behind(&self.text, *bytes),
                layout,
                *source,
                *lines,
            )?)),
            Kind::Json(list) => Lines::Json(json::Words::new(&self.text, list)),
        })
    }

    /// How many lines of words it has.
    ///
    /// # Errors
    /// As for [`File::lines`].
    pub(super) fn count(&self) -> Result<usize> {
        match self.lines()? {
            Lines::Table(table) => table.length(),
            Lines::Json(words) => Ok(words.count()),
        }
    }
}

/// The text and the layout of pairs with a dash between their halves, if it is such a file.
fn of_dashes(text: &[u8], head: &Head) -> Option<(Bytes, (Layout, Vec<Reading>))> {
    let tabbed = quizlet::tabs_of_dashes(text)?;
    let layout = layout::of(&tabbed, head).ok()?;
    Some((tabbed, layout))
}

fn behind(text: &[u8], bytes: usize) -> &[u8] {
    text.get(bytes..).unwrap_or_default()
}

/// Our own export for Anki says all that it asks for, and in this order.
fn source(head: &Head, layout: &Layout) -> Source {
    let is_own = head.separator == Some(b'\t')
        && head.is_html == Some(false)
        && head
            .columns
            .as_ref()
            .is_some_and(|columns| columns.iter().eq(Field::NAMES.map(str::as_bytes)));
    match (head.is_anki, is_own) {
        (true, true) => Source::OwnCards,
        (true, false) => Source::Cards,
        // Whoever writes tabs without our names knows nothing of our apostrophes.
        (false, _) if layout.dialect.separator == b'\t' && !layout.is_own => Source::Cards,
        (false, _) => Source::Spreadsheet,
    }
}

/// The lines of a file, one by one.
pub(super) enum Lines<'a> {
    Table(Box<Table<'a>>),
    Json(json::Words<'a>),
}

impl Iterator for Lines<'_> {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Table(table) => table.next(),
            Self::Json(words) => words.next().map(Ok),
        }
    }
}
