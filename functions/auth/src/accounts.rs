//! The table `users`. Every change is one statement, and says in its `WHERE` what it was made to.

use kit::{
    Error, Result,
    db::{Connection, Database, Migration, Value, params},
    login::{Account, Login},
    password::{self, Verdict},
};
use site::migration;

use crate::{credentials::NewAccount, key::Key};

/// How often a password is checked anew because its hash was replaced meanwhile.
const MAX_ROUNDS: usize = 3;

/// What the database has to look like.
const MIGRATIONS: &[Migration] = &[
    migration!("0002_accounts"),
    migration!("0005_limits_by_address"),
];

/// The database `default`, with all that is kept of accounts.
///
/// # Errors
/// Those of the database.
pub(crate) async fn open() -> Result<Connection> {
    Ok(Connection::open(MIGRATIONS).await?)
}

/// The accounts of a database.
pub(crate) struct Accounts<'a, D>(pub(crate) &'a D);

/// An account with what its password is checked by.
pub(crate) struct Stored {
    pub(crate) account: Account,
    pub(crate) password_hash: String,
}

impl<D: Database> Accounts<'_, D> {
    /// The account of this name.
    pub(crate) async fn find(&self, key: &Key) -> Result<Option<Stored>> {
        self.at_most_one("name_key = ?", params![key.0.as_str()])
            .await
    }

    /// Adds an account; `None` where there is one of this name.
    pub(crate) async fn insert(
        &self,
        new: &NewAccount,
        password_hash: &str,
    ) -> Result<Option<Account>> {
        let insert = format!(
            "INSERT INTO users (name, name_key, nickname, password_hash, created_at, password_changed_at) \
             VALUES (?, ?, ?, ?, {NOW}, {NOW}) ON CONFLICT (name_key) DO NOTHING RETURNING {}",
            Account::COLUMNS
        );
        let values = params![
            new.name.as_str(),
            new.key().0,
            new.nickname.as_deref(),
            password_hash,
        ];
        let rows = self.0.execute(&insert, values).await?;
        Ok(rows.at_most_one()?.map(Account::from_row).transpose()?)
    }

    /// Logs in whoever knows the password; `false` where it is wrong, or the name. Both take as long, once a
    /// hash of another kind has been made anew.
    pub(crate) async fn log_in(
        &self,
        login: &mut Login,
        key: &Key,
        password: &str,
    ) -> Result<bool> {
        for _ in 0..MAX_ROUNDS {
            let found = self.find(key).await?;
            self.0.release();
            let Some(stored) = found else {
                let _ = password::decoy(password).await?;
                return Ok(false);
            };
            let Verdict::Right { rehash } = verify(&stored, password).await? else {
                return Ok(false);
            };
            let (account, hash) = (stored.account, stored.password_hash);
            let id = account.id;
            // It does not start where the hash was replaced while it was checked.
            if login.start(account, &hash, self.0).await? {
                if rehash {
                    self.rehash(id, &hash, password).await?;
                }
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Replaces a hash by a stronger one of the same password, unless the password was changed meanwhile.
    async fn rehash(&self, id: i64, before: &str, password: &str) -> Result<()> {
        self.0.release();
        let after = password::hash(password).await?;
        let update = "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?";
        self.0.execute(update, params![after, id, before]).await?;
        Ok(())
    }

    /// Gives the account that is logged in a new password, which ends all its logins, and logs this client in
    /// anew; `false` where the old password is wrong.
    ///
    /// # Errors
    /// 401 where nobody is logged in.
    pub(crate) async fn change_password(
        &self,
        login: &mut Login,
        old: &str,
        new: &str,
    ) -> Result<bool> {
        let account = login.require(CHANGE)?.clone();
        for _ in 0..MAX_ROUNDS {
            let stored = self.at_most_one("id = ?", params![account.id]).await?;
            let Some(stored) = stored else { break };
            self.0.release();
            if verify(&stored, old).await? == Verdict::Wrong {
                return Ok(false);
            }
            let hash = password::hash(new).await?;
            let update = format!(
                "UPDATE users SET password_hash = ?, password_changed_at = {NOW} \
                 WHERE id = ? AND password_hash = ? RETURNING id"
            );
            let values = params![hash.as_str(), account.id, stored.password_hash];
            if self.0.execute(&update, values).await?.is_empty() {
                continue;
            }
            if login.start(account, &hash, self.0).await? {
                return Ok(true);
            }
            break;
        }
        Err(Error::unauthorized(
            "login-ended",
            "the password was changed elsewhere at the same time: log in again",
        ))
    }

    async fn at_most_one(&self, condition: &str, values: Vec<Value>) -> Result<Option<Stored>> {
        let select = format!(
            "SELECT {}, password_hash FROM users WHERE {condition}",
            Account::COLUMNS
        );
        let rows = self.0.execute(&select, values).await?;
        let Some(row) = rows.at_most_one()? else {
            return Ok(None);
        };
        Ok(Some(Stored {
            account: Account::from_row(row)?,
            password_hash: row.get("password_hash")?,
        }))
    }
}

/// What changing a password is called in a refusal.
pub(crate) const CHANGE: &str = "change your password";

/// The moment of a change. One clock for all: the database's.
const NOW: &str = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

async fn verify(stored: &Stored, password: &str) -> Result<Verdict> {
    password::verify(&stored.password_hash, password).await
}

/// A database for native tests.
#[cfg(test)]
pub(crate) mod testing {
    use futures::executor::block_on;
    use kit::db::TestDatabase;

    use super::*;

    /// One that has the tables of accounts.
    pub(crate) fn database() -> TestDatabase {
        let db = TestDatabase::in_memory();
        block_on(kit::db::migrate(&db, MIGRATIONS)).unwrap();
        db
    }
}
