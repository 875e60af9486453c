//! Who looks at a page, for its header.

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visitor {
    /// The page does not say, or nobody can log in, as there is no secret key.
    Unknown,
    /// Nobody is. The header has a link to log in.
    Guest,
    /// Somebody is, with what the account is called.
    Member(String),
}

#[cfg(feature = "login")]
impl Visitor {
    /// Who has this login.
    pub(super) fn new(login: &kit::login::Login) -> Self {
        match login.account() {
            Some(account) => Self::Member(account.called().to_owned()),
            None if login.is_available() => Self::Guest,
            None => Self::Unknown,
        }
    }
}
