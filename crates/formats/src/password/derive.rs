//! The computing itself, in steps.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::stored::{Digest, Method};
use crate::{
    error::{Error, Result},
    hex::hex,
};

/// The length of a scrypt digest, in bytes: the default of Python's `hashlib.scrypt`.
const SCRYPT_DIGEST_BYTES: usize = 64;

/// How many rounds of PBKDF2 are one step.
const ROUNDS_AT_ONCE: u32 = 10_000;

/// A digest that is being computed.
pub(super) enum Derivation {
    /// In one step: its parts cannot be told apart from outside.
    Scrypt {
        params: scrypt::Params,
        /// How much memory the table takes.
        table_bytes: usize,
        salt: Vec<u8>,
        password: Vec<u8>,
    },
    Sha1(Pbkdf2<Hmac<Sha1>>),
    Sha256(Pbkdf2<Hmac<Sha256>>),
    Sha512(Pbkdf2<Hmac<Sha512>>),
}

/// PBKDF2 with one block of output (RFC 8018, section 5.2), which is what Werkzeug asks for. The crate of
/// that name computes all rounds at once, and would hold up a server of one thread for seconds.
pub(super) struct Pbkdf2<H> {
    prf: H,
    last: Vec<u8>,
    sum: Vec<u8>,
    left: u32,
}

impl Derivation {
    /// # Errors
    /// [`Error::Internal`] where the cryptography takes no such numbers; [`Method`] has none of these.
    pub(super) fn new(method: Method, salt: &str, password: &str) -> Result<Self> {
        let (salt, password) = (salt.as_bytes(), password.as_bytes());
        Ok(match method {
            Method::Scrypt { log_n, r, p } => Self::Scrypt {
                params: scrypt::Params::new(log_n, r, p).map_err(Error::internal)?,
                table_bytes: usize::try_from(u64::from(r) << log_n << 7).unwrap_or(usize::MAX),
                salt: salt.to_vec(),
                password: password.to_vec(),
            },
            Method::Pbkdf2 { digest, rounds } => match digest {
                Digest::Sha1 => Self::Sha1(Pbkdf2::new(password, salt, rounds)?),
                Digest::Sha256 => Self::Sha256(Pbkdf2::new(password, salt, rounds)?),
                Digest::Sha512 => Self::Sha512(Pbkdf2::new(password, salt, rounds)?),
            },
        })
    }

    /// Computes on; the digest in hexadecimal, once it is there.
    ///
    /// # Errors
    /// [`Error::NoMemory`].
    pub(super) fn step(&mut self) -> Result<Option<String>> {
        let digest = match self {
            Self::Scrypt {
                params,
                table_bytes,
                salt,
                password,
            } => Some(scrypt(params, *table_bytes, salt, password)?),
            Self::Sha1(pbkdf2) => pbkdf2.step(),
            Self::Sha256(pbkdf2) => pbkdf2.step(),
            Self::Sha512(pbkdf2) => pbkdf2.step(),
        };
        Ok(digest.map(|digest| hex(&digest)))
    }
}

fn scrypt(
    params: &scrypt::Params,
    table_bytes: usize,
    salt: &[u8],
    password: &[u8],
) -> Result<Vec<u8>> {
    // Where the crate finds no memory for its table, the program ends.
    let room = Vec::<u8>::new().try_reserve_exact(table_bytes);
    room.map_err(|_| Error::NoMemory)?;
    let mut digest = vec![0; SCRYPT_DIGEST_BYTES];
    scrypt::scrypt(password, salt, params, &mut digest).map_err(Error::internal)?;
    Ok(digest)
}

impl<H: Mac + KeyInit + Clone> Pbkdf2<H> {
    fn new(password: &[u8], salt: &[u8], rounds: u32) -> Result<Self> {
        const BLOCK: [u8; 4] = 1_u32.to_be_bytes();
        let prf = <H as KeyInit>::new_from_slice(password).map_err(Error::internal)?;
        let first = prf
            .clone()
            .chain_update(salt)
            .chain_update(BLOCK)
            .finalize();
        let first = first.into_bytes().to_vec();
        Ok(Self {
            prf,
            last: first.clone(),
            sum: first,
            left: rounds.saturating_sub(1),
        })
    }

    fn step(&mut self) -> Option<Vec<u8>> {
        let rounds = self.left.min(ROUNDS_AT_ONCE);
        for _ in 0..rounds {
            let next = self
                .prf
                .clone()
                .chain_update(&self.last)
                .finalize()
                .into_bytes();
            self.last.copy_from_slice(&next);
            for (sum, byte) in self.sum.iter_mut().zip(&next) {
                *sum ^= byte;
            }
        }
        self.left -= rounds;
        (self.left == 0).then(|| self.sum.clone())
    }
}
