//! Who sent a request, and what they may do.

use kit::{
    Request, Response, Result,
    db::Database,
    login::{Account, Admins, Login, RequireLogin},
    session,
};

/// The sender of a request, with the settings that say who may do what.
///
/// Looking is for everybody, and adding too unless the variable `require_login` closes it. A thing is changed and
/// deleted by the account that owns it; what nobody owns, and everybody's, by the `admins`.
#[derive(Debug)]
#[must_use = "a visit does nothing until it is checked"]
pub struct Visit {
    login: Login,
    admins: Admins,
    require_login: RequireLogin,
}

impl Visit {
    /// Looks up who sent a request. The component needs the variables `secret_key`, `secret_key_fallbacks`, `admins`
    /// and `require_login`.
    ///
    /// # Errors
    /// Those of the database, and of variables that cannot be read.
    pub async fn new(request: &Request, db: &impl Database) -> Result<Self> {
        let secrets = session::secrets().await?;
        Ok(Self::with(
            Login::from_request(request, &secrets, db).await?,
            Admins::from_variable().await?,
            RequireLogin::from_variable().await?,
        ))
    }

    /// The same by what was looked up before.
    pub fn with(login: Login, admins: Admins, require_login: RequireLogin) -> Self {
        Self {
            login,
            admins,
            require_login,
        }
    }

    /// Who is logged in, for [`Site::seen_by`](crate::Site::seen_by).
    pub fn login(&self) -> &Login {
        &self.login
    }

    /// The account, where somebody is logged in.
    pub fn account(&self) -> Option<&Account> {
        self.login.account()
    }

    /// Whether nobody is logged in who could be.
    pub fn is_guest(&self) -> bool {
        self.login.is_available() && self.account().is_none()
    }

    /// Whether the account is one of the `admins`.
    pub fn is_admin(&self) -> bool {
        self.account()
            .is_some_and(|account| self.admins.has(account))
    }

    /// Whether it may add something.
    pub fn may_add(&self) -> bool {
        !self.require_login.is_required() || self.account().is_some()
    }

    /// Who will own what is added: the account, or nobody. `to` says what is to be done: "add words".
    ///
    /// # Errors
    /// 401 where adding needs a login and there is none; 500 where it needs one and there is no secret key.
    pub fn owner_to_be(&self, to: &str) -> Result<Option<&Account>> {
        if self.require_login.is_required() {
            self.login.require(to)?;
        }
        Ok(self.account())
    }

    /// Refuses what needs somebody, whatever it is about. `to` says what is to be done: "change a word".
    ///
    /// # Errors
    /// 401 where nobody is logged in; 500 where nobody can be.
    pub fn require(&self, to: &str) -> Result<&Account> {
        self.login.require(to)
    }

    /// Whether it may change what belongs to the account of this id, or to nobody; see [`Login::may_change`].
    pub fn may_change(&self, owner_id: Option<i64>) -> bool {
        self.login.may_change(owner_id, &self.admins)
    }

    /// Refuses a change to what belongs to the account of this id, and name, or to nobody.
    ///
    /// # Errors
    /// 401, 403 and 500 as [`Login::require_to_change`].
    pub fn require_to_change(
        &self,
        owner_id: Option<i64>,
        owner: Option<&str>,
        to: &str,
    ) -> Result<()> {
        self.login
            .require_to_change(owner_id, owner, &self.admins, to)
    }

    /// Puts on a response what the client has to keep; see [`Login::save_on`].
    ///
    /// # Errors
    /// Those of [`Login::save_on`].
    pub fn save_on(self, response: Response) -> Result<Response> {
        self.login.save_on(response)
    }
}
