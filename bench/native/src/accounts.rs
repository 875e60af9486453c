//! Registering and logging in, with passwords as Werkzeug keeps them.

use anyhow::{Context, Result, anyhow};
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rusqlite::{Connection, OptionalExtension, params};
use scrypt::Params;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{State as Shared, failure::Failure};

/// What Werkzeug hashes with by default.
const METHOD: &str = "scrypt:32768:8:1";
const LOG_N: u8 = 15;
const R: u32 = 8;
const P: u32 = 1;

/// The length of a digest, in bytes.
const DIGEST_BYTES: usize = 64;

/// How long a login lasts, in seconds.
const LIFETIME_SECS: i64 = 31 * 24 * 60 * 60;

#[derive(Deserialize)]
pub(crate) struct Credentials {
    name: String,
    password: String,
}

#[derive(Serialize)]
struct Account {
    #[serde(skip)]
    id: i64,
    name: String,
    nickname: Option<String>,
    created_at: String,
}

/// POST /auth/register.
pub(crate) async fn register(
    State(shared): State<Shared>,
    Json(new): Json<Credentials>,
) -> Result<Response, Failure> {
    let hash = blocking(move || hash(&new.password)).await?;
    let account = shared
        .database
        .write(move |db| insert(db, &new.name, &hash))
        .await?;
    let taken = Failure::Refused(
        StatusCode::CONFLICT,
        "there is an account of this name already",
    );
    logged_in(&shared, StatusCode::CREATED, account.ok_or(taken)?).await
}

/// POST /auth/login.
pub(crate) async fn log_in(
    State(shared): State<Shared>,
    Json(given): Json<Credentials>,
) -> Result<Response, Failure> {
    let wrong = || {
        Failure::Refused(
            StatusCode::UNAUTHORIZED,
            "the name or the password is wrong",
        )
    };
    let found = shared.database.read(|db| find(db, &given.name))?;
    let (account, hash) = found.ok_or_else(wrong)?;
    if !blocking(move || verify(&hash, &given.password)).await? {
        return Err(wrong());
    }
    logged_in(&shared, StatusCode::OK, account).await
}

/// The answer to somebody who is logged in from now on.
async fn logged_in(
    shared: &Shared,
    status: StatusCode,
    account: Account,
) -> Result<Response, Failure> {
    let mut token = [0; 32];
    getrandom::fill(&mut token)?;
    let token = URL_SAFE_NO_PAD.encode(token);
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&token));
    let id = account.id;
    shared
        .database
        .write(move |db| start(db, &hash, id))
        .await?;
    let cookie = HeaderValue::try_from(format!("session={token}; HttpOnly; SameSite=Lax; Path=/"))?;
    Ok((status, [(header::SET_COOKIE, cookie)], Json(account)).into_response())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await?
}

fn hash(password: &str) -> Result<String> {
    let mut salt = [0; 12];
    getrandom::fill(&mut salt)?;
    let salt = URL_SAFE_NO_PAD.encode(salt);
    let digest = digest(&salt, password)?;
    Ok(format!("{METHOD}${salt}${digest}"))
}

fn verify(stored: &str, password: &str) -> Result<bool> {
    let mut parts = stored.split('$');
    let [Some(METHOD), Some(salt), Some(want)] = [parts.next(), parts.next(), parts.next()] else {
        return Err(anyhow!("the hash is not of {METHOD}"));
    };
    Ok(digest(salt, password)?
        .as_bytes()
        .ct_eq(want.as_bytes())
        .into())
}

fn digest(salt: &str, password: &str) -> Result<String> {
    let params = Params::new(LOG_N, R, P)?;
    let mut digest = [0; DIGEST_BYTES];
    scrypt::scrypt(password.as_bytes(), salt.as_bytes(), &params, &mut digest)?;
    Ok(digest.map(|byte| format!("{byte:02x}")).concat())
}

fn find(db: &Connection, name: &str) -> Result<Option<(Account, String)>> {
    let select =
        "SELECT id, name, nickname, created_at, password_hash FROM users WHERE name_key = ?";
    let mut statement = db.prepare_cached(select)?;
    let found = statement.query_row([name.to_lowercase()], |row| {
        let account = Account {
            id: row.get(0)?,
            name: row.get(1)?,
            nickname: row.get(2)?,
            created_at: row.get(3)?,
        };
        Ok((account, row.get(4)?))
    });
    found.optional().context("an account")
}

/// The new account; none where the name is taken.
fn insert(db: &Connection, name: &str, hash: &str) -> Result<Option<Account>> {
    let insert = "INSERT INTO users (name, name_key, password_hash, created_at, password_changed_at) \
        VALUES (?, ?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) \
        ON CONFLICT (name_key) DO NOTHING";
    let inserted = db
        .prepare_cached(insert)?
        .execute(params![name, name.to_lowercase(), hash])?;
    if inserted == 0 {
        return Ok(None);
    }
    Ok(find(db, name)?.map(|(account, _)| account))
}

fn start(db: &Connection, token_hash: &str, user_id: i64) -> Result<()> {
    let insert = "INSERT INTO sessions (token_hash, user_id, created_at, expires_at) \
        VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), unixepoch() + ?)";
    db.prepare_cached(insert)?
        .execute(params![token_hash, user_id, LIFETIME_SECS])?;
    Ok(())
}
