//! A table of words, read line by line. `layout` finds out how it is written.

use csv::{ByteRecord, Reader};
use kit::{Error, Result};

use super::{
    file::Source,
    layout::Layout,
    markup, quotes,
    report::LineFlaw,
    width::{MAX_FIELDS, Survey},
};
use crate::{
    draft::{Draft, Field},
    formula,
};

/// The lines of a table.
pub(super) struct Table<'a> {
    reader: Reader<&'a [u8]>,
    place: Place<'a>,
    layout: &'a Layout,
    source: Source,
    survey: Survey,
    record: ByteRecord,
    /// The line that names the columns, if one does.
    heading: Option<ByteRecord>,
    /// How many lines were read.
    read: usize,
}

/// How far a file is read. The reader's own count of lines is behind where lines end with CRLF or are
/// empty.
struct Place<'a> {
    file: &'a [u8],
    byte: usize,
    line: u64,
    has_comments: bool,
}

impl<'a> Place<'a> {
    /// The beginning of a table that has so many lines above it.
    fn new(file: &'a [u8], above: u64, layout: &Layout) -> Self {
        Self {
            file,
            byte: 0,
            line: above + 1,
            has_comments: layout.dialect.has_comments,
        }
    }

    /// The byte at which the record begins that the reader found at this byte, where line ends and comments
    /// may come before it.
    fn begin(&self, mut byte: usize) -> usize {
        let ends = |byte: &u8| matches!(byte, b'\r' | b'\n');
        loop {
            match self.file.get(byte) {
                Some(b'#') if self.has_comments => {
                    let rest = self.file.get(byte..).unwrap_or_default();
                    byte += rest.iter().position(ends).unwrap_or(rest.len());
                }
                Some(end) if ends(end) => byte += 1,
                _ => return byte,
            }
        }
    }

    /// The number of the line that this byte is in.
    fn line_of(&mut self, byte: usize) -> u64 {
        let ends = |byte: &u8| matches!(byte, b'\r' | b'\n');
        while self.byte < byte {
            let Some(passed) = self.file.get(self.byte) else {
                break;
            };
            let pair = *passed == b'\r' && self.file.get(self.byte + 1) == Some(&b'\n');
            self.line += u64::from(ends(passed) && !pair);
            self.byte += 1;
        }
        self.line
    }
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins, from 1.
    pub(super) number: u64,
    /// The word, or what is wrong with it.
    pub(super) word: std::result::Result<Draft, Vec<(Option<Field>, LineFlaw)>>,
}

impl<'a> Table<'a> {
    /// The lines behind those that name the columns. Above the table stand so many lines.
    ///
    /// # Errors
    /// 422 where a quote opens in the names and is never closed, or a line has too many fields.
    pub(super) fn open(
        file: &'a [u8],
        layout: &'a Layout,
        source: Source,
        above: u64,
    ) -> Result<Self> {
        let mut place = Place::new(file, above, layout);
        let survey = Survey::of(file, layout.dialect)
            .map_err(|byte| too_many_fields(place.line_of(place.begin(byte))))?;
        let mut table = Self {
            reader: layout.dialect.reader(file),
            place,
            layout,
            source,
            survey,
            record: ByteRecord::new(),
            heading: None,
            read: 0,
        };
        for _ in 0..layout.skipped {
            table.read()?;
            if let Some(line) = table.unclosed() {
                let what = format!("opens a quote in line {line} that is never closed");
                return Err(bad_file(&what));
            }
            table.heading = Some(table.record.clone());
        }
        Ok(table)
    }

    /// Reads the next line, if there is one.
    fn read(&mut self) -> Result<bool> {
        let read = self.reader.read_byte_record(&mut self.record);
        self.read += 1;
        read.map_err(Error::internal)
    }

