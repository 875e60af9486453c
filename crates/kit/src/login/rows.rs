//! The table `sessions`: logins, each with the moment it ends. One clock for all: the database's.

use super::{Account, token::Token};
use crate::{
    session::LIFETIME,
    store::db::{Database, DbError, params},
};

/// How long a login lasts, in seconds.
const LIFETIME_SECS: i64 = LIFETIME.as_secs().cast_signed();

/// How old a login must be before a visit extends it. If every visit did, every read would be a change.
const RENEW_AFTER_SECS: i64 = 24 * 60 * 60;

/// Whether a visit extends a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renewal {
    Due,
    NotYet,
}

/// Whose login a token is.
pub(super) async fn find(
    db: &impl Database,
    token: &Token,
) -> Result<Option<(Account, Renewal)>, DbError> {
    let select = format!(
        "SELECT {}, sessions.expires_at - unixepoch() AS left \
         FROM sessions JOIN users ON users.id = sessions.user_id \
         WHERE sessions.token_hash = ? AND sessions.expires_at > unixepoch()",
        Account::COLUMNS
    );
    let rows = db.execute(&select, params![token.hash()]).await?;
    let Some(row) = rows.at_most_one()? else {
        return Ok(None);
    };
    let left: i64 = row.get("left")?;
    let renewal = if left < LIFETIME_SECS - RENEW_AFTER_SECS {
        Renewal::Due
    } else {
        Renewal::NotYet
    };
    Ok(Some((Account::from_row(row)?, renewal)))
}

/// Extends a login. If that fails, the login stays as it was, and the next visit tries again.
pub(super) async fn renew(db: &impl Database, token: &Token) {
    let update = "UPDATE sessions SET expires_at = unixepoch() + ? WHERE token_hash = ?";
    if let Err(error) = db
        .execute(update, params![LIFETIME_SECS, token.hash()])
        .await
    {
        eprintln!("a login was not extended: {error}");
    }
}

/// Adds a login of an account that has this password hash, and deletes those whose time is over. Says whether
/// the account still has that hash: otherwise nothing is added.
pub(super) async fn insert(
    db: &impl Database,
    token: &Token,
    user_id: i64,
    password_hash: &str,
) -> Result<bool, DbError> {
    let expired = "DELETE FROM sessions WHERE expires_at <= unixepoch()";
    db.execute(expired, params![]).await?;
    let insert = "INSERT INTO sessions (token_hash, user_id, created_at, expires_at) \
        SELECT ?, id, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), unixepoch() + ? FROM users \
        WHERE id = ? AND password_hash = ? RETURNING user_id";
    let values = params![token.hash(), LIFETIME_SECS, user_id, password_hash];
    Ok(!db.execute(insert, values).await?.is_empty())
}

/// Ends a login.
pub(super) async fn delete(db: &impl Database, token: &Token) -> Result<(), DbError> {
    let delete = "DELETE FROM sessions WHERE token_hash = ?";
    db.execute(delete, params![token.hash()]).await?;
    Ok(())
}
