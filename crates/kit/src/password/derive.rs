//! The computing itself.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{
    stored::{Digest, Method},
    turn::{Turn, yield_now},
};
use crate::{
    error::{Error, Result},
    hex::hex,
};

/// The length of a scrypt digest, in bytes: the default of Python's `hashlib.scrypt`.
const SCRYPT_DIGEST_BYTES: usize = 64;

/// How many rounds of PBKDF2 are computed before others get their turn.
const ROUNDS_AT_ONCE: u32 = 10_000;

/// When to try again where there was no memory, in seconds.
const RETRY_AFTER_SECONDS: u32 = 1;

/// The digest of a password, in hexadecimal.
///
/// # Errors
/// 503 where there is no memory for it.
pub(super) async fn digest(method: &Method, salt: &str, password: &str) -> Result<String> {
    let (salt, password) = (salt.as_bytes(), password.as_bytes());
    let turn = Turn::take().await;
    let digest = match *method {
        Method::Scrypt { log_n, r, p } => scrypt(log_n, r, p, salt, password)?,
        Method::Pbkdf2 { digest, rounds } => match digest {
            Digest::Sha1 => pbkdf2::<Hmac<Sha1>>(password, salt, rounds).await?,
            Digest::Sha256 => pbkdf2::<Hmac<Sha256>>(password, salt, rounds).await?,
            Digest::Sha512 => pbkdf2::<Hmac<Sha512>>(password, salt, rounds).await?,
        },
    };
    turn.give_back().await;
    Ok(hex(&digest))
}

fn scrypt(log_n: u8, r: u32, p: u32, salt: &[u8], password: &[u8]) -> Result<Vec<u8>> {
    let params =
        scrypt::Params::new(log_n, r, p).map_err(|error| Error::internal(error.to_string()))?;
    // Where the crate finds no memory for its table, the instance ends, and all its requests with it.
    let table_bytes = usize::try_from(u64::from(r) << log_n << 7).unwrap_or(usize::MAX);
    let room = Vec::<u8>::new().try_reserve_exact(table_bytes);
    room.map_err(|_| Error::Unavailable {
        detail: "there is no memory to check a password now; try again".to_owned(),
        retry_after_seconds: RETRY_AFTER_SECONDS,
    })?;
    let mut digest = vec![0; SCRYPT_DIGEST_BYTES];
    scrypt::scrypt(password, salt, &params, &mut digest)
        .map_err(|error| Error::internal(error.to_string()))?;
    Ok(digest)
}

/// PBKDF2 with one block of output (RFC 8018, section 5.2), which is what Werkzeug asks for. The crate of
/// that name computes all rounds at once, and would hold up every other request for seconds.
async fn pbkdf2<H: Mac + KeyInit + Clone>(
    password: &[u8],
    salt: &[u8],
    rounds: u32,
) -> Result<Vec<u8>> {
    const BLOCK: [u8; 4] = 1_u32.to_be_bytes();
    let prf = <H as KeyInit>::new_from_slice(password).map_err(Error::internal)?;
    let mut last = prf
        .clone()
        .chain_update(salt)
        .chain_update(BLOCK)
        .finalize()
        .into_bytes();
    let mut sum = last.to_vec();
    for round in 1..rounds {
        if round % ROUNDS_AT_ONCE == 0 {
            yield_now().await;
        }
        last = prf.clone().chain_update(&last).finalize().into_bytes();
        for (sum, byte) in sum.iter_mut().zip(&last) {
            *sum ^= byte;
        }
    }
    Ok(sum)
}
