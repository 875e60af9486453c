//! Keeping spreadsheet programs from running what somebody wrote into a field (CSV injection, as OWASP
//! describes it): a field that would be a formula gets an apostrophe in front, and loses it again on the
//! way back. So does one that has such apostrophes already, or it would come back with one less.
//!
//! In many countries spreadsheet programs separate cells by `;`, and then a field that is quoted behind a
//! comma is no quoted cell to them: each `;`, tab and line end in it begins another cell, where a formula
//! would run as well. So each of these places is looked at like the beginning.
//!
//! The apostrophe has one more use: a word that `/data` took without its English or Chinese is written as
//! an apostrophe alone, and an import takes that for what is meant to be empty.

use std::borrow::Cow;

/// What a formula begins with, in one program or another, full-width forms included.
const BEGINS_FORMULA: [char; 8] = [
    '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// What programs skip in front of a formula at the beginning of a field.
const SKIPPED: [char; 3] = ['\t', '\r', '\n'];

/// What begins another cell within a field, for a program that does not separate by commas.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// An English or Chinese that is empty on purpose.
pub(crate) const EMPTY: &str = "'";

/// A field that no program takes for a formula, in whichever way it separates cells.
pub(crate) fn defuse(field: &str) -> Cow<'_, str> {
    edited(field, |cell, is_first| {
        would_run(cell, is_first).then_some(("'", 0))
    })
}

/// The field as it was before [`defuse`].
pub(crate) fn restore(field: &str) -> Cow<'_, str> {
    edited(field, |cell, is_first| {
        let rest = cell.strip_prefix('\'')?;
        would_run(rest, is_first).then_some(("", 1))
    })
}

/// [`defuse`] for English and Chinese, of which an empty one becomes [`EMPTY`].
pub(crate) fn defuse_word(word: &str) -> Cow<'_, str> {
    if only_apostrophes(word) {
        return format!("'{word}").into();
    }
    defuse(word)
}

/// The word as it was before [`defuse_word`]; none where it is empty on purpose.
pub(crate) fn restore_word(word: &str) -> Option<Cow<'_, str>> {
    if word == EMPTY {
        return None;
    }
    Some(match word.strip_prefix('\'') {
        Some(rest) if only_apostrophes(rest) => rest.into(),
        _ => restore(word),
    })
}

/// A field in which the beginning of each cell is replaced as `edit` says: what comes there, and how many
/// bytes go.
fn edited(field: &str, edit: impl Fn(&str, bool) -> Option<(&'static str, usize)>) -> Cow<'_, str> {
    let later = field.match_indices(SEPARATORS).map(|(at, _)| at + 1);
    let mut text = String::new();
    let mut done = 0;
    for at in std::iter::once(0).chain(later) {
        let (Some(cell), Some(before)) = (field.get(at..), field.get(done..at)) else {
            continue;
        };
        if let Some((new, gone)) = edit(cell, at == 0) {
            text.push_str(before);
            text.push_str(new);
            done = at + gone;
        }
    }
    if text.is_empty() && done == 0 {
        return field.into();
    }
    text.push_str(field.get(done..).unwrap_or_default());
    text.into()
}

/// Whether a cell is a formula, but for apostrophes in front. Within a field, quotes and spaces are no
/// protection either.
fn would_run(cell: &str, is_first: bool) -> bool {
    if is_first {
        let cell = cell.trim_start_matches('\'');
        return cell.starts_with(BEGINS_FORMULA) || cell.starts_with(SKIPPED);
    }
    cell.trim_start_matches(['\'', '"', ' '])
        .starts_with(BEGINS_FORMULA)
}

fn only_apostrophes(text: &str) -> bool {
    text.bytes().all(|byte| byte == b'\'')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_formula_is_defused_and_nothing_else_is_touched() {
        for (field, want) in [
            ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("a=1", "a=1"),
            ("'tis", "'tis"),
            ("'", "'"),
            ("", ""),
            ("唤醒", "唤醒"),
            ("a;=1", "a;'=1"),
            ("a; \"=1\"", "a;' \"=1\""),
            ("a;'=1", "a;''=1"),
            ("a\n- b\n\n- c", "a\n'- b\n\n'- c"),
            ("=1;+2\t@3", "'=1;'+2\t'@3"),
            ("a;b, c;", "a;b, c;"),
            ("a, =1", "a, =1"),
        ] {
            assert_eq!(defuse(field), want, "{field}");
            assert_eq!(restore(want), field, "{field}");
        }
    }

    #[test]
    fn a_word_that_is_empty_on_purpose_is_told_from_one_that_is_missing() {
        for (word, want) in [("", "'"), ("'", "''"), ("''", "'''"), ("'a", "'a")] {
            assert_eq!(defuse_word(word), want);
            let back = restore_word(want);
            assert_eq!(back.unwrap_or_default(), word);
        }
        assert_eq!(restore_word("'"), None);
        assert_eq!(restore_word(""), Some("".into()));
    }

    /// What a program makes of a line of ours that separates by this character: cells, of which only
    /// one that begins with a quote is quoted.
    fn cells(line: &str, separator: u8) -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(line.as_bytes());
        let records = reader.records().map(Result::unwrap);
        records
            .flat_map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    proptest! {
        #[test]
        fn what_was_defused_comes_back(field in "['=+@\ta唤;\n\" ]{0,8}") {
            let defused = defuse(&field).into_owned();
            prop_assert_eq!(restore(&defused), field.as_str());
            prop_assert!(!defused.starts_with(BEGINS_FORMULA));
            let word = defuse_word(&field).into_owned();
            prop_assert_eq!(restore_word(&word).unwrap_or_default(), field.as_str());
        }

        #[test]
        fn no_program_finds_a_formula(fields in prop::collection::vec("['=-a;,\t\n\" ]{0,8}", 3)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            let defused = fields.iter().map(|field| defuse(field).into_owned());
            writer.write_record(std::iter::once("7".to_owned()).chain(defused)).unwrap();
            let line = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            for separator in *b",;\t" {
                for cell in cells(&line, separator) {
                    prop_assert!(!cell.starts_with(BEGINS_FORMULA), "{:?} in {:?}", cell, line);
                }
            }
        }
    }
}
