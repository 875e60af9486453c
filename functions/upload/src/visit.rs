//! Who sent a request, and what they may do.

use kit::{
    Request, Result,
    db::Database,
    login::{Admins, Login, RequireLogin},
    session,
};

use crate::store::{Owner, Picture, Uploader};

/// What is refused, in words.
const UPLOAD: &str = "upload a picture";
const REPLACE: &str = "replace a picture";
const DELETE: &str = "delete a picture";

/// A request's sender.
pub(crate) struct Visit {
    pub(crate) login: Login,
    admins: Admins,
    require_login: RequireLogin,
}

impl Visit {
    /// # Errors
    /// Those of the variables and of the database.
    pub(crate) async fn of(request: &Request, db: &impl Database) -> Result<Self> {
        let secrets = session::secrets().await?;
        Ok(Self {
            login: Login::from_request(request, &secrets, db).await?,
            admins: Admins::from_variable().await?,
            require_login: RequireLogin::from_variable().await?,
        })
    }

    /// # Errors
    /// 401 where uploading needs a login and there is none.
    pub(crate) fn check_upload(&self) -> Result<()> {
        if self.require_login.holds() {
            self.login.require(UPLOAD)?;
        }
        Ok(())
    }

    /// Whether it has to log in before it can upload.
    pub(crate) fn has_to_log_in(&self) -> bool {
        self.require_login.holds() && self.login.account().is_none()
    }

    /// Who uploads a picture, for the statement that decides whose it is.
    pub(crate) fn uploader(&self) -> Uploader {
        let account = self.login.account();
        Uploader {
            account: account.map(|account| Owner {
                id: account.id,
                name: account.name.clone(),
            }),
            is_admin: account.is_some_and(|account| self.admins.has(account)),
        }
    }

    /// Refuses who may not put a picture in the place of this one.
    ///
    /// # Errors
    /// 401 or 403 where it is somebody else's.
    pub(crate) fn check_replace(&self, old: &Picture) -> Result<()> {
        if self.uploader().may_replace(old) {
            return Ok(());
        }
        self.require_to_change(old, REPLACE)
    }

    /// Refuses who may delete nothing at all, whether the picture is there or not.
    ///
    /// # Errors
    /// 401 where nobody is logged in; 500 where there is no secret key.
    pub(crate) fn check_deletes(&self) -> Result<()> {
        self.login.require(DELETE)?;
        Ok(())
    }

    /// # Errors
    /// 401 or 403 where the picture is somebody else's, or nobody's.
    pub(crate) fn check_delete(&self, picture: &Picture) -> Result<()> {
        self.require_to_change(picture, DELETE)
    }

    /// Whether it may delete a picture.
    pub(crate) fn may_delete(&self, picture: &Picture) -> bool {
        self.login.may_change(picture.owner_id(), &self.admins)
    }

    fn require_to_change(&self, picture: &Picture, to: &str) -> Result<()> {
        self.login
            .require_to_change(picture.owner_id(), picture.owner_name(), &self.admins, to)
    }
}
