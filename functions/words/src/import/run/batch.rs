//! Lines on their way into the database: JSON that a statement takes apart with `json_each`.

use kit::{
    Error, Result,
    db::{Value, params},
    login::Account,
};

use crate::{
    draft::{Draft, Field, searchable},
    text::fold,
};

/// Some lines.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// An array of one array for each line: the four fields, and the four without letter case where
    /// that makes a difference.
    json: Vec<u8>,
    /// The numbers of the lines.
    pub(crate) lines: Vec<u64>,
}

/// The first two parameters: the name and the id of who owns the words.
pub(crate) fn owner(owner: Option<&Account>) -> Vec<Value> {
    params![
        owner.map(|account| account.name.as_str()),
        owner.map(|account| account.id),
    ]
}

/// The columns of `words` but for times and owner, from a row of `json_each`.
pub(crate) const VALUES: &str = "value ->> 0, value ->> 1, value ->> 2, value ->> 3, \
    coalesce(value ->> 4, value ->> 0), coalesce(value ->> 5, value ->> 1), \
    coalesce(value ->> 4, value ->> 0) || char(31) || coalesce(value ->> 5, value ->> 1) || char(31) || \
    coalesce(value ->> 6, value ->> 2) || char(31) || coalesce(value ->> 7, value ->> 3) || char(31, 31)";

/// The names of these columns.
pub(crate) const COLUMNS: &str =
    "english, chinese, sentence_eng, sentence_chi, english_key, chinese_key, folded";

impl Batch {
    /// Adds a line. The word has to be checked: then what is searched for is the folded text, and nothing
    /// in it is a control character.
    pub(crate) fn push(&mut self, line: u64, draft: &Draft) -> Result<()> {
        let folded = |field: Field| {
            let text = draft.get(field);
            debug_assert_eq!(fold(text), searchable(text));
            Some(fold(text)).filter(|folded| folded != text)
        };
        self.json
            .push(if self.lines.is_empty() { b'[' } else { b',' });
        let row = (
            &draft.english,
            &draft.chinese,
            &draft.sentence_eng,
            &draft.sentence_chi,
            folded(Field::English),
            folded(Field::Chinese),
            folded(Field::SentenceEng),
            folded(Field::SentenceChi),
        );
        serde_json::to_writer(&mut self.json, &row).map_err(Error::internal)?;
        self.lines.push(line);
        Ok(())
    }

    /// Gives back what it has room for and does not hold.
    pub(crate) fn shrink(&mut self) {
        // But for the bracket at the end, for which it would be doubled again.
        self.json.shrink_to(self.json.len() + 1);
        self.lines.shrink_to_fit();
    }

    /// How many bytes it is.
    pub(crate) fn bytes(&self) -> usize {
        self.json.len()
    }

    /// The JSON as a parameter.
    pub(crate) fn json(mut self) -> Result<String> {
        self.json
            .push(if self.lines.is_empty() { b'[' } else { b']' });
        if self.lines.is_empty() {
            self.json.push(b']');
        }
        String::from_utf8(self.json).map_err(Error::internal)
    }
}
