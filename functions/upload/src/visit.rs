//! Who sent a request, and what they may do.

use kit::{
    Request, Result,
    blobs::Manifest,
    login::{self, Admins, Login, RequireLogin},
    session::Secrets,
};

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
    pub(crate) async fn of(request: &Request) -> Result<Self> {
        let secrets = Secrets::from_variables().await?;
        let db = login::open().await?;
        Ok(Self {
            login: Login::of(request, &secrets, &db).await?,
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

    /// Whose a picture is that comes in the place of `old`. What somebody owns stays theirs, whoever replaces
    /// it; anybody may replace what nobody owns, as in the tutorial, and then it is whose the new one is.
    ///
    /// # Errors
    /// 401 or 403 where the old one is somebody else's.
    pub(crate) fn owner(&self, old: Option<&Manifest>) -> Result<Option<String>> {
        let Some(owner) = old.and_then(|old| old.owner.as_deref()) else {
            return Ok(self.login.account().map(|account| account.name.clone()));
        };
        self.login
            .require_to_change_by_name(Some(owner), &self.admins, REPLACE)?;
        Ok(Some(owner.to_owned()))
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
    pub(crate) fn check_delete(&self, picture: &Manifest) -> Result<()> {
        let owner = picture.owner.as_deref();
        self.login
            .require_to_change_by_name(owner, &self.admins, DELETE)
    }

    /// Whether it may delete a picture.
    pub(crate) fn may_delete(&self, picture: &Manifest) -> bool {
        self.login
            .may_change_by_name(picture.owner.as_deref(), &self.admins)
    }
}
