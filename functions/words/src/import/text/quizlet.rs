//! What Quizlet writes where somebody chooses other separators than tabs and lines: ` - ` within a pair, or
//! semicolons between pairs.

use bytes::Bytes;

use crate::text::has_han;

/// A text in which semicolons separate pairs, with a line for each; none where it is something else. It has one
/// line, and each pair has one tab, or one comma between a language and the other.
pub(crate) fn lines_of_rows(text: &[u8]) -> Option<Bytes> {
    let line = text.trim_ascii_end();
    if line.contains(&b'\n') || line.contains(&b'\r') || !line.contains(&b';') {
        return None;
    }
    let rows = || {
        line.split(|byte| *byte == b';')
            .filter(|row| !row.trim_ascii().is_empty())
    };
    let halves = |row: &[u8], separator: u8| {
        let mut fields = row.split(|byte| *byte == separator).map(has_han);
        let halves = (fields.next()?, fields.next()?);
        fields.next().is_none().then_some(halves)
    };
    let by_tabs = rows().all(|row| halves(row, b'\t').is_some());
    let first = halves(rows().next()?, b',');
    let by_commas = first.is_some_and(|(term, definition)| term != definition)
        && rows().all(|row| halves(row, b',') == first);
    if rows().nth(1).is_none() || !(by_tabs || by_commas) {
        return None;
    }
    let lines = line
        .iter()
        .map(|byte| if *byte == b';' { b'\n' } else { *byte });
    Some(lines.collect::<Vec<u8>>().into())
}

/// What is between the halves of a pair.
const DASH: &[u8] = b" - ";

/// A text in which a dash is between the halves of each pair, with a tab there; none where a line has none.
pub(crate) fn tabs_of_dashes(text: &[u8]) -> Option<Bytes> {
    let mut tabbed = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        if line.trim_ascii().is_empty() {
            tabbed.extend_from_slice(line);
            continue;
        }
        let at = line.windows(DASH.len()).position(|part| part == DASH)?;
        if line.contains(&b'\t') {
            return None;
        }
        tabbed.extend_from_slice(line.get(..at)?);
        tabbed.push(b'\t');
        tabbed.extend_from_slice(line.get(at + DASH.len()..)?);
    }
    Some(tabbed.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_lines() {
        for (text, want) in [
            ("wake\t唤醒;rise\t起床;", Some("wake\t唤醒\nrise\t起床\n")),
            ("wake,唤醒;rise,起床\n", Some("wake,唤醒\nrise,起床")),
            ("唤醒,wake;起床,rise", Some("唤醒,wake\n起床,rise")),
            ("wake;唤醒", None),
            ("wake;唤醒;I wake, early;我醒", None),
            ("a,b;c,d", None),
            ("wake\t唤醒;叫醒", None),
            ("wake\t唤醒;rise\t起床\nx\ty;z\tz", None),
            ("wake\t唤醒;", None),
            ("", None),
        ] {
            let got = lines_of_rows(text.as_bytes());
            assert_eq!(got.as_deref(), want.map(str::as_bytes), "{text}");
        }
    }

    #[test]
    fn dashes_become_tabs() {
        for (text, want) in [
            (
                "wake - 唤醒 - 醒\n\nwell-known - 有名\n",
                Some("wake\t唤醒 - 醒\n\nwell-known\t有名\n"),
            ),
            ("wake - 唤醒\nrise\n", None),
            ("wake\t唤醒 - 醒\n", None),
        ] {
            let got = tabs_of_dashes(text.as_bytes());
            assert_eq!(got.as_deref(), want.map(str::as_bytes), "{text}");
        }
    }
}
