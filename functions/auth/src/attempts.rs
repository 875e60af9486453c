//! How often somebody may try a password, kept in the database, so that it holds for all instances.
//!
//! An attempt is recorded before the password is looked at, in the statement that counts those before it. So
//! however many are made at the same time, only as many are looked at as may fail. One that does not fail by
//! its password is taken back.

use std::net::IpAddr;

use kit::{
    Error, Result,
    db::{Database, params},
};

use crate::{accounts::Key, client};

/// How many attempts may fail for a pair of account and client address within [`WINDOW_SECS`].
pub(crate) const MAX_FAILURES: i64 = 10;

/// How many attempts may fail from a client address within [`WINDOW_SECS`], whatever the accounts. People behind
/// one address share that, and each attempt takes 0.4 s of computing.
pub(crate) const MAX_FAILURES_OF_ADDRESS: i64 = 50;

/// For how long an attempt that failed counts, in seconds.
pub(crate) const WINDOW_SECS: i64 = 5 * 60;

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
/// 429 where [`MAX_FAILURES`] have failed for the account from this address, or [`MAX_FAILURES_OF_ADDRESS`] from
/// this address, or are being checked.
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
    let (pair, address) = (client::pair(key, address), client::hash(address));
    let insert = "INSERT INTO login_attempts (pair, address, at) SELECT ?1, ?2, unixepoch() \
        WHERE (SELECT count(*) FROM login_attempts WHERE pair = ?1 AND at > unixepoch() - ?3) < ?4 \
        AND (SELECT count(*) FROM login_attempts WHERE address = ?2 AND at > unixepoch() - ?3) < ?5 \
        RETURNING id";
    let values = params![
        pair.as_str(),
        address.as_str(),
        WINDOW_SECS,
        MAX_FAILURES,
        MAX_FAILURES_OF_ADDRESS
    ];
    let rows = db.execute(insert, values).await?;
    if let Some(row) = rows.at_most_one()? {
        return Ok(Attempt {
            id: Some(row.get("id")?),
        });
    }
    Err(Error::TooManyRequests {
        detail: "too many attempts to log in failed: wait before you try again".to_owned(),
        retry_after_seconds: seconds_left(db, &pair, &address).await?,
    })
}

/// Takes back an attempt that did not fail by its password.
pub(crate) async fn take_back(db: &impl Database, attempt: Attempt) -> Result<()> {
    if let Some(id) = attempt.id {
        let delete = "DELETE FROM login_attempts WHERE id = ?";
        db.execute(delete, params![id]).await?;
    }
    Ok(())
}

/// When the next attempt will be looked at: once fewer than [`MAX_FAILURES`] count of the pair, and fewer than
/// [`MAX_FAILURES_OF_ADDRESS`] of the address.
async fn seconds_left(db: &impl Database, pair: &str, address: &str) -> Result<u32> {
    let select = "SELECT max( \
        coalesce((SELECT at FROM login_attempts WHERE pair = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?4), 0), \
        coalesce((SELECT at FROM login_attempts WHERE address = ?2 ORDER BY at DESC LIMIT 1 OFFSET ?5), 0) \
        ) + ?3 - unixepoch() AS left";
    let values = params![
        pair,
        address,
        WINDOW_SECS,
        MAX_FAILURES - 1,
        MAX_FAILURES_OF_ADDRESS - 1
    ];
    let left = db.execute(select, values).await?.one()?.get("left")?;
    Ok(client::retry_after(left, WINDOW_SECS))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::db::TestDatabase;

    use super::*;
    use crate::accounts::testing::database;

    const ADDRESS: &str = "192.0.2.1";

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
        retry_after_of(db, "duke")
    }

    fn retry_after_of(db: &TestDatabase, name: &str) -> u32 {
        match try_once(db, name, ADDRESS) {
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

    /// How many attempts fail from an address before one is not looked at any more, each for another account.
    fn failures_by_names(db: &TestDatabase, names: &str, address: &str) -> i64 {
        (0..)
            .find(|n| try_once(db, &format!("{names}{n}"), address).is_err())
            .unwrap()
    }

    #[test]
    fn fifty_failures_are_the_limit_of_an_address_whatever_the_accounts() {
        let db = database();
        assert_eq!(failures(&db, "duke", ADDRESS), MAX_FAILURES);
        pass(&db, WINDOW_SECS / 2);
        let rest = MAX_FAILURES_OF_ADDRESS - MAX_FAILURES;
        assert_eq!(failures_by_names(&db, "a", ADDRESS), rest);
        for (address, want) in [
            (ADDRESS, 0),
            ("::ffff:192.0.2.1", 0),
            ("192.0.2.2", MAX_FAILURES_OF_ADDRESS),
            ("2001:db8::1", MAX_FAILURES_OF_ADDRESS),
            ("2001:db8::ffff:1", 0),
            ("2001:db8:0:1::1", MAX_FAILURES_OF_ADDRESS),
        ] {
            assert_eq!(failures_by_names(&db, "b", address), want, "{address}");
        }
        // The first ten are over sooner. Of two limits the longer wait is said.
        let left = i64::from(retry_after_of(&db, "ann"));
        assert!(
            (WINDOW_SECS / 2 - 1..=WINDOW_SECS / 2).contains(&left),
            "{left}"
        );
        pass(&db, WINDOW_SECS / 2);
        assert_eq!(failures_by_names(&db, "c", ADDRESS), MAX_FAILURES);
        let left = i64::from(retry_after_of(&db, "ann"));
        assert!(
            (WINDOW_SECS / 2 - 1..=WINDOW_SECS / 2).contains(&left),
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
