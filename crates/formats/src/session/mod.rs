//! Flask's session, in Flask's own cookie (feature `session`).
//!
//! The cookie is read and written as Flask 3 does with its defaults, so that an application moves over one
//! endpoint at a time, and its users stay logged in: with the same secret key, each side reads what the
//! other wrote. [`Secrets`] holds the keys, [`Session`] what a client's cookie says.
//!
//! It is signed, not encrypted: a client can read its session, and cannot change it. It can send an older
//! one again, so what has to end with a logout everywhere (a one-time code, say) does not belong in it.
//!
//! # Example
//! ```
//! use flask_formats::{cookie, session::{Secrets, Session}};
//!
//! let secrets = Secrets::parse("the secret_key of the Flask application", "[]")?;
//! let mut session = Session::open(&cookie::parse(["session=eyJhIjoxfQ.ZVPxAA.x"]), &secrets)?;
//! session.insert("login_user", "唤醒手腕");
//! if let Some(cookie) = session.save()? {
//!     println!("Set-Cookie: {}", cookie.secure(true));
//! }
//! # Ok::<_, flask_formats::Error>(())
//! ```

mod datetime;
mod integer;
mod payload;
mod reader;
mod secrets;
mod signer;
mod tagged;
#[cfg(test)]
mod tests;
mod value;

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use self::signer::Signer;
use crate::{
    cookie::Cookie,
    error::{Error, Result},
    multi_dict::MultiDict,
};

pub use self::{
    datetime::DateTime,
    integer::Integer,
    secrets::Secrets,
    value::{Dict, Value},
};

/// The name of the cookie (Flask's `SESSION_COOKIE_NAME`).
pub const COOKIE: &str = "session";

/// How long a session is good for (Flask's `PERMANENT_SESSION_LIFETIME`).
pub const LIFETIME: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// How large the cookie may be, with its name and attributes. Browsers drop a larger one without a word, and
/// Werkzeug warns above the same number. The attribute `Secure` is counted, be it there or not.
pub const MAX_COOKIE_BYTES: usize = 4093;

/// How old a cookie must be before it is set again without a change.
const RENEW_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// The key that makes a session permanent, as in Flask.
const PERMANENT: &str = "_permanent";

/// What a client's session holds (Flask's `session`).
///
/// Nothing is kept until [`Self::save`].
#[must_use = "what is changed is lost unless the session is saved"]
pub struct Session {
    values: Dict,
    /// What the values were, as JSON.
    opened: String,
    /// Whether the client sent a cookie, good or bad.
    sent: bool,
    /// How old the cookie is that the values came from.
    age: Duration,
    /// Whether anything was set or removed, be it to what it was.
    touched: bool,
    signer: Signer,
    now: SystemTime,
}

impl Session {
    /// Opens the session that the cookies of a request hold.
    ///
    /// A cookie that is wrong in any way is an empty session: a signature by none of the keys, an age of more
    /// than [`LIFETIME`] or below zero, no JSON object, more of it than is read (256 KiB,
    /// [`MAX_JSON_DEPTH`](crate::json::MAX_JSON_DEPTH), [`MAX_INTEGER_DIGITS`](crate::json::MAX_INTEGER_DIGITS)). Of
    /// two cookies the first counts, as in Flask.
    ///
    /// # Errors
    /// [`Error::NoSecretKey`].
    pub fn open(cookies: &MultiDict, secrets: &Secrets) -> Result<Self> {
        Self::open_at(cookies, secrets, SystemTime::now())
    }

