//! Passwords, kept as Werkzeug keeps them (feature `password`): [`formats::password`], one after the other.
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

mod turn;

use formats::password::{self, Work};

use self::turn::{Turn, yield_now};
use crate::error::Result;

pub use formats::password::Verdict;

/// Hashes a password as [`password::hash`] does.
///
/// # Errors
/// 503 where there is no memory for it, 500 where the host has nothing random.
pub async fn hash(password: &str) -> Result<String> {
    in_turn(password::hash(password)?).await
}

/// Checks a password as [`password::verify`] does. The log says so of a hash that is not checked and that Werkzeug
/// would check.
///
/// # Errors
/// 503 where there is no memory for it.
pub async fn verify(hash: &str, password: &str) -> Result<Verdict> {
    if let Some(method) = password::unsupported(hash) {
        let method = method.escape_debug();
        eprintln!("a stored password hash is not checked, so its owner cannot log in: {method}");
    }
    in_turn(password::verify(hash, password)?).await
}

/// Takes as long as [`verify`] does, and is always [`Verdict::Wrong`]; see [`password::decoy`].
///
/// # Errors
/// As [`verify`].
pub async fn decoy(password: &str) -> Result<Verdict> {
    in_turn(password::decoy(password)?).await
}

async fn in_turn<T>(mut work: Work<T>) -> Result<T> {
    let turn = Turn::take().await;
    let done = loop {
        if let Some(done) = work.step()? {
            break done;
        }
        yield_now().await;
    };
    turn.give_back().await;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn a_password_is_hashed_and_checked() {
        block_on(async {
            let hash = hash("5201314").await.unwrap();
            let right = Verdict::Right { rehash: false };
            assert_eq!(verify(&hash, "5201314").await.unwrap(), right);
            assert_eq!(verify(&hash, "520131").await.unwrap(), Verdict::Wrong);
            assert_eq!(decoy("5201314").await.unwrap(), Verdict::Wrong);
            let refused = "scrypt:1048576:8:1$salt$00";
            assert_eq!(verify(refused, "5201314").await.unwrap(), Verdict::Wrong);
        });
    }
}
