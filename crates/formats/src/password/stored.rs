//! Hashes as Werkzeug writes them: `method$salt$digest` (Werkzeug's `security.py`).

/// How much memory a scrypt hash may take, in bytes: 64 MiB for its table, and what it needs beside that.
/// A component has 128 MiB for everything.
pub const MAX_SCRYPT_BYTES: u64 = 65 * 1024 * 1024;

/// How much work a scrypt hash may be, as N · r · p: four times that of Werkzeug's default.
pub const MAX_SCRYPT_WORK: u64 = 4 * Method::STANDARD_WORK;

/// How many rounds of PBKDF2 a hash may take: twice Werkzeug's default.
pub const MAX_PBKDF2_ROUNDS: u32 = 2_000_000;

/// The rounds of a hash that names none.
const DEFAULT_PBKDF2_ROUNDS: u32 = 1_000_000;

/// A hash, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored<'a> {
    pub(super) method: Method,
    pub(super) salt: &'a str,
    /// In hexadecimal, lower case.
    pub(super) digest: &'a str,
}

/// How a digest is made of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Scrypt { log_n: u8, r: u32, p: u32 },
    Pbkdf2 { digest: Digest, rounds: u32 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

/// Why a hash is not checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NotChecked {
    /// No password can have it.
    NoHash,
    /// Werkzeug might check it. Holds its method, with nothing of salt or digest.
    Unsupported(String),
}

impl Method {
    /// Werkzeug's default.
    pub(super) const STANDARD: Self = Self::Scrypt {
        log_n: 15,
        r: 8,
        p: 1,
    };

    pub(super) const STANDARD_NAME: &str = "scrypt:32768:8:1";

    /// N · r · p of the default.
    const STANDARD_WORK: u64 = 32768 * 8;

    /// Whether the default is harder to guess from: all of PBKDF2, which needs no memory, and scrypt with less
    /// of it.
    pub(super) fn is_weak(&self) -> bool {
        match *self {
            Self::Scrypt { log_n, r, .. } => (u64::from(r) << log_n) < Self::STANDARD_WORK,
            Self::Pbkdf2 { .. } => true,
        }
    }

    fn parse(text: &str) -> Result<Self, NotChecked> {
        let unsupported = || NotChecked::Unsupported(text.to_owned());
        let parts: Vec<&str> = text.split(':').collect();
        match parts[..] {
            ["scrypt"] => Ok(Self::STANDARD),
            ["scrypt", n, r, p] => {
                let numbers = (number(n), number(r), number(p));
                let (Some(n), Some(r), Some(p)) = numbers else {
                    return Err(NotChecked::NoHash);
                };
                scrypt(n, r, p)?.ok_or_else(unsupported)
            }
            ["pbkdf2"] => pbkdf2("sha256", DEFAULT_PBKDF2_ROUNDS).ok_or_else(unsupported),
            ["pbkdf2", digest] => pbkdf2(digest, DEFAULT_PBKDF2_ROUNDS).ok_or_else(unsupported),
            ["pbkdf2", digest, rounds] => match number(rounds) {
                None | Some(0) => Err(NotChecked::NoHash),
                Some(rounds) => pbkdf2(digest, rounds).ok_or_else(unsupported),
            },
            _ => Err(NotChecked::NoHash),
        }
    }
}

/// `None` where it is too much.
fn scrypt(n: u32, r: u32, p: u32) -> Result<Option<Method>, NotChecked> {
    if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
        return Err(NotChecked::NoHash);
    }
    let (blocks, r64) = (u64::from(n) + u64::from(p) + 1, u64::from(r));
    // The product of three numbers of 32 bits needs more than 64.
    let bytes = u128::from(blocks) * u128::from(r64) * 128;
    let work = u128::from(n) * u128::from(r) * u128::from(p);
    if bytes > u128::from(MAX_SCRYPT_BYTES) || work > u128::from(MAX_SCRYPT_WORK) {
        return Ok(None);
    }
    let log_n = u8::try_from(n.ilog2()).map_err(|_| NotChecked::NoHash)?;
    Ok(Some(Method::Scrypt { log_n, r, p }))
}

/// `None` where the digest is another or the rounds are too many.
fn pbkdf2(digest: &str, rounds: u32) -> Option<Method> {
    // OpenSSL, which Werkzeug asks, does not tell capitals apart.
    let digest = match digest.to_ascii_lowercase().as_str() {
        "sha1" => Digest::Sha1,
        "sha256" => Digest::Sha256,
        "sha512" => Digest::Sha512,
        _ => return None,
    };
    (rounds <= MAX_PBKDF2_ROUNDS).then_some(Method::Pbkdf2 { digest, rounds })
}

/// A number as Werkzeug writes it; one that is too large is the largest there is.
fn number(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u32::MAX))
}

impl<'a> Stored<'a> {
    pub(super) fn parse(hash: &'a str) -> Result<Self, NotChecked> {
        let mut parts = hash.splitn(3, '$');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(method), Some(salt), Some(digest)) => Ok(Self {
                method: Method::parse(method)?,
                salt,
                digest,
            }),
            _ => Err(NotChecked::NoHash),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn method(text: &str) -> Result<Method, NotChecked> {
        let hash = format!("{text}$salt$digest");
        Stored::parse(&hash).map(|stored| stored.method)
    }

