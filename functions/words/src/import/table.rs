//! A file of words, read line by line.
//!
//! The first line names the columns, in any order: the four fields, of which the sentences may be left
//! out, and any others, which are ignored, as the tutorial's `id` is. A file without such a line is read
//! as the tutorial's table: the four fields, with or without an id in front. Commas, semicolons and tabs
//! separate, as spreadsheet programs write one or another by the country they are in.

use csv::{ByteRecord, Reader, ReaderBuilder};
use kit::{Error, Result};

use super::report::LineFlaw;
use crate::{
    draft::{Draft, Field},
    formula,
};

const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// The lines of a file.
pub(super) struct Table<'a> {
    reader: Reader<&'a [u8]>,
    place: Place<'a>,
    /// Which column each field is in.
    columns: [Option<usize>; 4],
    /// How many columns there are.
    width: usize,
    record: ByteRecord,
    /// The first line, where it is one of words.
    first: bool,
}

/// How far a file is read. The reader's own count of lines is behind where lines end with CRLF or are
/// empty.
struct Place<'a> {
    file: &'a [u8],
    byte: usize,
    line: u64,
}

impl Place<'_> {
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
    /// Reads the first line.
    ///
    /// # Errors
    /// 422 where the file is empty or its first line makes no sense.
    pub(super) fn open(file: &'a [u8]) -> Result<Self> {
        if file.starts_with(b"\xff\xfe") || file.starts_with(b"\xfe\xff") {
            return Err(bad_file("is in UTF-16: save it as \"CSV UTF-8\""));
        }
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let mut tables = SEPARATORS
            .into_iter()
            .map(|separator| Self::with(separator, file));
        let unreadable = match tables.next() {
            None | Some(Ok(None)) => return Err(bad_file("is empty")),
            Some(Ok(Some(table))) => return Ok(table),
            Some(Err(error)) => error,
        };
        // Names the columns as comma-separated ones: that is what most files are.
        tables
            .find_map(|table| table.ok().flatten())
            .ok_or(unreadable)
    }

    /// The table, if its first line makes sense with this separator; none where there is no line at all.
    fn with(separator: u8, file: &'a [u8]) -> Result<Option<Self>> {
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .from_reader(file);
        let mut record = ByteRecord::new();
        if !reader
            .read_byte_record(&mut record)
            .map_err(Error::internal)?
        {
            return Ok(None);
        }
        let (columns, first) = match named(&record)? {
            Some(columns) => (columns, false),
            // A word may be called as a column is.
            None => (
                unnamed(&record).or_else(|error| half_named(&record).map_or(Err(error), Err))?,
                true,
            ),
        };
        let width = record.len();
        let place = Place {
            file,
            byte: 0,
            line: 1,
        };
        Ok(Some(Self {
            reader,
            place,
            columns,
            width,
            record,
            first,
        }))
    }

    /// How many lines of words there are.
    pub(super) fn count(mut self) -> Result<usize> {
        let mut count = usize::from(self.first);
        while self
            .reader
            .read_byte_record(&mut self.record)
            .map_err(Error::internal)?
        {
            count += 1;
        }
        Ok(count)
    }

    fn line(&mut self) -> Line {
        let byte = self.record.position().map_or(0, csv::Position::byte);
        let number = self
            .place
            .line_of(usize::try_from(byte).unwrap_or(usize::MAX));
        Line {
            number,
            word: self.word(),
        }
    }

    fn word(&self) -> std::result::Result<Draft, Vec<(Option<Field>, LineFlaw)>> {
        if self.record.len() != self.width {
            let flaw = LineFlaw::Width {
                got: self.record.len(),
                want: self.width,
            };
            return Err(vec![(None, flaw)]);
        }
        let mut flaws = Vec::new();
        let mut text = |field: Field| {
            let bytes = self.columns[field as usize]
                .and_then(|column| self.record.get(column))
                .unwrap_or_default();
            match str::from_utf8(bytes) {
                Ok(text) => formula::restore(text).to_owned(),
                Err(_) => {
                    flaws.push((Some(field), LineFlaw::NotUtf8));
                    String::new()
                }
            }
        };
        let draft = Draft {
            english: text(Field::English),
            chinese: text(Field::Chinese),
            sentence_eng: text(Field::SentenceEng),
            sentence_chi: text(Field::SentenceChi),
        };
        if !flaws.is_empty() {
            return Err(flaws);
        }
        draft.checked().map_err(|flaws| {
            let flaws = flaws.into_iter();
            flaws
                .map(|(field, flaw)| (Some(field), LineFlaw::Field(flaw)))
                .collect()
        })
    }
}

impl Iterator for Table<'_> {
    type Item = Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        if !std::mem::take(&mut self.first) {
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(Error::internal(error))),
            }
        }
        Some(Ok(self.line()))
    }
}

/// Where the fields are by the names in the first line; none where it does not name both that a word
/// needs.
///
/// # Errors
/// 422 where it names one twice.
fn named(record: &ByteRecord) -> Result<Option<[Option<usize>; 4]>> {
    let mut columns = [None; 4];
    for (index, name) in record.iter().enumerate() {
        let name = name_of(name);
        let Some(field) = Field::ALL.into_iter().find(|field| field.name() == name) else {
            continue;
        };
        if columns[field as usize].replace(index).is_some() {
            return Err(bad_file(&format!("names the column {field} twice")));
        }
    }
    let has_pair = matches!(columns, [Some(_), Some(_), ..]);
    Ok(has_pair.then_some(columns))
}

/// What a first line lacks that names one of the two that a word needs.
fn half_named(record: &ByteRecord) -> Option<Error> {
    let has = |field: Field| record.iter().any(|name| name_of(name) == field.name());
    match (has(Field::English), has(Field::Chinese)) {
        (true, false) => Some(bad_file("has no column chinese")),
        (false, true) => Some(bad_file("has no column english")),
        _ => None,
    }
}

/// A column's name as it is compared.
fn name_of(name: &[u8]) -> String {
    String::from_utf8_lossy(name).trim().to_lowercase()
}

/// Where the fields are in the tutorial's table, when nothing names them.
fn unnamed(record: &ByteRecord) -> Result<[Option<usize>; 4]> {
    let is_id = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let first = match record.len() {
        4 => 0,
        5 if record.get(0).is_some_and(is_id) => 1,
        _ => {
            return Err(bad_file(
                "must name its columns in the first line: english, chinese, sentence_eng, sentence_chi",
            ));
        }
    };
    Ok([first, first + 1, first + 2, first + 3].map(Some))
}

/// 422 for the file as a whole.
fn bad_file(what: &str) -> Error {
    Error::invalid("file", what)
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
            (b"PK\x03\x04\x14\x00", "must name its columns"),
        ] {
            let error = read(file).unwrap_err();
            assert_eq!(error.status().as_u16(), 422, "{want}");
            assert!(error.fields()[0].detail.contains(want), "{want}: {error:?}");
        }
    }
}