    /// Reads the next line that is not the heading once more, if there is one.
    fn read_word(&mut self) -> Result<bool> {
        while self.read()? {
            let is_heading = |heading: &ByteRecord| is_same(heading, &self.record);
            if !self.heading.as_ref().is_some_and(is_heading) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many lines of words there are.
    pub(super) fn length(mut self) -> Result<usize> {
        let mut count = 0;
        while self.read_word()? {
            count += 1;
        }
        Ok(count)
    }

    fn line(&mut self) -> Line {
        let number = self.place.line_of(self.begin());
        if let Some(line) = self.unclosed() {
            return Line {
                number: line,
                word: Err(vec![(None, LineFlaw::UnclosedQuote)]),
            };
        }
        Line {
            number,
            word: self.word(),
        }
    }

    /// The byte at which the last line that was read begins.
    fn begin(&self) -> usize {
        let byte = self.record.position().map_or(0, csv::Position::byte);
        self.place
            .begin(usize::try_from(byte).unwrap_or(usize::MAX))
    }

    /// The line with the quote that opens in the last line that was read and is open still where the file
    /// ends, if there is one: all the rest would be in that field.
    fn unclosed(&mut self) -> Option<u64> {
        let file = self.place.file;
        if self.reader.position().byte() < file.len() as u64 {
            return None;
        }
        let begin = self.begin();
        let quote = quotes::unclosed(file.get(begin..)?, self.layout.dialect)?;
        Some(self.place.line_of(begin + quote))
    }

    fn word(&self) -> std::result::Result<Draft, Vec<(Option<Field>, LineFlaw)>> {
        let (got, want) = (self.record.len(), self.layout.width);
        if got != want && !self.is_short() {
            return Err(vec![(None, LineFlaw::Width { got, want })]);
        }
        let mut flaws = Vec::new();
        let texts = Field::ALL.map(|field| {
            let bytes = self.layout.columns[field as usize]
                .and_then(|column| self.record.get(column))
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

    /// Whether the last line that was read lacks nothing but sentences, and is in a block of lines alike: so
    /// Excel writes them.
    fn is_short(&self) -> bool {
        let got = self.record.len();
        let words = self.layout.columns.iter().take(2);
        let has_word = words.flatten().all(|column| *column < got);
        got < self.layout.width && has_word && self.survey.is_short_as_its_block(self.read - 1, got)
    }

    /// A field's text as it was before a program wrote it; none where it is empty on purpose.
    fn text(&self, field: Field, text: &str) -> Option<String> {
        if self.layout.is_html {
            let text = markup::text(text);
            // Within a word, it is the editor's line break, and not the word's.
            return Some(if field.is_word() {
                text.replace('\n', " ")
            } else {
                text
            });
        }
        match self.source {
            Source::Spreadsheet if field.is_word() => formula::restore_word(text).map(Into::into),
            Source::Spreadsheet => Some(formula::restore(text).into()),
            Source::OwnCards if text.is_empty() => None,
            Source::Cards | Source::OwnCards => Some(text.to_owned()),
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

/// 422 for a line of more than [`MAX_FIELDS`].
pub(super) fn too_many_fields(line: u64) -> Error {
    bad_file(&format!("has more than {MAX_FIELDS} fields in line {line}"))
}

/// 422 for the file as a whole.
pub(super) fn bad_file(what: &str) -> Error {
    Error::invalid("file", "unreadable", what)
}

impl Iterator for Table<'_> {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read_word() {
            Ok(true) => Some(Ok(self.line())),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{draft::Flaw, import::file::File};

    fn read(file: impl AsRef<[u8]>) -> Result<Vec<Line>> {
        File::of(file.as_ref().to_vec().into())?.lines()?.collect()
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
        let error = read("english,chinese,\"note\nwake,唤醒,\n").unwrap_err();
        let detail = &error.fields()[0].detail;
        assert_eq!(detail, "opens a quote in line 1 that is never closed");
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
            (&b""[..], "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b"\n\r\n\n", "is empty"),
            (b"\xff\xfee\0,", "is in UTF-16 and"),
            (b"one,two\n", "must name its columns"),
            (b"a,b,c,d,e\n", "must name its columns"),
            (
                b"english,english,chinese\n",
                "names the column english twice",
            ),
            (b"english,sentence_eng\n", "has no column chinese"),
            (b"chinese\n", "has no column english"),
            (b"PK\x03\x04\x14\x00", "is no text but a workbook"),
            (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0",
                "is no text but a workbook",
            ),
        ] {
            let error = read(file).unwrap_err();
            assert_eq!(error.status().as_u16(), 422, "{want}");
            assert!(error.fields()[0].detail.contains(want), "{want}: {error:?}");
        }
    }
}