    const fn scrypt(log_n: u8, r: u32, p: u32) -> Method {
        Method::Scrypt { log_n, r, p }
    }

    const fn pbkdf2(digest: Digest, rounds: u32) -> Method {
        Method::Pbkdf2 { digest, rounds }
    }

    #[test]
    fn methods_are_read_with_werkzeugs_defaults() {
        for (text, want) in [
            ("scrypt:32768:8:1", scrypt(15, 8, 1)),
            ("scrypt", scrypt(15, 8, 1)),
            ("scrypt:2:1:1", scrypt(1, 1, 1)),
            ("pbkdf2:sha256:600000", pbkdf2(Digest::Sha256, 600_000)),
            ("pbkdf2:SHA1:1", pbkdf2(Digest::Sha1, 1)),
            ("pbkdf2:sha512", pbkdf2(Digest::Sha512, 1_000_000)),
            ("pbkdf2", pbkdf2(Digest::Sha256, 1_000_000)),
        ] {
            assert_eq!(method(text), Ok(want), "{text}");
        }
        assert_eq!(method(Method::STANDARD_NAME), Ok(Method::STANDARD));
    }

    #[test]
    fn what_takes_too_much_is_not_checked() {
        for (most, more) in [
            // Memory: 64 MiB, and not 128.
            ("scrypt:65536:8:1", "scrypt:131072:8:1"),
            ("scrypt:32768:16:1", "scrypt:32768:17:1"),
            ("scrypt:2:130000:1", "scrypt:2:130000:2"),
            // Work.
            ("scrypt:32768:8:4", "scrypt:32768:8:5"),
            ("scrypt:1024:1:1024", "scrypt:1024:1:1025"),
            ("pbkdf2:sha256:2000000", "pbkdf2:sha256:2000001"),
        ] {
            assert!(method(most).is_ok(), "{most}");
            assert_eq!(method(more), Err(NotChecked::Unsupported(more.to_owned())));
        }
        for text in [
            "scrypt:2147483648:4294967295:4294967295",
            "scrypt:2:4294967295:4294967295",
            "scrypt:2:1:4294967295",
            "scrypt:2:1:99999999999999999999",
            "pbkdf2:sha256:99999999999999999999",
            "pbkdf2:md5:1",
            "pbkdf2:sha3_256:1",
            "pbkdf2::1",
        ] {
            assert_eq!(method(text), Err(NotChecked::Unsupported(text.to_owned())));
        }
    }

    #[test]
    fn what_is_no_hash_is_none() {
        for hash in [
            "",
            "$",
            "$$",
            "$$$",
            "5201314",
            "pa$$word",
            "scrypt:32768:8:1",
            "scrypt:32768:8:1$salt",
            "sha256$salt$digest",
            "plain$$5201314",
            "md5$salt$digest",
            "Scrypt$salt$digest",
            "scrypt:$s$d",
            "scrypt:32768$s$d",
            "scrypt:32768:8$s$d",
            "scrypt:32768:8:1:1$s$d",
            "scrypt:0:8:1$s$d",
            "scrypt:1:8:1$s$d",
            "scrypt:1000:8:1$s$d",
            "scrypt:99999999999999999999:8:1$s$d",
            "scrypt:32768:0:1$s$d",
            "scrypt:32768:8:0$s$d",
            "scrypt:+32768:8:1$s$d",
            "scrypt:-2:8:1$s$d",
            "scrypt: 32768:8:1$s$d",
            "scrypt:32_768:8:1$s$d",
            "scrypt:٣:8:1$s$d",
            "scrypt:a:8:1$s$d",
            "scrypt:::$s$d",
            "pbkdf2:sha256:0$s$d",
            "pbkdf2:sha256:-1$s$d",
            "pbkdf2:sha256:$s$d",
            "pbkdf2:sha256:1:1$s$d",
            "\0$\0$\0",
        ] {
            assert_eq!(Stored::parse(hash), Err(NotChecked::NoHash), "{hash}");
        }
    }

    #[test]
    fn a_salt_may_be_anything_and_a_digest_may_hold_a_dollar() {
        for (hash, salt, digest) in [
            ("scrypt$$", "", ""),
            ("scrypt$唤:\0$ab", "唤:\0", "ab"),
            ("scrypt$a$b$c", "a", "b$c"),
        ] {
            let method = Method::STANDARD;
            let want = Stored {
                method,
                salt,
                digest,
            };
            assert_eq!(Stored::parse(hash), Ok(want), "{hash}");
        }
    }

    #[test]
    fn what_is_easier_to_guess_from_than_the_default_is_weak() {
        for (text, want) in [
            ("scrypt:32768:8:1", false),
            ("scrypt", false),
            ("scrypt:65536:8:1", false),
            ("scrypt:32768:8:3", false),
            ("scrypt:16384:8:1", true),
            ("scrypt:16384:8:5", true),
            ("scrypt:32768:4:1", true),
            ("pbkdf2:sha512:2000000", true),
        ] {
            assert_eq!(method(text).unwrap().is_weak(), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(hash in "(scrypt|pbkdf2)?[:$0-9a-z]{0,30}") {
            let _ = Stored::parse(&hash);
        }
    }
}
