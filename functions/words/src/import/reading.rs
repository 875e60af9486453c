//! How a file was read, where there was a choice.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::text::charset::Charset;
use crate::draft::{Field, PerField};

/// One thing that could have been read otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Which characters its bytes are.
    Charset {
        taken: Charset,
        others: Vec<Charset>,
    },
    /// What separates its columns.
    Separator { taken: u8, others: Vec<u8> },
    /// A first line that names columns in words that are not known was left out.
    FirstLine,
    /// The columns were told by what is in them.
    Columns(PerField<Option<usize>>),
    /// Markup was taken as such, and not as text.
    Markup,
    /// Quotation marks were taken as text, as they do not come in pairs.
    Quotes,
}

/// What may separate columns, with a name for each.
const SEPARATORS: [(u8, &str); 6] = [
    (b',', "comma"),
    (b';', "semicolon"),
    (b'\t', "tab"),
    (b'|', "pipe"),
    (b':', "colon"),
    (b' ', "space"),
];

/// A separator's name.
fn separator_name(separator: u8) -> &'static str {
    let named = SEPARATORS.iter().find(|(byte, _)| *byte == separator);
    named.map_or("other", |(_, name)| name)
}

/// The separator of this name.
pub(crate) fn separator_of(name: &str) -> Option<u8> {
    let named = SEPARATORS.iter().find(|(_, other)| *other == name);
    named.map(|(byte, _)| *byte)
}

impl Reading {
    /// What it is about, what was taken, and what else would have been possible.
    fn parts(&self) -> (&'static str, String, Vec<&'static str>) {
        match self {
            Self::Charset { taken, others } => (
                "encoding",
                taken.name().to_owned(),
                others.iter().map(|charset| charset.name()).collect(),
            ),
            Self::Separator { taken, others } => (
                "separator",
                separator_name(*taken).to_owned(),
                others.iter().map(|byte| separator_name(*byte)).collect(),
            ),
            Self::FirstLine => ("first_line", "names".to_owned(), vec!["word"]),
            Self::Columns(columns) => {
                let named = Field::ALL.into_iter().zip(columns);
                let named: Vec<_> = named
                    .filter_map(|(field, column)| Some(format!("{field} {}", (*column)? + 1)))
                    .collect();
                ("columns", named.join(", "), vec!["other columns"])
            }
            Self::Markup => ("markup", "html".to_owned(), vec!["text"]),
            Self::Quotes => ("quotes", "text".to_owned(), vec!["quotes"]),
        }
    }

    /// The same in an address, for the page that says it; see [`Reading::from_token`].
    pub(crate) fn token(&self) -> String {
        let (what, taken, others) = self.parts();
        match self {
            Self::Charset { .. } | Self::Separator { .. } => {
                format!("{what}:{taken}:{}", others.join(":"))
            }
            Self::Columns(columns) => {
                let numbers = columns.map(|column| column.map_or(0, |column| column + 1));
                format!("{what}:{}", numbers.map(|n| n.to_string()).join(":"))
            }
            _ => what.to_owned(),
        }
    }

    /// What an address says of a reading; none where it says nothing that makes sense.
    pub(crate) fn from_token(token: &str) -> Option<Self> {
        let mut parts = token.split(':');
        let what = parts.next()?;
        let rest: Vec<&str> = parts.take(8).collect();
        Some(match (what, &rest[..]) {
            ("encoding", [taken, others @ ..]) => Self::Charset {
                taken: charset_of(taken)?,
                others: others
                    .iter()
                    .copied()
                    .map(charset_of)
                    .collect::<Option<_>>()?,
            },
            ("separator", [taken, others @ ..]) => Self::Separator {
                taken: separator_of(taken)?,
                others: others
                    .iter()
                    .copied()
                    .map(separator_of)
                    .collect::<Option<_>>()?,
            },
            ("columns", numbers) => {
                let columns: Option<Vec<Option<usize>>> = numbers
                    .iter()
                    .map(|number| Some(number.parse::<usize>().ok()?.checked_sub(1)))
                    .collect();
                Self::Columns(columns?.try_into().ok()?)
            }
            ("first_line", []) => Self::FirstLine,
            ("markup", []) => Self::Markup,
            ("quotes", []) => Self::Quotes,
            _ => return None,
        })
    }
}

fn charset_of(name: &str) -> Option<Charset> {
    let mut all = Charset::ALL.into_iter();
    all.find(|charset| charset.name() == name)
}

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (what, taken, others) = self.parts();
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("what", what)?;
        map.serialize_entry("taken", &taken)?;
        map.serialize_entry("others", &others)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_each_reading_and_nothing_else() {
        let readings = [
            Reading::Charset {
                taken: Charset::Gbk,
                others: vec![Charset::Big5, Charset::Windows1252],
            },
            Reading::Separator {
                taken: b'\t',
                others: vec![b','],
            },
            Reading::FirstLine,
            Reading::Columns([Some(1), Some(0), None, Some(9)]),
            Reading::Markup,
            Reading::Quotes,
        ];
        for reading in readings {
            assert_eq!(Reading::from_token(&reading.token()), Some(reading));
        }
        for token in [
            "",
            "encoding",
            "encoding:<b>",
            "encoding:GBK:",
            "columns:1:2",
            "columns:1:2:3:4:5",
            "columns:a:0:0:0",
            "markup:x",
            "other",
        ] {
            assert_eq!(Reading::from_token(token), None, "{token}");
        }
    }
}
