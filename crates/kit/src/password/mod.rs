//! Passwords, kept as Werkzeug keeps them (feature `password`).
//!
//! A table of users moves over as it is: what `generate_password_hash` made is checked here, and what is made
//! here `check_password_hash` checks. New hashes are Werkzeug's default, scrypt with 32 MiB; a hash that is
//! cheaper to guess from is right once more, and then to be made anew.
//!
//! # What it costs
//! A hash takes 32 MiB and, on purpose, a good part of a second of computing, in which the component does
//! nothing else. So of all that an instance is asked for at the same time, one is computed after the other,
//! in memory that is given back at once, and between two of them every other request of the instance gets
//! its turn. PBKDF2 lets them pass on the way, too, as it can take seconds.
//!
//! # Example
//! ```
//! use kit::{Result, password::{self, Verdict}};
//!
//! /// Whether the password is right, and the hash to store instead of the one there is, if any.
//! async fn log_in(stored: Option<&str>, password: &str) -> Result<(bool, Option<String>)> {
//!     let verdict = match stored {
//!         Some(hash) => password::verify(hash, password).await?,
//!         None => password::decoy(password).await?,
//!     };
//!     Ok(match verdict {
//!         Verdict::Wrong => (false, None),
//!         Verdict::Right { rehash: false } => (true, None),
//!         Verdict::Right { rehash: true } => (true, Some(password::hash(password).await?)),
//!     })
//! }
//! ```

mod derive;
mod stored;
#[cfg(test)]
mod tests;
mod turn;

use subtle::ConstantTimeEq;

use self::stored::{Method, NotChecked, Stored};
use crate::error::{Error, Result};

pub use self::stored::{MAX_PBKDF2_ROUNDS, MAX_SCRYPT_BYTES, MAX_SCRYPT_WORK};

/// What a password is to a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a password that is not known to be right is wrong"]
pub enum Verdict {
    /// It is another password, or the hash is none.
    Wrong,
    /// It is the password.
    Right {
        /// Whether [`hash`] makes a stronger hash of it than the one that is stored, which is then to be
        /// replaced: only now the password is there.
        rehash: bool,
    },
}

/// Hashes a password, as Werkzeug's `generate_password_hash` does by default: `scrypt:32768:8:1$salt$hex`.
/// The salt is 16 letters and digits from the host's random source.
///
/// # Errors
/// 503 where there is no memory for it, 500 where the host has nothing random.
pub async fn hash(password: &str) -> Result<String> {
    let salt = salt()?;
    let digest = derive::digest(&Method::STANDARD, &salt, password).await?;
    Ok(format!("{}${salt}${digest}", Method::STANDARD_NAME))
}

/// Checks a password, as Werkzeug's `check_password_hash` does.
///
/// What is no hash is [`Verdict::Wrong`], and so is a hash that is not checked for its
/// [limits](self#constants) or its method: Werkzeug's plain and MD5 ones, which it does not check any more
/// either. The log says so of one that Werkzeug would check.
///
/// # Limits
/// scrypt up to [`MAX_SCRYPT_BYTES`] of memory and [`MAX_SCRYPT_WORK`], PBKDF2 with SHA-1, SHA-256 or SHA-512
/// up to [`MAX_PBKDF2_ROUNDS`].
///
/// # Errors
/// 503 where there is no memory for it.
///
/// # Example
/// ```
/// use kit::password::{Verdict, verify};
///
/// # futures::executor::block_on(async {
/// let hash = "pbkdf2:sha256:1000$aBcDeFgHiJkLmN01$bf3747387a0a46af7630ebb650cab8e15dea78971c6b04fa9a669a59e903b1a2";
/// assert_eq!(verify(hash, "唤醒手腕").await?, Verdict::Right { rehash: true });
/// assert_eq!(verify(hash, "5201314").await?, Verdict::Wrong);
/// # Ok::<_, kit::Error>(())
/// # }).expect("enough memory");
/// ```
pub async fn verify(hash: &str, password: &str) -> Result<Verdict> {
    let stored = match Stored::parse(hash) {
        Ok(stored) => stored,
        Err(NotChecked::NoHash) => return decoy(password).await,
        Err(NotChecked::Unsupported(method)) => {
            eprintln!(
                "a stored password hash is not checked, and its owner cannot log in: {}",
                method.escape_debug()
            );
            return decoy(password).await;
        }
    };
    let digest = derive::digest(&stored.method, stored.salt, password).await?;
    if bool::from(digest.as_bytes().ct_eq(stored.digest.as_bytes())) {
        return Ok(Verdict::Right {
            rehash: stored.method.is_weak(),
        });
    }
    Ok(Verdict::Wrong)
}

/// Takes as long as [`verify`] does with a hash of [`hash`], and is always [`Verdict::Wrong`]: for a name
/// that nobody has, so that the time does not tell who has an account.
///
/// # Errors
/// As [`verify`].
pub async fn decoy(password: &str) -> Result<Verdict> {
    // What comes out of it is for nobody.
    derive::digest(&Method::STANDARD, NOBODYS_SALT, password).await?;
    Ok(Verdict::Wrong)
}

/// The salt of a hash that nobody has.
const NOBODYS_SALT: &str = "nobodynobodynobo";

const SALT_CHARACTERS: &[u8; 62] =
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const SALT_LENGTH: usize = 16;

/// Each character is as likely as any other: a byte that would favour some is left out.
fn salt() -> Result<String> {
    let fair = u8::MAX - u8::MAX % 62;
    let mut salt = String::with_capacity(SALT_LENGTH);
    let mut random = [0; 2 * SALT_LENGTH];
    while salt.len() < SALT_LENGTH {
        getrandom::fill(&mut random).map_err(|error| Error::internal(error.to_string()))?;
        let characters = random
            .iter()
            .filter(|byte| **byte < fair)
            .filter_map(|byte| SALT_CHARACTERS.get(usize::from(byte % 62)));
        let missing = SALT_LENGTH - salt.len();
        salt.extend(characters.take(missing).copied().map(char::from));
    }
    Ok(salt)
}
