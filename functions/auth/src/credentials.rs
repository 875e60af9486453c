//! Names and passwords, as somebody wants them to be.

use kit::{Error, FieldError, TextFields, formats::python, login::name_key};

use crate::{
    characters::{is_invisible, joins},
    common,
    key::Key,
};

/// The fewest characters of a name.
pub(crate) const MIN_NAME_CHARS: usize = 2;

/// The most characters of a name, and of a nickname.
pub(crate) const MAX_NAME_CHARS: usize = 32;

/// The fewest characters of a password.
pub(crate) const MIN_PASSWORD_CHARS: usize = 8;

/// The most characters of a new password.
pub(crate) const MAX_PASSWORD_CHARS: usize = 256;

/// A field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Name,
    Nickname,
    Password,
    Old,
    New,
    /// Where to go then.
    Next,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    Missing,
    /// It came in JSON, and is no string.
    NotText,
    /// Holds the fewest characters.
    TooShort(usize),
    /// Holds the most characters.
    TooLong(usize),
    /// A character that nobody sees, or white space other than single spaces.
    Invisible,
    /// The password is the name.
    IsName,
    /// The password is one of the commonest.
    Common,
    /// The old password is another one.
    Wrong,
}

/// Everything that is wrong with a form.
pub(crate) type Flaws = Vec<(Field, Flaw)>;

/// Somebody who wants an account.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewAccount {
    pub(crate) name: String,
    pub(crate) nickname: Option<String>,
    pub(crate) password: String,
}

impl Field {
    /// Its name in forms and in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Nickname => "nickname",
            Self::Password => "password",
            Self::Old => "old",
            Self::New => "new",
            Self::Next => "next",
        }
    }

    /// The value that was sent, if there is one.
    pub(crate) fn get(self, fields: &TextFields) -> Result<Option<&str>, (Self, Flaw)> {
        if fields.flaw_of(self.name()).is_some() {
            return Err((self, Flaw::NotText));
        }
        Ok(fields.texts().get(self.name()))
    }

    /// The value that was sent, where there has to be one.
    pub(crate) fn require(self, fields: &TextFields) -> Result<&str, (Self, Flaw)> {
        let value = self.get(fields)?.filter(|value| !value.is_empty());
        value.ok_or((self, Flaw::Missing))
    }
}

impl Flaw {
    /// What is wrong, for programs.
    fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotText => "not-a-string",
            Self::TooShort(_) => "too-short",
            Self::TooLong(_) => "too-long",
            Self::Invisible => "invisible-characters",
            Self::IsName => "same-as-name",
            Self::Common => "common-password",
            Self::Wrong => "wrong-password",
        }
    }

    /// What is wrong, and what would be right.
    pub(crate) fn detail(self) -> String {
        match self {
            Self::Missing => "is missing".to_owned(),
            Self::NotText => "must be a string".to_owned(),
            Self::TooShort(min) => format!("must have at least {min} characters"),
            Self::TooLong(max) => format!("must have at most {max} characters"),
            Self::Invisible => {
                "must not have invisible characters, or white space other than single spaces"
                    .to_owned()
            }
            Self::IsName => "must not be the name".to_owned(),
            Self::Common => "is one of the most common passwords".to_owned(),
            Self::Wrong => "is not your password".to_owned(),
        }
    }
}

/// 422 for these.
pub(crate) fn unprocessable(flaws: &[(Field, Flaw)]) -> Error {
    let errors = flaws
        .iter()
        .map(|(field, flaw)| FieldError::new(field.name(), flaw.code(), flaw.detail()));
    Error::invalid_fields("some fields are not valid", errors.collect())
}

