//! The fields of a word as they are in a form.

use kit::MultiDict;

use super::texts::Texts;
use crate::draft::{Draft, Field, Flaw, PerField};

/// The fields of a form.
pub(super) type Fields<'a> = PerField<FieldView<'a>>;

/// One field, with what is in it and what is wrong with that.
pub(super) struct FieldView<'a> {
    pub(super) name: &'static str,
    /// The form's prefix and the name: several forms may be in a page.
    pub(super) id: String,
    pub(super) label: &'static str,
    /// The language of what is written in it.
    pub(super) lang: &'static str,
    pub(super) value: &'a str,
    pub(super) is_sentence: bool,
    pub(super) is_required: bool,
    pub(super) error: Option<String>,
    pub(super) has_focus: bool,
}

/// The fields of a form, each with the text that `value` has for it.
pub(super) fn fields<'a>(
    texts: &'static Texts,
    prefix: &str,
    value: impl Fn(Field) -> &'a str,
) -> Fields<'a> {
    Field::ALL.map(|field| FieldView {
        name: field.name(),
        id: format!("{prefix}-{}", field.name()),
        label: label(texts, field),
        lang: lang(field),
        value: value(field),
        is_sentence: field.is_sentence(),
        is_required: field.is_required(),
        error: None,
        has_focus: false,
    })
}

/// With nothing in them.
pub(super) fn blank(texts: &'static Texts, prefix: &str) -> Fields<'static> {
    fields(texts, prefix, |_| "")
}

/// With what a form sent.
pub(super) fn sent<'a>(texts: &'static Texts, prefix: &str, form: &'a MultiDict) -> Fields<'a> {
    fields(texts, prefix, |field| {
        form.get(field.name()).unwrap_or_default()
    })
}

/// With what a word has.
pub(super) fn kept<'a>(texts: &'static Texts, prefix: &str, draft: &'a Draft) -> Fields<'a> {
    fields(texts, prefix, |field| draft.get(field))
}

/// Says what is wrong at each field, and puts the focus into the first that is wrong.
pub(super) fn mark(fields: &mut Fields<'_>, texts: &Texts, flaws: &[(Field, Flaw)]) {
    for (view, field) in fields.iter_mut().zip(Field::ALL) {
        let own = flaws.iter().filter(|(other, _)| *other == field);
        let said: Vec<String> = own.map(|(_, flaw)| texts.flaw(field, *flaw)).collect();
        view.error = (!said.is_empty()).then(|| said.join(" "));
    }
    if let Some(first) = fields.iter_mut().find(|view| view.error.is_some()) {
        first.has_focus = true;
    }
}

/// What a field is called.
pub(super) fn label(texts: &Texts, field: Field) -> &'static str {
    match field {
        Field::English => texts.english,
        Field::Chinese => texts.chinese,
        Field::SentenceEng => texts.sentence_eng,
        Field::SentenceChi => texts.sentence_chi,
    }
}

fn lang(field: Field) -> &'static str {
    match field {
        Field::English | Field::SentenceEng => "en",
        Field::Chinese | Field::SentenceChi => "zh-CN",
    }
}

#[cfg(test)]
mod tests {
    use site::Language;
    use site::Texts as _;

    use super::*;

    #[test]
    fn what_was_typed_stays_and_the_first_flaw_has_the_focus() {
        let texts = Texts::in_language(Language::English);
        let form = [("chinese", " 唤醒 "), ("sentence_eng", "a\u{1}")]
            .into_iter()
            .collect();
        let mut fields = sent(texts, "add", &form);
        assert_eq!(
            fields.each_ref().map(|field| field.value),
            ["", " 唤醒 ", "a\u{1}", ""]
        );
        assert_eq!(fields[1].id, "add-chinese");
        mark(
            &mut fields,
            texts,
            &[
                (Field::SentenceEng, Flaw::ControlCharacter),
                (Field::English, Flaw::Missing),
                (Field::SentenceEng, Flaw::TooLong),
            ],
        );
        assert_eq!(
            fields.each_ref().map(|field| field.error.is_some()),
            [true, false, true, false]
        );
        assert_eq!(
            fields.each_ref().map(|field| field.has_focus),
            [true, false, false, false]
        );
        let both = fields[2].error.as_deref().unwrap();
        assert!(both.contains("control") && both.contains("2,000"), "{both}");
    }
}
