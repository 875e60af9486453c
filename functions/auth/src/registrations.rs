//! How many accounts may be registered from an address, and how often somebody may try to.

use std::net::IpAddr;

use kit::{
    Error, Result,
    db::{Database, params},
};

use crate::{
    client::{self, CLIENTS_OF_NETWORK},
    limits::{Limit, Limits, Recorded},
};

/// How many accounts may be registered from a client address within [`WINDOW_SECS`]: those of a class in school,
/// behind one address, and no more.
pub(crate) const MAX_REGISTRATIONS: i64 = 50;

/// How often somebody may try to register from a client address within [`WINDOW_SECS`], whatever comes of it. Each
/// try tells whether there is an account of a name, and may take 0.4 s of computing.
pub(crate) const MAX_TRIES: i64 = 200;

/// For how long a registration counts, in seconds.
pub(crate) const WINDOW_SECS: i64 = 60 * 60;

const LIMITS: Limits = Limits {
    table: "registrations",
    columns: &["address", "network"],
    window_secs: WINDOW_SECS,
    limits: &[
        Limit {
            of: "address = ?1 AND NOT in_vain",
            max: MAX_REGISTRATIONS,
        },
        Limit {
            of: "address = ?1",
            max: MAX_TRIES,
        },
        Limit {
            of: "network = ?2 AND NOT in_vain",
            max: CLIENTS_OF_NETWORK * MAX_REGISTRATIONS,
        },
        Limit {
            of: "network = ?2",
            max: CLIENTS_OF_NETWORK * MAX_TRIES,
        },
    ],
};

/// A registration that is recorded.
#[must_use = "one of which no account came is to be taken back"]
pub(crate) struct Registration {
    /// None where it is not recorded, as nobody knows whose it is.
    id: Option<i64>,
}

/// Records that somebody registers.
///
/// Where the client's address is not known, nothing is decided by it: there is no limit then.
///
/// # Errors
/// 429 where [`MAX_REGISTRATIONS`] were registered from there, or are being registered; where [`MAX_TRIES`] were
/// made from there; and where there were [`CLIENTS_OF_NETWORK`] times as many of either from its network.
pub(crate) async fn begin(db: &impl Database, address: Option<IpAddr>) -> Result<Registration> {
    let Some(address) = address else {
        return Ok(Registration { id: None });
    };
    let values = params![client::hash(address), client::network(address)];
    match LIMITS.record(db, values).await? {
        Recorded::Row(id) => Ok(Registration { id: Some(id) }),
        Recorded::Full(retry_after_seconds) => Err(Error::TooManyRequests {
            detail:
                "too many registrations from your network within an hour: wait before you register"
                    .to_owned(),
            retry_after_seconds,
        }),
    }
}

/// Takes back one of which no account came: it was a try and no more.
pub(crate) async fn take_back(db: &impl Database, registration: Registration) -> Result<()> {
    if let Some(id) = registration.id {
        let update = "UPDATE registrations SET in_vain = 1 WHERE id = ?";
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

    fn register(db: &TestDatabase, address: &str) -> Result<Registration> {
        block_on(begin(db, Some(address.parse().unwrap())))
    }

    /// How many are registered before one is refused.
    fn registered(db: &TestDatabase, address: &str) -> i64 {
        (0..).find(|_| register(db, address).is_err()).unwrap()
    }

    /// Lets everything so far have happened earlier.
    fn pass(db: &TestDatabase, seconds: i64) {
        let update = "UPDATE registrations SET at = at - ?";
        block_on(db.execute(update, params![seconds])).unwrap();
    }

    #[test]
    fn fifty_in_an_hour_are_the_limit_of_an_address() {
        let db = database();
        assert_eq!(registered(&db, ADDRESS), MAX_REGISTRATIONS);
        for (address, want) in [
            ("::ffff:192.0.2.1", 0),
            ("192.0.2.2", MAX_REGISTRATIONS),
            ("2001:db8::1", MAX_REGISTRATIONS),
            ("2001:db8::ffff:1", 0),
        ] {
            assert_eq!(registered(&db, address), want, "{address}");
        }
        pass(&db, WINDOW_SECS - 60);
        let Err(Error::TooManyRequests {
            retry_after_seconds,
            detail,
        }) = register(&db, ADDRESS)
        else {
            panic!("it is registered");
        };
        assert!(
            (59..=60).contains(&retry_after_seconds),
            "{retry_after_seconds}"
        );
        assert!(detail.starts_with("too many registrations"), "{detail}");
        pass(&db, 60);
        assert_eq!(registered(&db, ADDRESS), MAX_REGISTRATIONS);
        // What is over is not kept.
        let rows = block_on(db.execute("SELECT count(*) AS n FROM registrations", params![]));
        assert_eq!(rows.unwrap().one().unwrap().get("n"), Ok(MAX_REGISTRATIONS));
    }

    /// Registers that often without an account coming of it.
    fn in_vain(db: &TestDatabase, times: i64, address: &str) {
        for _ in 0..times {
            let registration = register(db, address).unwrap();
            block_on(take_back(db, registration)).unwrap();
        }
    }

    #[test]
    fn one_of_which_no_account_came_is_none() {
        let db = database();
        in_vain(&db, 2 * MAX_REGISTRATIONS, ADDRESS);
        assert_eq!(registered(&db, ADDRESS), MAX_REGISTRATIONS);
    }

    #[test]
    fn who_finds_each_name_taken_is_stopped_too() {
        let db = database();
        in_vain(&db, MAX_TRIES, ADDRESS);
        assert_eq!(registered(&db, ADDRESS), 0);
        assert_eq!(registered(&db, "192.0.2.2"), MAX_REGISTRATIONS);
        pass(&db, WINDOW_SECS);
        in_vain(&db, 1, ADDRESS);
    }

    #[test]
    fn a_network_has_no_more_than_four_addresses() {
        let db = database();
        let of = |n: i64| format!("2001:db8:0:{n:x}::1");
        for n in 0..4 {
            assert_eq!(registered(&db, &of(n)), MAX_REGISTRATIONS, "{n}");
        }
        assert_eq!(registered(&db, &of(4)), 0);
        assert_eq!(registered(&db, "2001:db8:1::1"), MAX_REGISTRATIONS);
        let db = database();
        for n in 0..4 {
            in_vain(&db, MAX_TRIES, &of(n));
        }
        assert_eq!(registered(&db, &of(4)), 0);
        assert_eq!(registered(&db, "2001:db8:1::1"), MAX_REGISTRATIONS);
    }

    #[test]
    fn a_client_without_an_address_is_not_limited_by_it() {
        let db = database();
        for _ in 0..2 * MAX_REGISTRATIONS {
            let _ = block_on(begin(&db, None)).unwrap();
        }
        assert_eq!(registered(&db, ADDRESS), MAX_REGISTRATIONS);
    }
}
