//! The application's variables, where Spin keeps them (feature `variables`).

use spin_sdk::variables;

use crate::{
    error::{Error, Result},
    request::TrustedProxies,
};

/// The value of a variable of the component. This calls the host.
///
/// # Errors
/// 500 where `spin.toml` does not grant the component the variable, with what to write there, and where the
/// runtime cannot read it.
///
/// # Example
/// ```
/// use kit::{Request, Response, Result, text, variable};
///
/// async fn env(_: Request) -> Result<Response> {
///     Ok(text(variable("conf").await?))
/// }
/// ```
pub async fn variable(name: &str) -> Result<String> {
    let value = variables::get(name).await;
    value.map_err(|error| unread(name, error))
}

impl TrustedProxies {
    /// Takes the networks of the component's variable `trusted_proxies`. This calls the host; a native test
    /// parses a text.
    ///
    /// # Errors
    /// 500 where they are no networks, and where `spin.toml` does not grant the component the variable, with
    /// what to write there.
    pub(crate) async fn from_variable() -> Result<Self> {
        let networks = variable("trusted_proxies").await?;
        networks.parse().map_err(|why| {
            // Which networks those are is nobody's business; the log says it.
            eprintln!("the variable trusted_proxies is wrong: {why}");
            Error::Misconfigured(
                "the variable trusted_proxies must be networks such as 10.0.0.0/8, separated by commas"
                    .to_owned(),
            )
        })
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
        let detail = unread("secret_key_fallbacks", missing).to_string();
        let line = r#"secret_key_fallbacks = "{{ secret_key_fallbacks }}""#;
        assert!(detail.contains(line), "{detail}");
        let provider = variables::Error::Provider("vault: token abc".to_owned());
        let error = unread("secret_key", provider);
        assert!(matches!(error, Error::Internal(_)) && !error.to_string().contains("abc"));
    }
}
