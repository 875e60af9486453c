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
    /// An array of one array for each line: its fields, and these without letter case where that makes a
    /// difference.
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

/// A field in a row of `json_each`, in SQL.
fn text(field: Field) -> String {
    format!("value ->> {}", field as usize)
}

/// A field without letter case, likewise.
pub(crate) fn key(field: Field) -> String {
    let folded = Field::COUNT + field as usize;
    format!("coalesce(value ->> {folded}, {})", text(field))
}

/// The columns of `words` but for times and owner, likewise.
pub(crate) fn values() -> String {
    let texts = Field::ALL.map(text).join(", ");
    let keys = [Field::English, Field::Chinese].map(key).join(", ");
    let folded = Field::SEARCHED.map(key).join(" || char(31) || ");
    format!("{texts}, {keys}, {folded} || char(31, 31)")
}

/// The names of these columns.
pub(crate) fn columns() -> String {
    format!(
        "{}, english_key, chinese_key, folded",
        Field::NAMES.join(", ")
    )
}

impl Batch {
    /// Adds a line. The word has to be checked: then what is searched for is the folded text, and nothing
    /// in it is a control character.
    pub(crate) fn push(&mut self, line: u64, draft: &Draft) -> Result<()> {
        let texts = Field::ALL.map(|field| draft.get(field));
        let folded = texts.map(|text| {
            debug_assert_eq!(fold(text), searchable(text));
            Some(fold(text)).filter(|folded| folded != text)
        });
        let texts = texts.into_iter().map(Some);
        let row: Vec<Option<&str>> = texts.chain(folded.iter().map(Option::as_deref)).collect();
        self.json
            .push(if self.lines.is_empty() { b'[' } else { b',' });
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
