//! What a client's session holds, and what of it the database does.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Nobody finds one by trying.
const TOKEN_BYTES: usize = 32;

/// A random text that stands for a login.
pub(super) struct Token(String);

impl Token {
    /// A new one, from the host's random source.
    ///
    /// # Errors
    /// 500 where the host has nothing random.
    pub(super) fn random() -> Result<Self> {
        let mut bytes = [0; TOKEN_BYTES];
        getrandom::fill(&mut bytes).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// That of a session, which may hold anything.
    pub(super) fn from_session(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored. A fast hash will do: there are no likely tokens to try.
    pub(super) fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_random_and_their_hashes_are_those_of_the_text() {
        let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one.as_str(), other.as_str());
        assert_eq!(one.as_str().len(), 43);
        assert_eq!(Token::from_session(one.as_str()).hash(), one.hash());
        assert_ne!(one.hash(), other.hash());
        // python3 -c "import hashlib,base64;print(base64.urlsafe_b64encode(hashlib.sha256(b'abc').digest()))"
        let want = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
        assert_eq!(Token::from_session("abc").hash(), want);
        assert_eq!(format!("{one:?}"), "Token(..)");
    }
}