impl NewAccount {
    /// Takes name, nickname and password of a form. Name and nickname are taken without the white space around
    /// them; a nickname of nothing but white space counts as none.
    ///
    /// # Errors
    /// Every flaw of every field.
    pub(crate) fn new(fields: &TextFields) -> Result<Self, Flaws> {
        let mut flaws = Flaws::new();
        let name = Field::Name.require(fields).map(python::strip);
        let nickname = Field::Nickname.get(fields).map(Option::unwrap_or_default);
        let nickname = nickname.map(python::strip);
        let password = Field::Password.require(fields);
        let mut flawed =
            |field, value: Result<&str, (Field, Flaw)>, flaw: &dyn Fn(&str) -> Option<Flaw>| {
                // What is missing, or no text, has no other flaw.
                flaws.extend(match value {
                    Ok(text) => flaw(text).map(|flaw| (field, flaw)),
                    Err(flaw) => Some(flaw),
                });
            };
        flawed(Field::Name, name, &flaw_of_name);
        flawed(Field::Nickname, nickname, &flaw_of_nickname);
        let own_name = name.unwrap_or_default();
        flawed(Field::Password, password, &|password| {
            flaw_of_password(password, own_name)
        });
        flaws.extend(Field::Next.get(fields).err());
        let (Ok(name), Ok(nickname), Ok(password), true) =
            (name, nickname, password, flaws.is_empty())
        else {
            return Err(flaws);
        };
        Ok(Self {
            name: name.to_owned(),
            nickname: Some(nickname.to_owned()).filter(|nickname| !nickname.is_empty()),
            password: password.to_owned(),
        })
    }

    /// What the account is found by.
    pub(crate) fn key(&self) -> Key {
        Key::new(&self.name)
    }
}

/// What is wrong with a new password for the account of this name.
pub(crate) fn flaw_of_password(password: &str, name: &str) -> Option<Flaw> {
    let chars = password.chars().count();
    if chars < MIN_PASSWORD_CHARS {
        return Some(Flaw::TooShort(MIN_PASSWORD_CHARS));
    }
    if chars > MAX_PASSWORD_CHARS {
        return Some(Flaw::TooLong(MAX_PASSWORD_CHARS));
    }
    let key = name_key(python::strip(password));
    if !name.is_empty() && Key(key.clone()) == Key::new(name) {
        return Some(Flaw::IsName);
    }
    common::has(&key).then_some(Flaw::Common)
}

fn flaw_of_name(name: &str) -> Option<Flaw> {
    let chars = name.chars().count();
    if chars < MIN_NAME_CHARS {
        return Some(Flaw::TooShort(MIN_NAME_CHARS));
    }
    if chars > MAX_NAME_CHARS {
        return Some(Flaw::TooLong(MAX_NAME_CHARS));
    }
    // Two names that look the same must be the same.
    let hidden = name.contains("  ") || name.chars().any(|c| is_invisible(c) || joins(c));
    hidden.then_some(Flaw::Invisible)
}

/// A nickname tells nobody apart, so it may have what emoji and some scripts are joined with.
fn flaw_of_nickname(nickname: &str) -> Option<Flaw> {
    if nickname.chars().count() > MAX_NAME_CHARS {
        return Some(Flaw::TooLong(MAX_NAME_CHARS));
    }
    let hidden = nickname.chars().any(|c| is_invisible(c) && !joins(c));
    hidden.then_some(Flaw::Invisible)
}

#[cfg(test)]
mod tests {
    use kit::MultiDict;
    use proptest::prelude::*;

    use super::*;

    fn new_account(fields: &[(&str, &str)]) -> Result<NewAccount, Flaws> {
        let fields: MultiDict = fields.iter().copied().collect();
        NewAccount::new(&fields.into())
    }

    fn name(name: &str) -> Result<String, Flaws> {
        let account = new_account(&[("name", name), ("password", "a long secret")]);
        account.map(|account| account.name)
    }

    fn nickname(nickname: &str) -> Result<Option<String>, Flaws> {
        let fields = [
            ("name", "duke"),
            ("password", "a long secret"),
            ("nickname", nickname),
        ];
        new_account(&fields).map(|account| account.nickname)
    }

    fn password(password: &str) -> Option<Flaw> {
        let account = new_account(&[("name", "Duke Ellington"), ("password", password)]);
        account.err().map(|flaws| flaws[0].1)
    }

