//! How often somebody may try a password.
//!
//! One that does not fail by its password is taken back for the account. For the address it counts, as what it took
//! to compute was the same.

use std::net::IpAddr;

use kit::{
    Error, Result,
    db::{Database, params},
};

use crate::{
    client::{self, CLIENTS_OF_NETWORK},
    key::Key,
    limits::{Limit, Limits, Recorded},
};

/// How many attempts may fail for a pair of account and client address within [`WINDOW_SECS`].
pub(crate) const MAX_FAILURES: i64 = 10;

/// How many attempts may fail from a client address within [`WINDOW_SECS`], whatever the accounts. People behind
/// one address share that.
pub(crate) const MAX_FAILURES_OF_ADDRESS: i64 = 50;

/// How many attempts may be made from a client address within [`WINDOW_SECS`], be they right: each takes 0.4 s of
/// computing.
pub(crate) const MAX_ATTEMPTS_OF_ADDRESS: i64 = 200;

/// For how long an attempt counts, in seconds.
pub(crate) const WINDOW_SECS: i64 = 5 * 60;

/// One that did not fail has no pair.
const LIMITS: Limits = Limits {
    table: "login_attempts",
    columns: &["address", "network", "pair"],
    window_secs: WINDOW_SECS,
    limits: &[
        Limit {
            of: "pair = ?3",
            max: MAX_FAILURES,
        },
        Limit {
            of: "address = ?1 AND pair <> ''",
            max: MAX_FAILURES_OF_ADDRESS,
        },
        Limit {
            of: "address = ?1",
            max: MAX_ATTEMPTS_OF_ADDRESS,
        },
        Limit {
            of: "network = ?2 AND pair <> ''",
            max: CLIENTS_OF_NETWORK * MAX_FAILURES_OF_ADDRESS,
        },
        Limit {
            of: "network = ?2",
            max: CLIENTS_OF_NETWORK * MAX_ATTEMPTS_OF_ADDRESS,
        },
    ],
};

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
/// 429 where [`MAX_FAILURES`] have failed for the account from this address, [`MAX_FAILURES_OF_ADDRESS`] from this
/// address, or are being checked; where there were [`MAX_ATTEMPTS_OF_ADDRESS`] from this address; and where there
/// were [`CLIENTS_OF_NETWORK`] times as many of either from its network.
pub(crate) async fn begin(
    db: &impl Database,
    key: &Key,
    address: Option<IpAddr>,
) -> Result<Attempt> {
    let Some(address) = address else {
        return Ok(Attempt { id: None });
    };
    let values = params![
        client::hash(address),
        client::network(address),
        client::pair(key, address)
    ];
    match LIMITS.record(db, values).await? {
        Recorded::Row(id) => Ok(Attempt { id: Some(id) }),
        Recorded::Full(retry_after_seconds) => Err(Error::TooManyRequests {
            detail: "too many attempts to log in: wait, then try again".to_owned(),
            retry_after_seconds,
        }),
    }
}

/// Takes back an attempt that did not fail by its password.
pub(crate) async fn take_back(db: &impl Database, attempt: Attempt) -> Result<()> {
    if let Some(id) = attempt.id {
        let update = "UPDATE login_attempts SET pair = '' WHERE id = ?";
        db.execute(update, params![id]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::db::TestDatabase;

    use super::*;
    use crate::accounts::testing::database;

    const ADDRESS: &str = "192.0.2.1";

    fn try_once(db: &TestDatabase, name: &str, address: &str) -> Result<Attempt> {
        block_on(begin(db, &Key::new(name), Some(address.parse().unwrap())))
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

    /// Lets that many attempts come to nothing that counts for an account.
    fn succeed(db: &TestDatabase, times: i64, name: &str, address: &str) {
        for _ in 0..times {
            let attempt = try_once(db, name, address).unwrap();
            block_on(take_back(db, attempt)).unwrap();
        }
    }

    #[test]
    fn an_attempt_that_succeeds_is_no_failure() {
        let db = database();
        succeed(&db, 2 * MAX_FAILURES_OF_ADDRESS, "duke", ADDRESS);
        assert_eq!(failures(&db, "duke", ADDRESS), MAX_FAILURES);
        let rest = MAX_FAILURES_OF_ADDRESS - MAX_FAILURES;
        assert_eq!(failures_by_names(&db, "a", ADDRESS), rest);
    }

    #[test]
    fn who_knows_a_password_is_stopped_too() {
        let db = database();
        succeed(&db, MAX_ATTEMPTS_OF_ADDRESS, "duke", ADDRESS);
        for (name, address, want) in [
            ("duke", ADDRESS, 0),
            ("ann", ADDRESS, 0),
            ("duke", "192.0.2.2", MAX_FAILURES),
        ] {
            assert_eq!(failures(&db, name, address), want, "{name} {address}");
        }
        let left = i64::from(retry_after(&db));
        assert!((WINDOW_SECS - 1..=WINDOW_SECS).contains(&left), "{left}");
        pass(&db, WINDOW_SECS);
        succeed(&db, 1, "duke", ADDRESS);
    }

    #[test]
    fn a_network_has_no_more_than_four_addresses() {
        let db = database();
        let of = |n: i64| format!("2001:db8:0:{n:x}::1");
        for n in 0..4 {
            let failed = failures_by_names(&db, &format!("{n} "), &of(n));
            assert_eq!(failed, MAX_FAILURES_OF_ADDRESS, "{n}");
        }
        for (address, want) in [
            (of(4), 0),
            (of(0xffff), 0),
            ("2001:db8:1::1".to_owned(), MAX_FAILURES_OF_ADDRESS),
            ("192.0.2.1".to_owned(), MAX_FAILURES_OF_ADDRESS),
            ("192.0.2.2".to_owned(), MAX_FAILURES_OF_ADDRESS),
        ] {
            let failed = failures_by_names(&db, "b", &address);
            assert_eq!(failed, want, "{address}");
        }
        let db = database();
        for n in 0..4 {
            succeed(&db, MAX_ATTEMPTS_OF_ADDRESS, "duke", &of(n));
        }
        assert_eq!(failures(&db, "duke", &of(4)), 0);
        assert_eq!(failures(&db, "duke", "2001:db8:1::1"), MAX_FAILURES);
    }

    #[test]
    fn a_client_without_an_address_is_not_limited_by_it() {
        let db = database();
        for _ in 0..2 * MAX_FAILURES {
            let _ = block_on(begin(&db, &Key::new("duke"), None)).unwrap();
        }
        assert_eq!(failures(&db, "duke", ADDRESS), MAX_FAILURES);
    }
}
