//! The words of a table, row by row; `layout` has found out how it is written.

use csv::ByteRecord;

use super::{
    line::{Line, LineFlaw, LineFlaws},
    markup,
};
use crate::{
    draft::{Draft, Field},
    formula,
    import::{columns::layout::Layout, flaw::FileFlaw, rows::Rows},
};

/// Where a table comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A spreadsheet program. An apostrophe in front of a formula is not part of the word.
    Spreadsheet,
    /// A flash card program, which has no formulas and no apostrophes in front of them.
    Cards,
    /// Our own export for one: a half of a word that is empty is so on purpose.
    OwnCards,
}

/// The words of a table.
pub(crate) struct Table<'a> {
    rows: Rows<'a>,
    layout: &'a Layout,
    source: Source,
    /// The row that names the columns, if one does.
    heading: Option<ByteRecord>,
    /// How many rows were read.
    read: usize,
}

impl<'a> Table<'a> {
    /// The words behind the rows that name the columns. The table begins in this line of its file.
    ///
    /// # Errors
    /// Where a quote opens in the names and is never closed.
    pub(crate) fn open(
        text: &'a [u8],
        layout: &'a Layout,
        source: Source,
        line: u64,
    ) -> Result<Self, FileFlaw> {
        let mut table = Self {
            rows: Rows::new(text, layout.dialect, line),
            layout,
            source,
            heading: None,
            read: 0,
        };
        for row in table.rows.by_ref().take(layout.skipped) {
            let row = row?;
            if let Some(line) = row.unclosed {
                return Err(FileFlaw::UnclosedQuote { line });
            }
            table.read += 1;
            table.heading = Some(row.fields);
        }
        Ok(table)
    }

    fn word(&self, row: &ByteRecord) -> Result<Draft, LineFlaws> {
        let (got, want) = (row.len(), self.layout.width);
        if got != want && !self.is_short(row) {
            return Err(vec![(None, LineFlaw::Width { got, want })]);
        }
        let mut flaws = Vec::new();
        let texts = Field::ALL.map(|field| {
            let bytes = self.layout.columns[field as usize]
                .and_then(|column| row.get(column))
                .unwrap_or_default();
            match str::from_utf8(bytes) {
                Ok(text) => self.text(field, text),
                Err(_) => {
                    flaws.push((Some(field), LineFlaw::NotUtf8));
                    None
                }
            }
        });
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let draft = Draft::default();
        let draft = if self.layout.is_own {
            draft.with_exported(texts)
        } else {
            draft.with(texts)
        };
        draft.map_err(|flaws| {
            let flaws = flaws.into_iter();
            flaws
                .map(|(field, flaw)| (Some(field), LineFlaw::Field(flaw)))
                .collect()
        })
    }

    /// Whether a row lacks nothing but sentences, and is in a block of rows alike: so
    /// Excel writes them.
    fn is_short(&self, row: &ByteRecord) -> bool {
        let got = row.len();
        let words = self.layout.columns.iter().take(2);
        let has_word = words.flatten().all(|column| *column < got);
        got < self.layout.width
            && has_word
            && self.layout.widths.is_short_as_its_block(self.read - 1, got)
    }

    /// A field's text as it was before a program wrote it; none where it is empty on purpose.
    fn text(&self, field: Field, text: &str) -> Option<String> {
        if self.layout.is_html {
            let text = markup::text(text);
            // What has one line has it from the editor.
            return Some(if field.is_sentence() {
                text
            } else {
                text.replace('\n', " ")
            });
        }
        match self.source {
            Source::Spreadsheet if !field.is_sentence() => {
                formula::restore_word(text).map(Into::into)
            }
            Source::Spreadsheet => Some(formula::restore(text).into()),
            Source::OwnCards if text.is_empty() => None,
            Source::Cards | Source::OwnCards => Some(text.to_owned()),
        }
    }
}

