//! The keys that sessions are signed with.

use std::fmt;

use crate::error::{Error, Result};

/// The keys that sessions are signed with (Flask's `SECRET_KEY` and `SECRET_KEY_FALLBACKS`).
///
/// A session is signed with the key and accepted with any of them. To replace a key, put the old one among
/// the fallbacks, and take it out again when the sessions it signed have ended, after
/// [`LIFETIME`](super::LIFETIME).
///
/// They are not in what [`fmt::Debug`] prints.
///
/// # Example
/// ```
/// use kit::session::Secrets;
///
/// let secrets = Secrets::parse("wristwaking", r#"["the key before"]"#)?;
/// assert!(!format!("{secrets:?}").contains("wristwaking"));
/// # Ok::<_, kit::Error>(())
/// ```
#[derive(Clone)]
pub struct Secrets {
    key: String,
    fallbacks: Vec<String>,
}

impl Secrets {
    /// Takes the values of the variables `secret_key` and `secret_key_fallbacks`: a text, and a JSON array
    /// of texts. An empty text means none of either; a session is refused only when it is opened.
    ///
    /// # Errors
    /// 500 where the fallbacks are not an array of texts, or one of them is empty: anybody could sign
    /// with that.
    pub fn parse(key: &str, fallbacks: &str) -> Result<Self> {
        let fallbacks = if fallbacks.trim_ascii().is_empty() {
            Vec::new()
        } else {
            // What serde_json says of a mistake may quote a key.
            serde_json::from_str(fallbacks).map_err(|_| malformed_fallbacks())?
        };
        if fallbacks.iter().any(String::is_empty) {
            return Err(malformed_fallbacks());
        }
        Ok(Self {
            key: key.to_owned(),
            fallbacks,
        })
    }

    /// Whether there is a key to sign with: without it no session can be opened.
    pub fn are_set(&self) -> bool {
        !self.key.is_empty()
    }

    /// What is said where a session is needed and there is no key to sign it with.
    pub(crate) fn missing() -> Error {
        Error::Misconfigured(NO_SECRET_KEY.to_owned())
    }

    /// All keys, the one to sign with first.
    ///
    /// # Errors
    /// 500 where there is none to sign with, with what to set.
    pub(super) fn keys(&self) -> Result<impl Iterator<Item = &str>> {
        if !self.are_set() {
            return Err(Self::missing());
        }
        let fallbacks = self.fallbacks.iter().map(String::as_str);
        Ok(std::iter::once(self.key.as_str()).chain(fallbacks))
    }
}

/// The first two sentences are Flask's, as the tutorial shows them.
const NO_SECRET_KEY: &str = "The session is unavailable because no secret key was set.  Set the secret_key \
    on the application to something unique and secret: the variable SPIN_VARIABLE_SECRET_KEY in the \
    environment or in .env, where `make up` writes one, or the argument --variable secret_key=...";

fn malformed_fallbacks() -> Error {
    Error::Misconfigured(
        "the variable secret_key_fallbacks must be a JSON array of texts that are not empty, such as \
         [\"the key before\"]; [] is for none"
            .to_owned(),
    )
}

impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Secrets")
            .field("is_set", &self.are_set())
            .field("fallbacks", &self.fallbacks.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fallbacks_are_a_json_array_of_texts() {
        for (fallbacks, want) in [
            ("[]", &["key"][..]),
            ("", &["key"]),
            (" \n", &["key"]),
            (r#" ["a", "唤\n"] "#, &["key", "a", "唤\n"]),
        ] {
            let secrets = Secrets::parse("key", fallbacks).unwrap();
            let keys: Vec<&str> = secrets.keys().unwrap().collect();
            assert_eq!(keys, want, "{fallbacks:?}");
        }
    }

    #[test]
    fn malformed_fallbacks_are_named_and_not_shown() {
        for fallbacks in [
            "tobesecret",
            r#""tobesecret""#,
            r#"["tobesecret""#,
            r#"["tobesecret", 1]"#,
            r#"["tobesecret", null]"#,
            r#"["tobesecret", ""]"#,
            r#"{"tobesecret": 1}"#,
            "null",
            "1",
        ] {
            match Secrets::parse("key", fallbacks) {
                Err(Error::Misconfigured(detail)) => {
                    assert!(detail.contains("secret_key_fallbacks"), "{detail}");
                    assert!(!detail.contains("tobesecret"), "{detail}");
                }
                other => panic!("{fallbacks}: {other:?}"),
            }
        }
    }

    #[test]
    fn without_a_key_the_tutorials_message_says_what_to_set() {
        let secrets = Secrets::parse("", r#"["tobesecret"]"#).unwrap();
        let error = secrets.keys().err().unwrap();
        assert_eq!(error.status(), 500);
        for part in [
            "The session is unavailable because no secret key was set.  Set the secret_key on the application \
             to something unique and secret",
            "SPIN_VARIABLE_SECRET_KEY",
            "--variable secret_key=...",
            "make up",
        ] {
            assert!(error.to_string().contains(part), "{error}");
        }
        assert!(!error.to_string().contains("tobesecret"));
    }

    #[test]
    fn debugging_shows_no_key() {
        let secrets = Secrets::parse("tobesecret", r#"["tobesecret2"]"#).unwrap();
        assert_eq!(
            format!("{secrets:?}"),
            "Secrets { is_set: true, fallbacks: 1 }"
        );
    }
}
