//! The keys, where Spin keeps them.

use super::Secrets;
use crate::{error::Result, variables::variable};

impl Secrets {
    /// Takes the keys from the component's variables `secret_key` and `secret_key_fallbacks`. This calls the
    /// host; a native test takes [`Secrets::parse`].
    ///
    /// # Errors
    /// 500 as [`Secrets::parse`], and where `spin.toml` does not grant the component the variables, with
    /// what to write there.
    ///
    /// # Example
    /// ```
    /// use kit::{Request, Response, Result, session::{Secrets, Session}, text};
    ///
    /// async fn greet(request: Request) -> Result<Response> {
    ///     let session = Session::open(&request, &Secrets::from_variables().await?)?;
    ///     let user = session.get("login_user").and_then(|user| user.as_str());
    ///     Ok(text(format!("Hello, {}!", user.unwrap_or("world"))))
    /// }
    /// ```
    pub async fn from_variables() -> Result<Self> {
        let key = variable("secret_key").await?;
        let fallbacks = variable("secret_key_fallbacks").await?;
        Self::parse(&key, &fallbacks)
    }
}
