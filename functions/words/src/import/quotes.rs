//! Quotes that are opened and not closed.

use super::dialect::Dialect;

/// Where a line is within its fields. A quote counts at the beginning of a field and nowhere else, as in
/// the reader of the `csv` crate.
enum State {
    Begin,
    Plain,
    Quoted {
        since: usize,
    },
    /// Behind a quote in a quoted field: the end of it, or the first half of two that mean one.
    Closed {
        since: usize,
    },
}

/// The place of the quote that is open still at the end of a text, if one is. The text begins where a line
/// does.
pub(super) fn unclosed(text: &[u8], dialect: Dialect) -> Option<usize> {
    if !dialect.has_quotes {
        return None;
    }
    let mut state = State::Begin;
    for (at, byte) in text.iter().copied().enumerate() {
        state = state.next(at, byte, dialect);
    }
    match state {
        State::Quoted { since } => Some(since),
        _ => None,
    }
}

/// Whether every quote that opens is closed, and that where its field ends.
pub(super) fn are_paired(text: &[u8], dialect: Dialect) -> bool {
    let mut state = State::Begin;
    for (at, byte) in text.iter().copied().enumerate() {
        let was_closed = matches!(state, State::Closed { .. });
        state = state.next(at, byte, dialect);
        if was_closed && matches!(state, State::Plain) {
            return false;
        }
    }
    !matches!(state, State::Quoted { .. })
}

impl State {
    fn next(self, at: usize, byte: u8, dialect: Dialect) -> Self {
        match self {
            Self::Begin if byte == b'"' => Self::Quoted { since: at },
            Self::Closed { since } if byte == b'"' => Self::Quoted { since },
            Self::Quoted { since } if byte == b'"' => Self::Closed { since },
            Self::Quoted { since } => Self::Quoted { since },
            _ if dialect.ends_field(byte) => Self::Begin,
            _ => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_open_until_one_that_is_not_doubled() {
        for (text, want) in [
            ("", None),
            ("a,b", None),
            ("\"a\"", None),
            ("\"a", Some(0)),
            ("\"a\"\"", Some(0)),
            ("\"a\"\"\"", None),
            ("\"a\"b\"", None),
            ("a\"b", None),
            ("a,\"b,c\n\"\"d", Some(2)),
            ("\"a\n\",\"b", Some(5)),
            ("\"a;\";\"b", None),
        ] {
            assert_eq!(unclosed(text.as_bytes(), Dialect::of(b',')), want, "{text}");
        }
        assert_eq!(unclosed(b"a;\"b", Dialect::of(b';')), Some(2));
    }

    #[test]
    fn quotes_are_paired_or_text() {
        for (text, want) in [
            ("", true),
            ("a\t\"b\tc\"\n\"d\"\"\"\n", true),
            ("5\" disk\ta", true),
            ("\"wake\" up\ta", false),
            ("a\t\"b\nc\td", false),
        ] {
            assert_eq!(
                are_paired(text.as_bytes(), Dialect::of(b'\t')),
                want,
                "{text}"
            );
        }
    }
}
