//! The fields of the forms.

use kit::MultiDict;
use site::fill;

use super::texts::Texts;
use crate::credentials::{Field, Flaw, MAX_PASSWORD_CHARS, MIN_PASSWORD_CHARS};

/// One field, with what is in it and what is wrong with that.
pub(super) struct FieldView {
    field: Field,
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// Said beside the label, and below the field.
    pub(super) note: Option<&'static str>,
    pub(super) hint: Option<String>,
    pub(super) is_password: bool,
    /// The fewest characters, for programs that make up passwords.
    pub(super) min: Option<usize>,
    /// What it is to a password manager (HTML, section 4.10.18.7).
    pub(super) autocomplete: &'static str,
    pub(super) value: String,
    pub(super) error: Option<String>,
    pub(super) has_focus: bool,
}

pub(super) fn log_in(texts: &'static Texts) -> Vec<FieldView> {
    let mut fields = vec![
        FieldView::new(Field::Name, texts.name, "username"),
        FieldView::password(Field::Password, texts.password),
    ];
    focus(&mut fields, Field::Name);
    fields
}

pub(super) fn register(texts: &'static Texts) -> Vec<FieldView> {
    let mut name = FieldView::new(Field::Name, texts.name, "username");
    name.hint = Some(texts.name_hint.to_owned());
    let mut nickname = FieldView::new(Field::Nickname, texts.nickname, "nickname");
    nickname.note = Some(texts.optional);
    let mut fields = vec![
        name,
        nickname,
        FieldView::new_password(texts, Field::Password, texts.password),
    ];
    focus(&mut fields, Field::Name);
    fields
}

pub(super) fn change(texts: &'static Texts) -> Vec<FieldView> {
    vec![
        FieldView::password(Field::Old, texts.old_password),
        FieldView::new_password(texts, Field::New, texts.new_password),
    ]
}

/// Puts back what was typed; passwords are typed again.
pub(super) fn fill_in(fields: &mut [FieldView], typed: &MultiDict) {
    for view in fields.iter_mut().filter(|view| !view.is_password) {
        view.value = typed.get(view.field.name()).unwrap_or_default().to_owned();
    }
}

/// Says what is wrong at each field, and puts the focus into the first that is wrong.
pub(super) fn mark(fields: &mut [FieldView], texts: &Texts, flaws: &[(Field, Flaw)]) {
    for view in fields.iter_mut() {
        let own = flaws.iter().find(|(field, _)| *field == view.field);
        view.error = own.map(|(field, flaw)| texts.flaw(*field, *flaw));
    }
    let first = fields.iter().find(|view| view.error.is_some());
    if let Some(field) = first.map(|view| view.field) {
        focus(fields, field);
    }
}

/// Puts the focus into one of them.
pub(super) fn focus(fields: &mut [FieldView], field: Field) {
    for view in fields {
        view.has_focus = view.field == field;
    }
}

impl FieldView {
    fn new(field: Field, label: &'static str, autocomplete: &'static str) -> Self {
        Self {
            field,
            name: field.name(),
            label,
            note: None,
            hint: None,
            is_password: false,
            min: None,
            autocomplete,
            value: String::new(),
            error: None,
            has_focus: false,
        }
    }

    fn password(field: Field, label: &'static str) -> Self {
        Self {
            is_password: true,
            ..Self::new(field, label, "current-password")
        }
    }

    fn new_password(texts: &Texts, field: Field, label: &'static str) -> Self {
        let limits = [MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS].map(|n| n.to_string());
        let [min, max] = limits.each_ref().map(String::as_str);
        Self {
            is_password: true,
            min: Some(MIN_PASSWORD_CHARS),
            hint: Some(fill(texts.password_hint, &[("min", min), ("max", max)])),
            ..Self::new(field, label, "new-password")
        }
    }
}
