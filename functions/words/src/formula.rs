//! Keeping spreadsheet programs from running what somebody wrote into a field (CSV injection, as OWASP
//! describes it): a field that would be a formula gets an apostrophe in front, and loses it again on the
//! way back. So does one that has such apostrophes already, or it would come back with one less.

use std::borrow::Cow;

/// What a formula begins with, in one program or another, full-width forms included.
const BEGINS_FORMULA: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// A field that no program takes for a formula.
pub(crate) fn defuse(field: &str) -> Cow<'_, str> {
    if would_run(field) {
        return format!("'{field}").into();
    }
    field.into()
}

/// The field as it was before [`defuse`].
pub(crate) fn restore(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(rest) if would_run(rest) => rest,
        _ => field,
    }
}

/// Whether a field is a formula, but for apostrophes in front.
fn would_run(field: &str) -> bool {
    field.trim_start_matches('\'').starts_with(BEGINS_FORMULA)
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
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("a=1", "a=1"),
            ("'tis", "'tis"),
            ("'", "'"),
            ("", ""),
            ("唤醒", "唤醒"),
        ] {
            assert_eq!(defuse(field), want, "{field}");
            assert_eq!(restore(want), field, "{field}");
        }
    }

    proptest! {
        #[test]
        fn what_was_defused_comes_back(field in "['=+@\ta唤]{0,6}") {
            let defused = defuse(&field).into_owned();
            prop_assert_eq!(restore(&defused), field.as_str());
            prop_assert!(!defused.starts_with(BEGINS_FORMULA));
        }
    }
}
