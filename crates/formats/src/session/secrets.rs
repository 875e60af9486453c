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
/// use flask_formats::session::Secrets;
///
/// let secrets = Secrets::parse("wristwaking", r#"["the key before"]"#)?;
/// assert!(!format!("{secrets:?}").contains("wristwaking"));
/// # Ok::<_, flask_formats::Error>(())
/// ```
#[derive(Clone)]
pub struct Secrets {
    key: String,
    fallbacks: Vec<String>,
}

impl Secrets {
    /// Takes a key and a JSON array of keys, as they come out of a program's environment. An empty text means none of
    /// either; a session is refused only when it is opened.
    ///
    /// # Errors
    /// [`Error::SecretKeyFallbacks`] where the fallbacks are not an array of texts, or one of them is empty: anybody
    /// could sign with that.
    pub fn parse(key: &str, fallbacks: &str) -> Result<Self> {
        let fallbacks = if fallbacks.trim_ascii().is_empty() {
            Vec::new()
        } else {
            // What serde_json says of a mistake may quote a key.
            serde_json::from_str(fallbacks).map_err(|_| Error::SecretKeyFallbacks)?
        };
        if fallbacks.iter().any(String::is_empty) {
            return Err(Error::SecretKeyFallbacks);
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

    /// All keys, the one to sign with first.
    ///
    /// # Errors
    /// [`Error::NoSecretKey`] where there is none to sign with.
    pub(super) fn keys(&self) -> Result<impl Iterator<Item = &str>> {
        if !self.are_set() {
            return Err(Error::NoSecretKey);
        }
        let fallbacks = self.fallbacks.iter().map(String::as_str);
        Ok(std::iter::once(self.key.as_str()).chain(fallbacks))
    }
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
                Err(error @ Error::SecretKeyFallbacks) => {
                    let detail = error.to_string();
                    assert!(detail.contains("secret_key_fallbacks"), "{detail}");
                    assert!(!detail.contains("tobesecret"), "{detail}");
                }
                other => panic!("{fallbacks}: {other:?}"),
            }
        }
    }

    #[test]
    fn without_a_key_it_is_said_in_flasks_words() {
        let secrets = Secrets::parse("", r#"["tobesecret"]"#).unwrap();
        let error = secrets.keys().err().unwrap();
        assert_eq!(error, Error::NoSecretKey);
        let flasks = "The session is unavailable because no secret key was set.  Set the secret_key on the \
            application to something unique and secret.";
        assert_eq!(error.to_string(), flasks);
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
