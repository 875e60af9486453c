//! The settings, where Spin keeps them.

use super::{Admins, RequireLogin};
use crate::{error::Result, variables::variable};

impl Admins {
    /// Takes the names from the component's variable `admins`. This calls the host; a native test takes
    /// [`Admins::parse`].
    ///
    /// # Errors
    /// 500 where `spin.toml` does not grant the component the variable, with what to write there.
    pub async fn from_variable() -> Result<Self> {
        Ok(Self::parse(&variable("admins").await?))
    }
}

impl RequireLogin {
    /// Takes the component's variable `require_login`. This calls the host; a native test takes
    /// [`RequireLogin::parse`].
    ///
    /// # Errors
    /// Those of [`RequireLogin::parse`], and 500 where `spin.toml` does not grant the component the variable,
    /// with what to write there.
    pub async fn from_variable() -> Result<Self> {
        Self::parse(&variable("require_login").await?)
    }
}
