//! Signing, as itsdangerous' `TimestampSigner` does with what Flask sets: HMAC-SHA1, with a key that is
//! itself the HMAC of a salt.
//!
//! Flask signs its cookies with SHA-1. The known attacks on SHA-1 do not help to forge an HMAC.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::Secrets;
use crate::error::{Error, Result};

/// Keeps other signatures by the same key, as of Flask's extensions, from passing for a session.
const SALT: &[u8] = b"cookie-session";

const SEPARATOR: char = '.';

pub(super) struct Signer {
    /// Ready to sign; the first one does.
    keys: Vec<Hmac<Sha1>>,
}

/// What was signed, and when, in seconds since 1970.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signed<'a> {
    pub(super) payload: &'a str,
    pub(super) timestamp: u64,
}

impl Signer {
    /// # Errors
    /// [`Error::NoSecretKey`].
    pub(super) fn new(secrets: &Secrets) -> Result<Self> {
        let keys: Result<_> = secrets.keys()?.map(derived).collect();
        Ok(Self { keys: keys? })
    }

    /// The payload, the time and the signature over both.
    pub(super) fn sign(&self, payload: &str, timestamp: u64) -> String {
        let timestamp = timestamp.to_be_bytes();
        let zeros = timestamp.iter().take_while(|byte| **byte == 0).count();
        let timestamp = URL_SAFE_NO_PAD.encode(&timestamp[zeros..]);
        let value = format!("{payload}{SEPARATOR}{timestamp}");
        let signature = self.keys.first().map(|key| {
            let signature = key.clone().chain_update(&value).finalize().into_bytes();
            URL_SAFE_NO_PAD.encode(signature)
        });
        format!("{value}{SEPARATOR}{}", signature.unwrap_or_default())
    }

    /// What one of the keys signed; `None` for anything else. The time is not judged.
    ///
    /// The signature has to be written as it was made. Python's base64 skips characters that are none of
    /// its own, and so has more than one way to write it.
    pub(super) fn unsign<'a>(&self, text: &'a str) -> Option<Signed<'a>> {
        let (value, signature) = text.rsplit_once(SEPARATOR)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let signs = |key: &Hmac<Sha1>| {
            // Takes as long for a signature that is wrong in its first byte as for one in its last.
            key.clone()
                .chain_update(value)
                .verify_slice(&signature)
                .is_ok()
        };
        if !self.keys.iter().any(signs) {
            return None;
        }
        let (payload, timestamp) = value.rsplit_once(SEPARATOR)?;
        let timestamp = URL_SAFE_NO_PAD.decode(timestamp).ok()?;
        let mut bytes = [0; size_of::<u64>()];
        let zeros = bytes.len().checked_sub(timestamp.len())?;
        bytes[zeros..].copy_from_slice(&timestamp);
        Some(Signed {
            payload,
            timestamp: u64::from_be_bytes(bytes),
        })
    }
}

/// The key derivation that itsdangerous calls `hmac`.
fn derived(key: &str) -> Result<Hmac<Sha1>> {
    let derived = keyed(key.as_bytes())?.chain_update(SALT).finalize();
    keyed(&derived.into_bytes())
}

/// HMAC takes keys of any length, but its type does not know.
fn keyed(key: &[u8]) -> Result<Hmac<Sha1>> {
    Hmac::new_from_slice(key).map_err(Error::internal)
}

impl fmt::Debug for Signer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Signer({} keys)", self.keys.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(key: &str, fallbacks: &str) -> Signer {
        Signer::new(&Secrets::parse(key, fallbacks).unwrap()).unwrap()
    }

    /// Signed by itsdangerous 2.2.0: `TimestampSigner(key, salt="cookie-session", key_derivation="hmac")`.
    #[test]
    fn signatures_are_those_of_itsdangerous() {
        for (key, payload, timestamp, want) in [
            (
                "wristwaking",
                "e30",
                1_700_000_000,
                "e30.ZVPxAA.kJLOkMcSDsZxp9MrTvXmtWdhmlo",
            ),
            ("唤醒手腕", "", 1, ".AQ.-LYUKOVoVjucTT7Q5fni6MDSLzg"),
            (
                &"k".repeat(64),
                "a.b",
                0,
                "a.b..EYzG--Ln_mE40bH3CfR38-DtC1U",
            ),
            (
                &"k".repeat(65),
                "x",
                1 << 40,
                "x.AQAAAAAA.tB_JfQlLbZJpkKZ-ivJOyF-d21Q",
            ),
            ("\0", ".eJ", 255, ".eJ._w.X3ie7g4R1J6qLqr3plFLcHXA3lk"),
        ] {
            assert_eq!(signer(key, "[]").sign(payload, timestamp), want);
            let signed = Some(Signed { payload, timestamp });
            assert_eq!(signer(key, "[]").unsign(want), signed);
            assert_eq!(signer("another", "[]").unsign(want), None);
        }
    }

    #[test]
    fn any_of_the_keys_is_accepted_and_the_first_one_signs() {
        let (old, new) = (signer("old", "[]"), signer("new", r#"["older", "old"]"#));
        let by_old = old.sign("e30", 7);
        assert!(new.unsign(&by_old).is_some());
        let by_new = new.sign("e30", 7);
        assert_eq!(by_new, signer("new", "[]").sign("e30", 7));
        assert!(old.unsign(&by_new).is_none());
    }

    #[test]
    fn a_time_of_more_than_eight_bytes_is_refused() {
        let signer = signer("key", "[]");
        let by_hand = |timestamp: &[u8]| {
            let value = format!("e30.{}", URL_SAFE_NO_PAD.encode(timestamp));
            let signature = signer.keys[0]
                .clone()
                .chain_update(&value)
                .finalize()
                .into_bytes();
            format!("{value}.{}", URL_SAFE_NO_PAD.encode(signature))
        };
        let timestamp = |bytes| {
            signer
                .unsign(&by_hand(bytes))
                .map(|signed| signed.timestamp)
        };
        // Each of our results is the one of itsdangerous.
        assert_eq!(timestamp(&[0, 0, 7]), Some(7));
        assert_eq!(timestamp(&[0xff; 8]), Some(u64::MAX));
        assert_eq!(timestamp(&[0; 9]), None);
    }

    #[test]
    fn debugging_shows_no_key() {
        assert_eq!(format!("{:?}", signer("key", "[\"a\"]")), "Signer(2 keys)");
    }
}
