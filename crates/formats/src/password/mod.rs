//! Passwords, kept as Werkzeug keeps them (feature `password`).
//!
//! A table of users moves over as it is: this module checks the hashes of `generate_password_hash`, and
//! `check_password_hash` checks those of this module. New hashes are Werkzeug's default, scrypt with 32 MiB. A hash that
//! is cheaper to guess from still counts, and the caller is told to replace it.
//!
//! # What it costs
//! A hash takes 32 MiB and, on purpose, a good part of a second of computing. So [`hash`] and [`verify`] give back
//! [`Work`], which a program does at once with [`Work::run`], on a thread where that holds up nobody, or in steps.
//!
//! # Example
//! ```
//! use flask_formats::{Result, password::{self, Verdict}};
//!
//! /// Whether the password is right, and the hash to store instead of the one there is, if any.
//! fn log_in(stored: Option<&str>, password: &str) -> Result<(bool, Option<String>)> {
//!     let check = match stored {
//!         Some(hash) => password::verify(hash, password)?,
//!         None => password::decoy(password)?,
//!     };
//!     Ok(match check.run()? {
//!         Verdict::Wrong => (false, None),
//!         Verdict::Right { rehash: false } => (true, None),
//!         Verdict::Right { rehash: true } => (true, Some(password::hash(password)?.run()?)),
//!     })
//! }
//! ```

mod derive;
mod stored;
#[cfg(test)]
mod tests;

use std::fmt;

use subtle::ConstantTimeEq;

use self::{
    derive::Derivation,
    stored::{Method, NotChecked, Stored},
};
use crate::error::{Error, Result};

pub use self::stored::{MAX_PBKDF2_ROUNDS, MAX_SCRYPT_BYTES, MAX_SCRYPT_WORK};

/// What a password is to a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a password that is not known to be right is wrong"]
pub enum Verdict {
    /// It is another password, or the stored text is not a hash.
    Wrong,
    /// It is the password.
    Right {
        /// Whether [`hash`] makes a stronger hash of it than the one that is stored, which is then to be
        /// replaced: only now the password is there.
        rehash: bool,
    },
}

/// A hash or a check that is still to be computed.
#[must_use = "nothing is computed until it is run"]
pub struct Work<T> {
    derivation: Derivation,
    /// What is made of the digest.
    finish: Box<dyn Fn(String) -> T>,
}

impl<T> Work<T> {
    /// Computes it.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn run(mut self) -> Result<T> {
        loop {
            if let Some(done) = self.step()? {
                return Ok(done);
            }
        }
    }

    /// Computes a part of it, for a program in which nothing else goes on meanwhile: all of scrypt, or 10,000 rounds
    /// of PBKDF2. `None` where there is more to do.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub fn step(&mut self) -> Result<Option<T>> {
        Ok(self.derivation.step()?.map(&self.finish))
    }
}

impl<T> fmt::Debug for Work<T> {
    /// Without the password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Work")
    }
}

/// Hashes a password, as Werkzeug's `generate_password_hash` does by default: `scrypt:32768:8:1$salt$hex`.
/// The salt is 16 letters and digits from the machine's random source.
///
/// # Errors
/// [`Error::Internal`] where the machine has nothing random.
pub fn hash(password: &str) -> Result<Work<String>> {
    let salt = salt()?;
    Ok(Work {
        derivation: Derivation::new(Method::STANDARD, &salt, password)?,
        finish: Box::new(move |digest| format!("{}${salt}${digest}", Method::STANDARD_NAME)),
    })
}

/// Checks a password, as Werkzeug's `check_password_hash` does.
///
/// A text that is no hash is [`Verdict::Wrong`], and so is a hash that is not checked for its
/// [limits](self#constants) or its method: Werkzeug's plain and MD5 ones, which it does not check any more
/// either. Of these [`unsupported`] knows the ones that Werkzeug would check.
///
/// # Limits
/// scrypt up to [`MAX_SCRYPT_BYTES`] of memory and [`MAX_SCRYPT_WORK`], PBKDF2 with SHA-1, SHA-256 or SHA-512
/// up to [`MAX_PBKDF2_ROUNDS`].
///
/// # Errors
/// [`Error::Internal`] where the cryptography fails.
///
/// # Example
/// ```
/// use flask_formats::password::{Verdict, verify};
///
/// let hash = "pbkdf2:sha256:1000$aBcDeFgHiJkLmN01$bf3747387a0a46af7630ebb650cab8e15dea78971c6b04fa9a669a59e903b1a2";
/// assert_eq!(verify(hash, "唤醒手腕")?.run()?, Verdict::Right { rehash: true });
/// assert_eq!(verify(hash, "5201314")?.run()?, Verdict::Wrong);
/// # Ok::<_, flask_formats::Error>(())
/// ```
pub fn verify(hash: &str, password: &str) -> Result<Work<Verdict>> {
    let Ok(stored) = Stored::parse(hash) else {
        return decoy(password);
    };
    let (want, rehash) = (stored.digest.to_owned(), stored.method.is_weak());
    Ok(Work {
        derivation: Derivation::new(stored.method, stored.salt, password)?,
        finish: Box::new(move |digest| {
            if bool::from(digest.as_bytes().ct_eq(want.as_bytes())) {
                return Verdict::Right { rehash };
            }
            Verdict::Wrong
        }),
    })
}

/// The method of a hash that Werkzeug might check and [`verify`] does not, for a log: whose hash it is cannot log in.
/// `None` of any other.
///
/// # Example
/// ```
/// use flask_formats::password::unsupported;
///
/// assert_eq!(unsupported("scrypt:1048576:8:1$salt$00").as_deref(), Some("scrypt:1048576:8:1"));
/// assert_eq!(unsupported("scrypt:32768:8:1$salt$00"), None);
/// ```
pub fn unsupported(hash: &str) -> Option<String> {
    match Stored::parse(hash) {
        Err(NotChecked::Unsupported(method)) => Some(method),
        _ => None,
    }
}

/// Takes as long as [`verify`] does with a hash of [`hash`], and is always [`Verdict::Wrong`]: for a name
/// that nobody has, so that the time does not tell who has an account.
///
/// # Errors
/// As [`verify`].
pub fn decoy(password: &str) -> Result<Work<Verdict>> {
    Ok(Work {
        derivation: Derivation::new(Method::STANDARD, NOBODYS_SALT, password)?,
        // What comes out of it is for nobody.
        finish: Box::new(|_| Verdict::Wrong),
    })
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
        getrandom::fill(&mut random).map_err(Error::internal)?;
        let characters = random
            .iter()
            .filter(|byte| **byte < fair)
            .filter_map(|byte| SALT_CHARACTERS.get(usize::from(byte % 62)));
        let missing = SALT_LENGTH - salt.len();
        salt.extend(characters.take(missing).copied().map(char::from));
    }
    Ok(salt)
}
