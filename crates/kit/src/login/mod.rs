//! Who is logged in (feature `login`).
//!
//! A login is a row in the database's table `sessions`, and a random token in Flask's signed session cookie.
//! So it ends on the server, too: after a logout the old cookie is worth nothing, and a client cannot log in by what
//! it puts into its session. Row and cookie last for [`LIFETIME`] from the last visit, or up to a day less.
//!
//! The application's migrations make the tables `users` and `sessions`, as [`SCHEMA`] has them.
//!
//! # Example
//! ```
//! use kit::{Request, Response, Result, db::{Connection, Migration}, jsonify, login::Login, session};
//!
//! const MIGRATIONS: &[Migration] = &[/* the tables */];
//!
//! async fn me(request: Request) -> Result<Response> {
//!     let db = Connection::open(MIGRATIONS).await?;
//!     let login = Login::from_request(&request, &session::secrets().await?, &db).await?;
//!     let answer = jsonify(&login.require("see your account")?.to_json());
//!     login.save_on(answer)
//! }
//! ```

mod account;
mod name;
mod rights;
mod rows;
#[cfg(test)]
mod tests;
mod token;
mod variables;

use std::fmt;

use self::{rows::Renewal, token::Token};
use crate::{
    error::{Error, Result},
    request::Request,
    response::Response,
    session::{LOGIN, Secrets, Session},
    store::db::Database,
};

pub use self::{
    account::Account,
    name::name_key,
    rights::{Admins, RequireLogin},
};

#[cfg(doc)]
use crate::session::LIFETIME;

/// The tables and triggers that a login needs, as a migration. An application may have more columns.
pub const SCHEMA: &str = include_str!("schema.sql");

/// Who sent a request, by its session.
///
/// # Errors
/// A client without a login is no error: [`Self::account`] is `None`, and [`Self::require`] refuses it.
/// Nor is a missing secret key, until somebody has to log in.
#[must_use = "a login does nothing until it is checked"]
pub struct Login {
    /// None where there is no secret key, and so no session.
    session: Option<Session>,
    /// What the session says, where that is a login.
    current: Option<Current>,
}

/// A login that goes on.
struct Current {
    token: Token,
    account: Account,
}

impl Login {
    /// Looks up who sent a request. The database is asked only where the session names a login.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn from_request(
        request: &Request,
        secrets: &Secrets,
        db: &impl Database,
    ) -> Result<Self> {
        if !secrets.are_set() {
            return Ok(Self {
                session: None,
                current: None,
            });
        }
        let session = Session::open(request, secrets)?;
        let token = session.get(LOGIN).and_then(|token| token.as_str());
        let current = match token.map(Token::from_session) {
            Some(token) => {
                let found = rows::find(db, &token).await?;
                found.map(|(account, renewal)| (Current { token, account }, renewal))
            }
            None => None,
        };
        if let Some((current, Renewal::Due)) = &current {
            rows::renew(db, &current.token).await;
        }
        Ok(Self {
            session: Some(session),
            current: current.map(|(current, _)| current),
        })
    }

    /// The account that is logged in, if one is.
    pub fn account(&self) -> Option<&Account> {
        self.current.as_ref().map(|current| &current.account)
    }

    /// Whether anybody can log in: whether there is a secret key.
    pub fn is_available(&self) -> bool {
        self.session.is_some()
    }

    /// Refuses what needs a session where there can be none.
    ///
    /// # Errors
    /// 500 without a secret key, with what to set.
    pub fn available(&self) -> Result<()> {
        if self.is_available() {
            Ok(())
        } else {
            Err(formats::Error::NoSecretKey.into())
        }
    }

    /// The account, for what needs one. `to` says what for: "change a word".
    ///
    /// # Errors
    /// 401 where nobody is logged in; 500 where nobody can be, with what to set.
    pub fn require(&self, to: &str) -> Result<&Account> {
        self.available()?;
        self.account()
            .ok_or_else(|| Error::unauthorized("login-required", format!("log in to {to}")))
    }

    /// Whether the account may change what belongs to the account of this id. Everybody may change their own, and
    /// admins everything. Only admins may change what nobody owns, or what a deleted account owned, even if a new
    /// account has its name.
    pub fn may_change(&self, owner_id: Option<i64>, admins: &Admins) -> bool {
        self.account()
            .is_some_and(|account| account.owns(owner_id) || admins.has(account))
    }

    /// Refuses a client that may not change what belongs to the account of this id; see [`Self::may_change`]. `owner`
    /// is the name that the account had, and `to` names the change: "change a word".
    ///
    /// # Errors
    /// 401 and 500 as [`Self::require`], 403 where it is not the account's.
    pub fn require_to_change(
        &self,
        owner_id: Option<i64>,
        owner: Option<&str>,
        admins: &Admins,
        to: &str,
    ) -> Result<()> {
        let account = self.require(to)?;
        if self.may_change(owner_id, admins) {
            return Ok(());
        }
        let is_namesake = |owner: &&str| name_key(owner) == name_key(&account.name);
        let detail = match (owner_id, owner) {
            (_, None) => "this belongs to nobody; only administrators can change it".to_owned(),
            (None, Some(owner)) => format!(
                "its owner's account ({owner}) was deleted; only administrators can change it"
            ),
            (Some(_), Some(owner)) if is_namesake(&owner) => format!(
                "this belongs to an earlier account named {owner}; only administrators can change it"
            ),
            (Some(_), Some(owner)) => {
                format!("this belongs to {owner}; only {owner} and administrators can change it")
            }
        };
        Err(Error::forbidden("not-the-owner", detail))
    }

    /// Logs an account in: ends the client's login that there is, if any, forgets everything in its session,
    /// so that nothing of what somebody else may have put there stays, and begins a new login.
    ///
    /// `false`, and nothing done, where the account has another password hash by now: the client did not show
    /// that it knows the password of that.
    ///
    /// # Errors
    /// 500 without a secret key; those of the database.
    pub async fn start(
        &mut self,
        account: Account,
        password_hash: &str,
        db: &impl Database,
    ) -> Result<bool> {
        self.available()?;
        let token = Token::random()?;
        if !rows::insert(db, &token, account.id, password_hash).await? {
            return Ok(false);
        }
        if let Some(before) = &self.current {
            rows::delete(db, &before.token).await?;
        }
        if let Some(session) = &mut self.session {
            session.clear();
            session.insert(LOGIN, token.as_str());
            session.set_permanent(true);
        }
        self.current = Some(Current { token, account });
        Ok(true)
    }

    /// Logs out: deletes the row and empties the session. Does no harm if nobody is logged in.
    ///
    /// # Errors
    /// 500 without a secret key; those of the database.
    pub async fn end(&mut self, db: &impl Database) -> Result<()> {
        self.available()?;
        if let Some(current) = self.current.take() {
            rows::delete(db, &current.token).await?;
        }
        if let Some(session) = &mut self.session {
            session.clear();
        }
        Ok(())
    }

    /// Puts on a response what the client has to keep; see [`Session::save_on`].
    ///
    /// # Errors
    /// Those of [`Session::save_on`].
    pub fn save_on(self, response: Response) -> Result<Response> {
        match self.session {
            Some(session) => session.save_on(response),
            None => Ok(response),
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.account().map(|account| account.id);
        out.debug_struct("Login").field("account", &id).finish()
    }
}
