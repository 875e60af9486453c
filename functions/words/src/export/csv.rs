//! CSV for spreadsheet programs: the tutorial's table, in UTF-8 with a byte order mark, without which
//! Excel takes it for something else.

use ::csv::{Terminator, WriterBuilder};
use kit::{BoxError, Result};

use super::Format;
use crate::{draft::Field, formula, word::Word};

pub(super) struct Csv;

impl Format for Csv {
    const CONTENT_TYPE: &'static str = "text/csv; charset=utf-8";
    const FILE_NAME: &'static str = "words.csv";

    fn begin(&mut self) -> Vec<u8> {
        format!("\u{feff}id,{}\r\n", Field::NAMES.join(",")).into()
    }

    fn words(&mut self, words: &[Word]) -> Result<Vec<u8>, BoxError> {
        let mut writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(Vec::new());
        for word in words {
            let fields = Field::ALL.map(|field| {
                let text = word.draft.get(field);
                if field.is_sentence() {
                    formula::defuse(text)
                } else {
                    formula::defuse_word(text)
                }
            });
            let id = word.id.to_string();
            writer.write_record(
                [id.as_str()]
                    .into_iter()
                    .chain(fields.iter().map(AsRef::as_ref)),
            )?;
        }
        Ok(writer.into_inner()?)
    }

    fn end(&mut self) -> Vec<u8> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{text, word},
        *,
    };

    #[test]
    fn a_spreadsheet_program_reads_it() {
        let pages = vec![
            vec![
                word(2, ["=1+1", "唤醒", "a \"b\", c", "一\n二"]),
                word(1, ["a", "", "'", "-"]),
            ],
            vec![],
        ];
        assert_eq!(
            text(Csv, pages),
            "\u{feff}id,english,chinese,sentence_eng,sentence_chi\r\n\
             2,'=1+1,唤醒,\"a \"\"b\"\", c\",\"一\n二\"\r\n\
             1,a,',',\'-\r\n"
        );
        assert_eq!(
            text(Csv, vec![]),
            "\u{feff}id,english,chinese,sentence_eng,sentence_chi\r\n"
        );
    }
}
