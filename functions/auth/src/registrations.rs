//! How many accounts may be registered from an address, kept in the database, so that it holds for all instances.
//!
//! As with [`attempts`](crate::attempts), one is recorded before anything is computed for it, in the statement that
//! counts those before it, and taken back where no account came of it.

use std::net::IpAddr;

use kit::{
    Error, Result,
    db::{Database, params},
};

use crate::client;

/// How many accounts may be registered from a client address within [`WINDOW_SECS`]: those of a class in school,
/// behind one address, and no more.
pub(crate) const MAX_REGISTRATIONS: i64 = 50;

/// For how long a registration counts, in seconds.
pub(crate) const WINDOW_SECS: i64 = 60 * 60;

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
/// 429 where [`MAX_REGISTRATIONS`] were registered from there, or are being registered.
pub(crate) async fn begin(db: &impl Database, address: Option<IpAddr>) -> Result<Registration> {
    let Some(address) = address else {
        return Ok(Registration { id: None });
    };
    let over = "DELETE FROM registrations WHERE at <= unixepoch() - ?";
    db.execute(over, params![WINDOW_SECS]).await?;
    let address = client::hash(address);
    let insert = "INSERT INTO registrations (address, at) SELECT ?1, unixepoch() \
        WHERE (SELECT count(*) FROM registrations WHERE address = ?1 AND at > unixepoch() - ?2) < ?3 \
        RETURNING id";
    let values = params![address.as_str(), WINDOW_SECS, MAX_REGISTRATIONS];
    let rows = db.execute(insert, values).await?;
    if let Some(row) = rows.at_most_one()? {
        return Ok(Registration {
            id: Some(row.get("id")?),
        });
    }
    Err(Error::TooManyRequests {
        detail: format!(
            "{MAX_REGISTRATIONS} accounts were registered from your address within an hour, and that is the \
             most: wait before you register"
        ),
        retry_after_seconds: seconds_left(db, &address).await?,
    })
}

/// Takes back one of which no account came.
pub(crate) async fn take_back(db: &impl Database, registration: Registration) -> Result<()> {
    if let Some(id) = registration.id {
        let delete = "DELETE FROM registrations WHERE id = ?";
        db.execute(delete, params![id]).await?;
    }
    Ok(())
}

/// When the next one will do: once fewer than [`MAX_REGISTRATIONS`] count.
async fn seconds_left(db: &impl Database, address: &str) -> Result<u32> {
    let select = "SELECT at + ?2 - unixepoch() AS left FROM registrations WHERE address = ?1 \
        ORDER BY at DESC LIMIT 1 OFFSET ?3";
    let values = params![address, WINDOW_SECS, MAX_REGISTRATIONS - 1];
    let rows = db.execute(select, values).await?;
    let left = match rows.at_most_one()? {
        Some(row) => row.get("left")?,
        None => 1,
    };
    Ok(client::retry_after(left, WINDOW_SECS))
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
        assert!(detail.starts_with("50 accounts"), "{detail}");
        pass(&db, 60);
        assert_eq!(registered(&db, ADDRESS), MAX_REGISTRATIONS);
        // What is over is not kept.
        let rows = block_on(db.execute("SELECT count(*) AS n FROM registrations", params![]));
        assert_eq!(rows.unwrap().one().unwrap().get("n"), Ok(MAX_REGISTRATIONS));
    }

    #[test]
    fn one_of_which_no_account_came_does_not_count() {
        let db = database();
        for _ in 0..2 * MAX_REGISTRATIONS {
            let registration = register(&db, ADDRESS).unwrap();
            block_on(take_back(&db, registration)).unwrap();
        }
        assert_eq!(registered(&db, ADDRESS), MAX_REGISTRATIONS);
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
