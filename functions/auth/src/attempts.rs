//! How often somebody may try a password, kept in the database, so that it holds for all instances.
//!
//! An attempt is recorded before the password is looked at, in the statement that counts those before it. So
//! however many are made at the same time, only as many are looked at as may fail. One that does not fail by
//! its password is taken back.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kit::{
    Error, Result,
    db::{Database, params},
};
use sha2::{Digest, Sha256};

use crate::accounts::Key;

/// How many attempts may fail for a pair of account and client address within [`WINDOW_SECS`].
pub(crate) const MAX_FAILURES: i64 = 10;

/// For how long an attempt that failed counts, in seconds.
pub(crate) const WINDOW_SECS: i64 = 5 * 60;

/// How many bits of an IPv6 address are a client's: it has the other half to itself.
const IPV6_CLIENT_BITS: u32 = 64;

/// An attempt that is recorded.
#[must_use = "an attempt that did not fail is to be taken back"]
pub(crate) struct Attempt {
    /// None where it is not recorded, as nobody knows whose it is.
    id: Option<i64>,
}

/// Records an attempt to guess the password of the account with this key, whether there is one or not.
///
/// Where the client's address is not known, nothing is decided by it: there is no limit then.
///
/// # Errors
/// 429 where [`MAX_FAILURES`] have failed, or are being checked.
pub(crate) async fn begin(
    db: &impl Database,
    key: &Key,
    address: Option<IpAddr>,
) -> Result<Attempt> {
    let Some(address) = address else {
        return Ok(Attempt { id: None });
    };
    let over = "DELETE FROM login_attempts WHERE at <= unixepoch() - ?";
    db.execute(over, params![WINDOW_SECS]).await?;
    let pair = pair(key, address);
    let insert = "INSERT INTO login_attempts (pair, at) SELECT ?1, unixepoch() \
        WHERE (SELECT count(*) FROM login_attempts WHERE pair = ?1 AND at > unixepoch() - ?2) < ?3 \
        RETURNING id";
    let values = params![pair.as_str(), WINDOW_SECS, MAX_FAILURES];
    let rows = db.execute(insert, values).await?;
    match rows.at_most_one()? {
        Some(row) => Ok(Attempt {
            id: Some(row.get("id")?),
        }),
        None => Err(Error::TooManyRequests {
            detail: "too many attempts to log in failed: wait before you try again".to_owned(),
            retry_after_seconds: seconds_left(db, &pair).await?,
        }),
    }
}

/// Takes back an attempt that did not fail by its password.
pub(crate) async fn take_back(db: &impl Database, attempt: Attempt) -> Result<()> {
    if let Some(id) = attempt.id {
        let delete = "DELETE FROM login_attempts WHERE id = ?";
        db.execute(delete, params![id]).await?;
    }
    Ok(())
}

/// When the next attempt will be looked at: once fewer than [`MAX_FAILURES`] count.
async fn seconds_left(db: &impl Database, pair: &str) -> Result<u32> {
    let select = "SELECT at + ?2 - unixepoch() AS left FROM login_attempts WHERE pair = ?1 \
        ORDER BY at DESC LIMIT 1 OFFSET ?3";
    let values = params![pair, WINDOW_SECS, MAX_FAILURES - 1];
    let rows = db.execute(select, values).await?;
    let left: i64 = match rows.at_most_one()? {
        Some(row) => row.get("left")?,
        None => 1,
    };
    Ok(u32::try_from(left.clamp(1, WINDOW_SECS)).unwrap_or(1))
}

