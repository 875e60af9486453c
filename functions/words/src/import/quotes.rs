//! Quotes that are opened and not closed.

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
pub(super) fn unclosed(text: &[u8], separator: u8) -> Option<usize> {
    let mut state = State::Begin;
    for (at, byte) in text.iter().copied().enumerate() {
        let ends_field = byte == separator || matches!(byte, b'\r' | b'\n');
        state = match state {
            State::Begin if byte == b'"' => State::Quoted { since: at },
            State::Closed { since } if byte == b'"' => State::Quoted { since },
            State::Quoted { since } if byte == b'"' => State::Closed { since },
            State::Quoted { since } => State::Quoted { since },
            _ if ends_field => State::Begin,
            _ => State::Plain,
        };
    }
    match state {
        State::Quoted { since } => Some(since),
        _ => None,
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
            assert_eq!(unclosed(text.as_bytes(), b','), want, "{text}");
        }
        assert_eq!(unclosed(b"a;\"b", b';'), Some(2));
    }
}