    #[test]
    fn a_name_has_2_to_32_visible_characters() {
        for ok in [
            "ab",
            "唤醒",
            "唤醒手腕",
            "Ann Lee",
            "O'Neil-Smith, Jr.",
            "😀😀",
            &"x".repeat(32),
            &"醒".repeat(32),
            "e\u{301}e\u{301}",
        ] {
            assert_eq!(name(ok).as_deref(), Ok(ok));
        }
        for (bad, want) in [
            ("a", Flaw::TooShort(2)),
            ("醒", Flaw::TooShort(2)),
            (" a ", Flaw::TooShort(2)),
            (" \u{3000} ", Flaw::TooShort(2)),
            ("", Flaw::Missing),
            (&"x".repeat(33), Flaw::TooLong(32)),
            (&"醒".repeat(33), Flaw::TooLong(32)),
            ("du\0ke", Flaw::Invisible),
            ("du\nke", Flaw::Invisible),
            ("du\tke", Flaw::Invisible),
            ("du\u{3000}ke", Flaw::Invisible),
            ("du\u{a0}ke", Flaw::Invisible),
            ("du  ke", Flaw::Invisible),
            ("du\u{200b}ke", Flaw::Invisible),
            ("du\u{200d}ke", Flaw::Invisible),
            ("du\u{ad}ke", Flaw::Invisible),
            ("\u{202e}ekud", Flaw::Invisible),
            ("\u{2067}duke", Flaw::Invisible),
            ("duke\u{feff}", Flaw::Invisible),
            ("duke\u{fe0f}", Flaw::Invisible),
            ("duke\u{34f}", Flaw::Invisible),
            ("\u{3164}\u{3164}", Flaw::Invisible),
            ("\u{2800}\u{2800}", Flaw::Invisible),
            ("duke\u{e0041}", Flaw::Invisible),
            ("duke\u{e000}", Flaw::Invisible),
            ("duke\u{378}", Flaw::Invisible),
            ("du\u{2028}ke", Flaw::Invisible),
        ] {
            assert_eq!(name(bad), Err(vec![(Field::Name, want)]), "{bad:?}");
        }
        assert_eq!(name("\u{3000}duke \n").as_deref(), Ok("duke"));
    }

    #[test]
    fn a_nickname_is_what_one_likes() {
        for (text, want) in [
            ("", None),
            ("  ", None),
            (" D ", Some("D")),
            ("👩\u{200d}🚀", Some("👩\u{200d}🚀")),
        ] {
            assert_eq!(nickname(text), Ok(want.map(str::to_owned)), "{text:?}");
        }
        for (text, want) in [
            ("a\u{202e}b", Flaw::Invisible),
            ("a\u{7}b", Flaw::Invisible),
            (&"x".repeat(33), Flaw::TooLong(32)),
        ] {
            assert_eq!(
                nickname(text),
                Err(vec![(Field::Nickname, want)]),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_password_has_8_to_256_characters_and_is_not_the_first_to_be_tried() {
        for (text, want) in [
            ("", Some(Flaw::Missing)),
            ("1234567", Some(Flaw::TooShort(8))),
            ("唤醒手腕唤醒手", Some(Flaw::TooShort(8))),
            ("唤醒手腕唤醒手腕", None),
            (" 8 bytes", None),
            (&"x".repeat(256), None),
            (&"x".repeat(257), Some(Flaw::TooLong(256))),
            ("Duke Ellington", Some(Flaw::IsName)),
            ("ＤＵＫＥ ellington", Some(Flaw::IsName)),
            (" duke ellington ", Some(Flaw::IsName)),
            ("duke ellington1", None),
            ("password", Some(Flaw::Common)),
            ("PassWord", Some(Flaw::Common)),
            ("１２３４５６７８", Some(Flaw::Common)),
            (" 12345678 ", Some(Flaw::Common)),
        ] {
            assert_eq!(password(text), want, "{text:?}");
        }
    }

    #[test]
    fn every_flaw_of_every_field_is_named() {
        assert_eq!(
            new_account(&[]),
            Err(vec![
                (Field::Name, Flaw::Missing),
                (Field::Password, Flaw::Missing)
            ])
        );
        let all = new_account(&[("name", "a"), ("nickname", "\u{1}"), ("password", "short")]);
        let error = unprocessable(&all.unwrap_err());
        let fields: Vec<String> = error
            .fields()
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, ["name", "nickname", "password"]);
        assert_eq!(error.status().as_u16(), 422);
    }

    proptest! {
        #[test]
        fn two_names_that_are_accepted_differ_to_the_eye_or_are_one(text in "\\PC{2,8}") {
            let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
            if let Ok(name) = name(&text) {
                prop_assert_eq!(name, python::strip(&seen));
            }
        }
    }
}