impl Iterator for Table<'_> {
    type Item = Result<Line, FileFlaw>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.rows.next()? {
                Ok(row) => row,
                Err(flaw) => return Some(Err(flaw)),
            };
            self.read += 1;
            // Where files were joined, the heading comes again.
            let is_heading = |heading: &ByteRecord| is_same(heading, &row.fields);
            if self.heading.as_ref().is_some_and(is_heading) {
                continue;
            }
            return Some(Ok(match row.unclosed {
                Some(line) => Line {
                    number: line,
                    word: Err(vec![(None, LineFlaw::UnclosedQuote)]),
                },
                None => Line {
                    number: row.line,
                    word: self.word(&row.fields),
                },
            }));
        }
    }
}

/// Whether two lines are the same but for the byte order mark that is in front of one where files were joined.
fn is_same(one: &ByteRecord, other: &ByteRecord) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| one == other.strip_prefix(b"\xef\xbb\xbf").unwrap_or(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{draft::Flaw, import::file::File};

    fn read(file: impl AsRef<[u8]>) -> Result<Vec<Line>, FileFlaw> {
        File::parse(file.as_ref().to_vec().into())?
            .lines()?
            .collect()
    }

    fn word(number: u64, fields: [&str; 4]) -> Line {
        let [english, chinese, sentence_eng, sentence_chi] = fields.map(str::to_owned);
        let word = Ok(Draft {
            english,
            chinese,
            sentence_eng,
            sentence_chi,
        });
        Line { number, word }
    }

    #[test]
    fn columns_are_found_by_their_names() {
        for file in [
            "english,chinese,sentence_eng,sentence_chi\nwake,唤醒,I wake,我醒\n",
            "\u{feff}id,english,chinese,sentence_eng,sentence_chi\r\n7,wake,唤醒,I wake,我醒\r\n",
            "Chinese, ENGLISH ,owner,sentence_chi,sentence_eng\n唤醒,wake,duke,我醒,I wake",
            "\"english\";\"chinese\";\"sentence_eng\";\"sentence_chi\"\n\"wake\";\"唤醒\";\"I wake\";\"我醒\"\n",
            "english\tchinese\tsentence_eng\tsentence_chi\nwake\t唤醒\tI wake\t我醒\n",
        ] {
            assert_eq!(
                read(file).unwrap(),
                [word(2, ["wake", "唤醒", "I wake", "我醒"])],
                "{file}"
            );
        }
    }

    #[test]
    fn the_tutorials_table_needs_no_names() {
        for (file, first) in [
            ("1,wake,唤醒,I wake,我醒\n2,rise,起床,,\n", 1),
            ("wake;唤醒;I wake;我醒\nrise;起床;;\n", 1),
            ("1\twake\t唤醒\tI wake\t我醒\n2\trise\t起床\t\t\n", 1),
        ] {
            assert_eq!(
                read(file).unwrap(),
                [
                    word(first, ["wake", "唤醒", "I wake", "我醒"]),
                    word(first + 1, ["rise", "起床", "", ""])
                ],
                "{file}"
            );
        }
    }

    #[test]
    fn a_word_may_be_called_as_a_column_is() {
        for file in ["1,English,英语,,\n", "english,英语,,\n"] {
            let words = read(file).unwrap();
            let draft = words[0].word.as_ref().unwrap();
            assert_eq!((words.len(), draft.chinese.as_str()), (1, "英语"), "{file}");
        }
    }

    #[test]
    fn sentences_may_be_left_out_and_lines_may_be_long_or_empty() {
        let file = "english,chinese,sentence_eng\n\na,一,\"one\r\ntwo, \"\"three\"\"\"\n\r\n\nb,二,\n c , 三 ,'=1+1\n";
        assert_eq!(
            read(file).unwrap(),
            [
                word(3, ["a", "一", "one\ntwo, \"three\"", ""]),
                word(7, ["b", "二", "", ""]),
                word(8, ["c", "三", "=1+1", ""]),
            ]
        );
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said_and_the_next_is_read() {
        let mut file = "\u{feff}english,chinese,sentence_eng\n,,x\na,b\n"
            .as_bytes()
            .to_vec();
        file.extend_from_slice(b"\xbb\xbd,b,\xd0\xd1\n");
        file.extend_from_slice(
            format!("{},b\nc,c\0,c,c\nd,d\u{1},d\ne,e,e\n", "a".repeat(201)).as_bytes(),
        );
        let lines = read(&file).unwrap();
        let flaws: Vec<_> = lines
            .iter()
            .map(|line| (line.number, line.word.clone().err().unwrap_or_default()))
            .collect();
        let field = |field, flaw| (Some(field), LineFlaw::Field(flaw));
        assert_eq!(
            flaws,
            [
                (
                    2,
                    vec![
                        field(Field::English, Flaw::Empty),
                        field(Field::Chinese, Flaw::Empty)
                    ]
                ),
                (3, vec![(None, LineFlaw::Width { got: 2, want: 3 })]),
                (
                    4,
                    vec![
                        (Some(Field::English), LineFlaw::NotUtf8),
                        (Some(Field::SentenceEng), LineFlaw::NotUtf8)
                    ]
                ),
                (5, vec![(None, LineFlaw::Width { got: 2, want: 3 })]),
                (6, vec![(None, LineFlaw::Width { got: 4, want: 3 })]),
                (7, vec![field(Field::Chinese, Flaw::ControlCharacter)]),
                (8, vec![]),
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_where_it_opens() {
        let flawed = |number| Line {
            number,
            word: Err(vec![(None, LineFlaw::UnclosedQuote)]),
        };
        for (rest, number) in [
            ("b,\"二,x\nc,三,y\nd,四,z\n", 3),
            ("b,\"二\"\"\nc,三,y\n", 3),
            ("b,\"二\n\n2\",\"x\nd,四,\n", 5),
            ("b,二,\"", 3),
        ] {
            let file = format!("english,chinese,sentence_eng\na,一,\"x\"\n{rest}");
            let want = [word(2, ["a", "一", "x", ""]), flawed(number)];
            assert_eq!(read(&file).unwrap(), want, "{rest}");
        }
        for closed in ["b,\"二\"", "b,\"二\"\n", "b\",二\n", "b,\"二\"x\"\n"] {
            let file = format!("english,chinese\n{closed}");
            assert!(read(&file).unwrap()[0].word.is_ok(), "{closed}");
        }
        let flaw = read("english,chinese,\"note\nwake,唤醒,\n").unwrap_err();
        assert_eq!(flaw, FileFlaw::UnclosedQuote { line: 1 });
    }

    #[test]
    fn an_apostrophe_alone_is_a_word_that_is_empty_on_purpose() {
        assert_eq!(
            read("english,chinese,sentence_eng\na,',b\n',一,'\n").unwrap(),
            [word(2, ["a", "", "b", ""]), word(3, ["", "一", "'", ""])]
        );
    }

    #[test]
    fn a_file_that_makes_no_sense_is_refused_as_a_whole() {
        for (file, want) in [
            (&b""[..], FileFlaw::Empty),
            (b"\xef\xbb\xbf", FileFlaw::Empty),
            (b"\n\r\n\n", FileFlaw::Empty),
            (b"\xff\xfee\0,", FileFlaw::BrokenUtf16),
            (b"one,two\n", FileFlaw::UnnamedColumns),
            (b"a,b,c,d,e\n", FileFlaw::UnnamedColumns),
            (
                b"english,english,chinese\n",
                FileFlaw::ColumnTwice(Field::English),
            ),
            (
                b"english,sentence_eng\n",
                FileFlaw::NoColumn(Field::Chinese),
            ),
            (b"chinese\n", FileFlaw::NoColumn(Field::English)),
            (b"PK\x03\x04\x14\x00", FileFlaw::Workbook),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", FileFlaw::Workbook),
        ] {
            assert_eq!(read(file), Err(want), "{file:?}");
        }
    }
}
