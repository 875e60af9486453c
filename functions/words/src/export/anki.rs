//! Anki's text form: fields separated by tabs, the names of the fields in the file's head
//! (<https://docs.ankiweb.net/importing/text-files.html>).

use ::csv::{QuoteStyle, WriterBuilder};
use kit::{BoxError, Result};

use super::Format;
use crate::{draft::Field, word::Word};

pub(super) struct Anki;

impl Format for Anki {
    const CONTENT_TYPE: &'static str = "text/tab-separated-values; charset=utf-8";
    const FILE_NAME: &'static str = "words.txt";

    fn begin(&mut self) -> Vec<u8> {
        // Without `html:false` a `<` in a word would be markup on the card.
        format!(
            "#separator:tab\n#html:false\n#columns:{}\n",
            Field::NAMES.join("\t")
        )
        .into()
    }

    fn words(&mut self, words: &[Word]) -> Result<Vec<u8>, BoxError> {
        let mut file = Vec::new();
        for word in words {
            let fields = Field::ALL.map(|field| word.draft.get(field));
            // A line that begins with `#` is a comment, unless it begins with a quote.
            let quotes = if fields[0].starts_with('#') {
                QuoteStyle::Always
            } else {
                QuoteStyle::Necessary
            };
            WriterBuilder::new()
                .delimiter(b'\t')
                .quote_style(quotes)
                .from_writer(&mut file)
                .write_record(fields)?;
        }
        Ok(file)
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
    fn anki_reads_it() {
        let words = vec![
            word(3, ["wake", "唤醒", "I wake, \"early\"", ""]),
            word(2, ["#tag", "标签", "<b>", "a\tb"]),
            word(1, ["=1", "一", "one\ntwo", ""]),
        ];
        assert_eq!(
            text(Anki, vec![words]),
            "#separator:tab\n#html:false\n#columns:english\tchinese\tsentence_eng\tsentence_chi\n\
             wake\t唤醒\t\"I wake, \"\"early\"\"\"\t\n\
             \"#tag\"\t\"标签\"\t\"<b>\"\t\"a\tb\"\n\
             =1\t一\t\"one\ntwo\"\t\n"
        );
    }
}
