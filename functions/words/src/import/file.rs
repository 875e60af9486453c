//! A file of words, whichever program wrote it: through all stages from its bytes to its words.

use std::ops::Range;

use bytes::Bytes;

use super::{
    columns::layout::{self, Layout},
    flaw::{FileFlaw, MAX_WORDS},
    reading::Reading,
    text::{charset, head::Head, quizlet},
    words::{
        json,
        line::Line,
        table::{Source, Table},
    },
};
use crate::draft::Field;

/// How workbooks begin: those of today are archives, as Anki's packages are, and those of Excel until 2003 not.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"];

/// A file, and how it is read.
#[derive(Debug)]
pub(crate) struct File {
    text: Bytes,
    kind: Kind,
    /// What could have been read otherwise.
    pub(crate) readings: Vec<Reading>,
}

#[derive(Debug)]
enum Kind {
    /// A table behind a head of so many bytes and lines.
    Table {
        layout: Layout,
        head: (usize, u64),
        source: Source,
    },
    /// A list of elements at these places.
    Json(Vec<Range<usize>>),
}

impl File {
    /// Finds out how a file is to be read.
    ///
    /// # Errors
    /// Where its text or one of its lines is too long, it has too many words, is no text, is empty, or nothing tells
    /// what its columns are.
    pub(crate) fn parse(file: Bytes) -> Result<Self, FileFlaw> {
        if WORKBOOKS.iter().any(|begin| file.starts_with(begin)) {
            return Err(FileFlaw::Workbook);
        }
        // JSON is UTF-8, and so is whatever Anki writes.
        let has_choice = !json::is_json(&file) && !Head::parse(&file).is_anki;
        let (text, choice) = charset::text(file, has_choice)?;
        let mut readings = Vec::new();
        readings.extend(choice.map(|(taken, others)| Reading::Charset { taken, others }));
        if json::is_json(&text) {
            let kind = Kind::Json(json::elements(&text)?);
            return Ok(Self {
                text,
                kind,
                readings,
            });
        }
        let head = Head::parse(&text);
        let text = quizlet::lines_of_rows(&text).unwrap_or(text);
        let (text, (layout, more)) = match layout::find(behind(&text, head.bytes), &head) {
            Ok(found) => (text, found),
            Err(flaw) => of_dashes(&text, &head).ok_or(flaw)?,
        };
        if layout.widths.rows.saturating_sub(layout.skipped) > MAX_WORDS {
            return Err(FileFlaw::TooManyWords);
        }
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

    /// Its words.
    ///
    /// # Errors
    /// Where the names of the columns cannot be read.
    pub(crate) fn lines(&self) -> Result<Lines<'_>, FileFlaw> {
        Ok(match &self.kind {
            Kind::Table {
                layout,
                head: (bytes, lines),
                source,
            } => {
                let table = behind(&self.text, *bytes);
                let table = Table::open(table, layout, *source, *lines + 1)?;
                Lines::Table(Box::new(table))
            }
            Kind::Json(elements) => Lines::Json(json::Words::new(&self.text, elements)),
        })
    }
}

/// The text and the layout of pairs with a dash between their halves, if it is such a file.
fn of_dashes(text: &[u8], head: &Head) -> Option<(Bytes, (Layout, Vec<Reading>))> {
    let tabbed = quizlet::tabs_of_dashes(text)?;
    let layout = layout::find(&tabbed, head).ok()?;
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
pub(crate) enum Lines<'a> {
    Table(Box<Table<'a>>),
    Json(json::Words<'a>),
}

impl Iterator for Lines<'_> {
    type Item = Result<Line, FileFlaw>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Table(table) => table.next(),
            Self::Json(words) => words.next().map(Ok),
        }
    }
}
