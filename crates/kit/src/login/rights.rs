//! Who may do what, as `spin.toml` has it.

use super::{Account, name::name_key};
use crate::error::{Error, Result};

/// The accounts that may change everything (the variable `admins`: names, separated by commas).
///
/// Whoever owns the account of such a name is an admin. So register the account first and set the variable then:
/// nobody may register a free name that stands here, see [`Self::includes_name`].
#[derive(Debug, Clone, Default)]
pub struct Admins(Vec<String>);

impl Admins {
    /// Takes names, separated by commas. Empty is nobody.
    ///
    /// # Example
    /// ```
    /// use kit::login::Admins;
    ///
    /// let admins = Admins::parse("Duke, 唤醒手腕");
    /// assert!(!admins.is_empty());
    /// ```
    pub fn parse(names: &str) -> Self {
        let names = names.split(',').map(str::trim);
        Self(
            names
                .filter(|name| !name.is_empty())
                .map(name_key)
                .collect(),
        )
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an account is one of them.
    pub fn has(&self, account: &Account) -> bool {
        self.includes_name(&account.name)
    }

    /// Whether a name is one of theirs, so that nobody else may get it.
    pub fn includes_name(&self, name: &str) -> bool {
        self.0.contains(&name_key(name))
    }
}

/// Whether adding needs a login, too (the variable `require_login`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequireLogin(bool);

impl RequireLogin {
    /// Whether adding needs a login.
    pub fn is_required(self) -> bool {
        self.0
    }

    /// Takes `true` or `false`.
    ///
    /// # Errors
    /// 500 for anything else, with what to set: a mistake must not leave open what somebody meant to close.
    pub fn parse(text: &str) -> Result<Self> {
        match text {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(Error::Misconfigured(
                "the variable require_login must be true or false".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str) -> Account {
        Account {
            id: 1,
            name: name.to_owned(),
            nickname: None,
            created_at: String::new(),
        }
    }

    #[test]
    fn admins_are_named_in_any_case_and_width() {
        for (admins, name, want) in [
            ("", "duke", false),
            (",, ,", "", false),
            ("duke", "Duke", true),
            (" ＤＵＫＥ ,ann", "duke", true),
            ("ann,duke ", "duke", true),
            ("ann duke", "duke", false),
            ("dukes", "duke", false),
            ("唤醒手腕,", "唤醒手腕", true),
        ] {
            let admins = Admins::parse(admins);
            assert_eq!(admins.has(&account(name)), want, "{admins:?} {name}");
            assert_eq!(admins.includes_name(name), want, "{admins:?} {name}");
        }
        assert!(Admins::parse(" ,").is_empty());
    }

    #[test]
    fn nothing_but_true_and_false_is_believed() {
        assert_eq!(RequireLogin::parse("true").unwrap(), RequireLogin(true));
        assert_eq!(RequireLogin::parse("false").unwrap(), RequireLogin(false));
        for text in ["", "True", "1", "yes", " true", "on", "真"] {
            let error = RequireLogin::parse(text).unwrap_err();
            assert!(matches!(error, Error::Misconfigured(_)), "{text}");
            assert!(error.to_string().contains("require_login"), "{error}");
        }
    }
}