/// What stands for an account's name and an address. Neither can be read from it: people type their password
/// where their name belongs, and an address is a person's.
fn pair(key: &Key, address: IpAddr) -> String {
    let address = match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() & (u128::MAX << (u128::BITS - IPV6_CLIENT_BITS)),
    };
    let mut hash = Sha256::new();
    hash.update(address.to_be_bytes());
    hash.update(&key.0);
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::{db::TestDatabase, login};

    use super::*;

    const ADDRESS: &str = "192.0.2.1";

    fn database() -> TestDatabase {
        let db = TestDatabase::in_memory();
        block_on(kit::db::migrate(&db, &[login::MIGRATION])).unwrap();
        db
    }

    fn try_once(db: &TestDatabase, name: &str, address: &str) -> Result<Attempt> {
        block_on(begin(db, &Key::of(name), Some(address.parse().unwrap())))
    }

    /// How many attempts fail before one is not looked at any more.
    fn failures(db: &TestDatabase, name: &str, address: &str) -> i64 {
        (0..)
            .find(|_| try_once(db, name, address).is_err())
            .unwrap()
    }

    /// Lets everything so far have happened earlier.
    fn pass(db: &TestDatabase, seconds: i64) {
        let update = "UPDATE login_attempts SET at = at - ?";
        block_on(db.execute(update, params![seconds])).unwrap();
    }

    fn retry_after(db: &TestDatabase) -> u32 {
        match try_once(db, "duke", ADDRESS) {
            Err(Error::TooManyRequests {
                retry_after_seconds,
                ..
            }) => retry_after_seconds,
            Err(error) => panic!("{error:?}"),
            Ok(_) => panic!("it is looked at"),
        }
    }

    #[test]
    fn ten_failures_are_the_limit_of_a_pair() {
        let db = database();
        assert_eq!(failures(&db, "duke", ADDRESS), MAX_FAILURES);
        for (name, address, want) in [
            ("duke", ADDRESS, 0),
            (" ＤＵＫＥ ", ADDRESS, 0),
            ("duke", "::ffff:192.0.2.1", 0),
            ("duke", "192.0.2.2", MAX_FAILURES),
            ("ann", ADDRESS, MAX_FAILURES),
            ("duke", "2001:db8::1", MAX_FAILURES),
            ("duke", "2001:db8::ffff:1", 0),
            ("duke", "2001:db8:0:1::1", MAX_FAILURES),
        ] {
            assert_eq!(failures(&db, name, address), want, "{name} {address}");
        }
    }

    #[test]
    fn a_failure_counts_for_five_minutes() {
        let db = database();
        for _ in 0..MAX_FAILURES / 2 {
            let _ = try_once(&db, "duke", ADDRESS).unwrap();
        }
        pass(&db, WINDOW_SECS - 60);
        assert_eq!(failures(&db, "duke", ADDRESS), MAX_FAILURES / 2);
        let left = retry_after(&db);
        assert!((59..=60).contains(&left), "{left}");
        pass(&db, 60);
        assert_eq!(failures(&db, "duke", ADDRESS), MAX_FAILURES / 2);
        let left = i64::from(retry_after(&db));
        assert!(
            (WINDOW_SECS - 61..=WINDOW_SECS - 60).contains(&left),
            "{left}"
        );
    }

    #[test]
    fn what_is_over_is_not_kept() {
        let db = database();
        let _ = failures(&db, "duke", ADDRESS);
        pass(&db, WINDOW_SECS);
        let _ = try_once(&db, "ann", "192.0.2.9").unwrap();
        let rows = block_on(db.execute("SELECT count(*) AS n FROM login_attempts", params![]));
        assert_eq!(rows.unwrap().one().unwrap().get("n"), Ok(1_i64));
    }

    #[test]
    fn an_attempt_that_succeeds_does_not_count() {
        let db = database();
        for _ in 0..2 * MAX_FAILURES {
            let attempt = try_once(&db, "duke", ADDRESS).unwrap();
            block_on(take_back(&db, attempt)).unwrap();
        }
        assert_eq!(failures(&db, "duke", ADDRESS), MAX_FAILURES);
    }

    #[test]
    fn a_client_without_an_address_is_not_limited_by_it() {
        let db = database();
        for _ in 0..2 * MAX_FAILURES {
            let _ = block_on(begin(&db, &Key::of("duke"), None)).unwrap();
        }
        assert_eq!(failures(&db, "duke", ADDRESS), MAX_FAILURES);
    }
}
