//! A file of words, read line by line. `layout` finds out how it is written.

use csv::{ByteRecord, Reader, ReaderBuilder};
use kit::{Error, Result};

use super::{
    layout::{self, Layout},
    quotes,
    report::LineFlaw,
    width::{MAX_FIELDS, too_wide},
};
use crate::{
    draft::{Draft, Field},
    formula,
};

/// The lines of a file.
pub(super) struct Table<'a> {
    reader: Reader<&'a [u8]>,
    place: Place<'a>,
    layout: Layout,
    record: ByteRecord,
}

/// How far a file is read. The reader's own count of lines is behind where lines end with CRLF or are
/// empty.
struct Place<'a> {
    file: &'a [u8],
    byte: usize,
    line: u64,
}

impl<'a> Place<'a> {
    fn new(file: &'a [u8]) -> Self {
        Self {
            file,
            byte: 0,
            line: 1,
        }
    }

    /// The number of the line in which the record begins that the reader found at this byte, where line
    /// ends may come before it.
    fn line_of(&mut self, byte: usize) -> u64 {
        let ends = |byte: &u8| matches!(byte, b'\r' | b'\n');
        while self.byte < byte || self.file.get(self.byte).is_some_and(ends) {
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
    /// Reads the first line, where it names the columns.
    ///
    /// # Errors
    /// 422 where the file is empty or its first line makes no sense.
    pub(super) fn open(file: &'a [u8]) -> Result<Self> {
        if file.starts_with(b"PK\x03\x04") {
            return Err(bad_file(
                "is no text but a workbook: save it as \"CSV UTF-8\"",
            ));
        }
        if file.starts_with(b"\xff\xfe") || file.starts_with(b"\xfe\xff") {
            return Err(bad_file("is in UTF-16: save it as \"CSV UTF-8\""));
        }
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let layout = layout::of(file)?;
        if let Some(byte) = too_wide(file, layout.separator) {
            return Err(too_many_fields(Place::new(file).line_of(byte)));
        }
        let place = Place::new(file);
        let mut table = Self {
            reader: reader(file, layout.separator),
            place,
            layout,
            record: ByteRecord::new(),
        };
        if table.layout.names_columns {
            table.read()?;
            if let Some(line) = table.unclosed() {
                let what = format!("opens a quote in line {line} that is never closed");
                return Err(bad_file(&what));
            }
        }
        Ok(table)
    }

    /// Reads the next line, if there is one.
    fn read(&mut self) -> Result<bool> {
        let read = self.reader.read_byte_record(&mut self.record);
        read.map_err(Error::internal)
    }

    /// How many lines of words there are.
    pub(super) fn count(mut self) -> Result<usize> {
        let mut count = 0;
        while self.read()? {
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
        usize::try_from(byte).unwrap_or(usize::MAX)
    }

    /// The line with the quote that opens in the last line that was read and is open still where the file
    /// ends, if there is one: all the rest would be in that field.
    fn unclosed(&mut self) -> Option<u64> {
        let file = self.place.file;
        if self.reader.position().byte() < file.len() as u64 {
            return None;
        }
        let begin = self.begin();
        let quote = quotes::unclosed(file.get(begin..)?, self.layout.separator)?;
        Some(self.place.line_of(begin + quote))
    }

    fn word(&self) -> std::result::Result<Draft, Vec<(Option<Field>, LineFlaw)>> {
        let (got, want) = (self.record.len(), self.layout.width);
        if got != want {
            return Err(vec![(None, LineFlaw::Width { got, want })]);
        }
        let mut flaws = Vec::new();
        let texts = Field::ALL.map(|field| {
            let bytes = self.layout.columns[field as usize]
                .and_then(|column| self.record.get(column))
                .unwrap_or_default();
            match str::from_utf8(bytes) {
                Ok(text) => restored(field, text),
                Err(_) => {
                    flaws.push((Some(field), LineFlaw::NotUtf8));
                    None
                }
            }
        });
        if !flaws.is_empty() {
            return Err(flaws);
        }
        Draft::default().with(texts).map_err(|flaws| {
            let flaws = flaws.into_iter();
            flaws
                .map(|(field, flaw)| (Some(field), LineFlaw::Field(flaw)))
                .collect()
        })
    }
}

/// A field's text as it was before an export wrote it; none where it is empty on purpose.
fn restored(field: Field, text: &str) -> Option<String> {
    if field.is_word() {
        formula::restore_word(text).map(Into::into)
    } else {
        Some(formula::restore(text).into())
    }
}

/// A reader of a file whose fields are separated so.
pub(super) fn reader(file: &[u8], separator: u8) -> Reader<&[u8]> {
    ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(file)
}

/// 422 for a line of more than [`MAX_FIELDS`].
pub(super) fn too_many_fields(line: u64) -> Error {
    bad_file(&format!("has more than {MAX_FIELDS} fields in line {line}"))
}

/// 422 for the file as a whole.
pub(super) fn bad_file(what: &str) -> Error {
    Error::invalid("file", what)
}

impl Iterator for Table<'_> {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read() {
            Ok(true) => Some(Ok(self.line())),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Flaw;

    fn read(file: impl AsRef<[u8]>) -> Result<Vec<Line>> {
        Table::open(file.as_ref())?.collect()
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
        let mut file = b"english,chinese,sentence_eng\n,,x\na,b\n".to_vec();
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
            (b"\xff\xfee\0", "UTF-16"),
            (b"one,two\n", "must name its columns"),
            (b"a,b,c,d,e\n", "must name its columns"),
            (
                b"english,english,chinese\n",
                "names the column english twice",
            ),
            (b"english,sentence_eng\n", "has no column chinese"),
            (b"chinese\n", "has no column english"),
            (b"PK\x03\x04\x14\x00", "is no text but a workbook"),
        ] {
            let error = read(file).unwrap_err();
            assert_eq!(error.status().as_u16(), 422, "{want}");
            assert!(error.fields()[0].detail.contains(want), "{want}: {error:?}");
        }
    }
}
