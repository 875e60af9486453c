//! The keys, where Spin keeps them.

use spin_sdk::variables;

use super::Secrets;
use crate::error::{Error, Result};

const KEY: &str = "secret_key";
const FALLBACKS: &str = "secret_key_fallbacks";

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
        let key = variables::get(KEY).await.map_err(|why| unread(KEY, why))?;
        let fallbacks = variables::get(FALLBACKS)
            .await
            .map_err(|why| unread(FALLBACKS, why))?;
        Self::parse(&key, &fallbacks)
    }
}

fn unread(name: &str, error: variables::Error) -> Error {
    match error {
        variables::Error::Undefined(_) => Error::Misconfigured(format!(
            "the component has no variable {name}: grant it with {name} = \"{{{{ {name} }}}}\" in its table \
             of variables in spin.toml"
        )),
        error => Error::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_not_granted_is_named_with_what_to_write() {
        let missing = variables::Error::Undefined("nothing".to_owned());
        let detail = unread(FALLBACKS, missing).to_string();
        let line = r#"secret_key_fallbacks = "{{ secret_key_fallbacks }}""#;
        assert!(detail.contains(line), "{detail}");
        let provider = variables::Error::Provider("vault: token abc".to_owned());
        let error = unread(KEY, provider);
        assert!(matches!(error, Error::Internal(_)) && !error.to_string().contains("abc"));
    }
}