    /// The same at another moment, for tests.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_at(cookies: &MultiDict, secrets: &Secrets, now: SystemTime) -> Result<Self> {
        let signer = Signer::new(secrets)?;
        let text = cookies.get(COOKIE).unwrap_or_default();
        let (values, age) = read(text, &signer, now).unwrap_or_default();
        Ok(Self {
            // It was not too deep to be read.
            opened: tagged::dump(&values).unwrap_or_default(),
            values,
            sent: !text.is_empty(),
            age,
            touched: false,
            signer,
            now,
        })
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    /// The value of a key, to be changed in its place. Unlike Flask, a change inside of it counts.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.values.get_mut(key)
    }

    /// Sets a key; returns the value that it had.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.touched = true;
        self.values.insert(key.into(), value.into())
    }

    /// Removes a key; returns the value that it had.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let removed = self.values.shift_remove(key);
        self.touched |= removed.is_some();
        removed
    }

    /// Removes all keys. Once saved, the client's cookie is deleted, even one that could not be read.
    pub fn clear(&mut self) {
        self.touched = true;
        self.values.clear();
    }

    /// All keys with their values: those of the cookie sorted, as Flask writes them, then new ones.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Whether the session outlives the browser (Flask's `session.permanent`).
    pub fn is_permanent(&self) -> bool {
        self.get(PERMANENT).is_some_and(Value::is_truthy)
    }

    /// Makes the session outlive the browser, for [`LIFETIME`] from the last visit or up to a day less, or end
    /// with it.
    pub fn set_permanent(&mut self, permanent: bool) {
        self.insert(PERMANENT, permanent);
    }

    /// The session as Flask's `jsonify(dict(session))` has it, see [`Value::to_json`].
    pub fn to_json(&self) -> serde_json::Value {
        value::dict_to_json(&self.values)
    }

    /// The cookie that the client has to keep:
    /// - of a session that holds something else than when it was opened: a new one, with a new date;
    /// - of one that was emptied: one that deletes it;
    /// - of any other: none, unless its cookie is older than a day, and the session is permanent or was set to
    ///   what it was: such a session goes on, so its cookie gets a new date.
    ///
    /// The cookie lacks `Secure`; see [`Cookie::secure`].
    ///
    /// # Errors
    /// Why a cookie cannot hold the session, as [`Self::fits`].
    pub fn save(self) -> Result<Option<Cookie>> {
        let json = tagged::dump(&self.values)?;
        let changed = json != self.opened;
        if self.values.is_empty() {
            if changed || (self.touched && self.sent) {
                let expired = Cookie::new(COOKIE, "")?.expires(SystemTime::UNIX_EPOCH);
                return Ok(Some(expired));
            }
            return Ok(None);
        }
        let goes_on = (self.touched || self.is_permanent()) && self.age > RENEW_AFTER;
        if changed || goes_on {
            return self.cookie(&json).map(Some);
        }
        Ok(None)
    }

    /// Whether a cookie can hold the session.
    ///
    /// # Errors
    /// Why it cannot: [`Error::SessionTooDeep`], [`Error::SessionTooLarge`] or [`Error::SessionCookieTooLarge`].
    pub fn fits(&self) -> Result<()> {
        let json = tagged::dump(&self.values)?;
        if self.values.is_empty() {
            return Ok(());
        }
        self.cookie(&json).map(drop)
    }

    fn cookie(&self, json: &str) -> Result<Cookie> {
        if json.len() > payload::MAX_JSON_BYTES {
            return Err(Error::SessionTooLarge);
        }
        let timestamp = since_1970(self.now).as_secs();
        let text = self.signer.sign(&payload::encode(json), timestamp);
        let mut cookie = Cookie::new(COOKIE, text)?;
        if self.is_permanent() {
            cookie = cookie.expires(self.now + LIFETIME);
        }
        let bytes = cookie.clone().secure(true).to_string().len();
        if bytes > MAX_COOKIE_BYTES {
            let most = MAX_COOKIE_BYTES;
            return Err(Error::SessionCookieTooLarge { bytes, most });
        }
        Ok(cookie)
    }
}

/// What a cookie holds and how old it is; `None` where it is wrong in any way.
fn read(text: &str, signer: &Signer, now: SystemTime) -> Option<(Dict, Duration)> {
    let signed = signer.unsign(text)?;
    let now = Duration::from_secs(since_1970(now).as_secs());
    let age = now.checked_sub(Duration::from_secs(signed.timestamp))?;
    if age > LIFETIME {
        return None;
    }
    match reader::parse(&payload::decode(signed.payload)?)? {
        Value::Dict(values) => Some((values, age)),
        _ => None,
    }
}

fn since_1970(moment: SystemTime) -> Duration {
    let since = moment.duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default()
}

impl fmt::Debug for Session {
    /// The keys alone: what is in a session belongs to a person.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.values.keys()).finish()
    }
}
