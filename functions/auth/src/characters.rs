//! Characters that a name must not have, or only between others.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Whether a character is not seen, or changes how others are: controls, the ones that turn the direction of
/// writing, white space but the space, what has no meaning (yet), and the letters that are drawn as nothing
/// (`Default_Ignorable_Code_Point` of the Unicode Character Database, where it is not a format character, and the
/// Braille pattern without dots).
pub(crate) fn is_invisible(c: char) -> bool {
    use GeneralCategory as C;
    let category = matches!(
        c.general_category(),
        C::Control
            | C::Format
            | C::Surrogate
            | C::PrivateUse
            | C::Unassigned
            | C::LineSeparator
            | C::ParagraphSeparator
    );
    let drawn_as_nothing = matches!(
        c,
        '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{ffa0}'
    );
    category || drawn_as_nothing || (c.is_whitespace() && c != ' ')
}

/// The zero-width joiner and non-joiner, and the variation selectors.
pub(crate) fn joins(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}
