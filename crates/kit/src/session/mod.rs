//! A client's session, in Flask's own cookie (feature `session`).
//!
//! What a session is and may hold is in [`formats::session`]; here it comes out of a request and goes onto a
//! response.
//!
//! # Example
//! ```
//! use kit::{Request, Response, Result, session::{self, Session}, text};
//!
//! async fn log_in(request: Request) -> Result<Response> {
//!     let mut session = Session::open(&request, &session::secrets().await?)?;
//!     session.insert("login_user", "唤醒手腕");
//!     session.save_on(text("index"))
//! }
//! ```

use std::{
    ops::{Deref, DerefMut},
    time::SystemTime,
};

use formats::session;
use http::uri::Scheme;

use crate::{
    error::Result,
    request::Request,
    response::{Response, cookie},
    variables::variable,
};

pub use formats::session::{Dict, Integer, LIFETIME, Secrets, Value};

/// The key that holds a login (see `kit::login`). It stands for the person, so [`Session::to_json`] leaves it
/// out, and what a client sends is not to be written to it.
pub const LOGIN: &str = "_login";

/// The keys that sessions are signed with, from the component's variables `secret_key` and `secret_key_fallbacks`.
/// This calls the host; a native test takes [`Secrets::parse`].
///
/// # Errors
/// 500 where the fallbacks are no JSON array of texts, and where `spin.toml` does not grant the component the
/// variables, with what to write there.
pub async fn secrets() -> Result<Secrets> {
    let key = variable("secret_key").await?;
    let fallbacks = variable("secret_key_fallbacks").await?;
    Ok(Secrets::parse(&key, &fallbacks)?)
}

/// What a client's session holds (Flask's `session`).
///
/// Opening it makes the answer vary by `Cookie`. Nothing is kept until [`Self::save_on`].
///
/// # Example
/// ```
/// use kit::{Request, Response, Result, jsonify, session::{self, Session}};
///
/// async fn show(request: Request) -> Result<Response> {
///     let session = Session::open(&request, &session::secrets().await?)?;
///     Ok(jsonify(&session.to_json()))
/// }
/// ```
#[derive(Debug)]
#[must_use = "what is changed is lost unless the session is saved on the response"]
pub struct Session {
    session: session::Session,
    secure: bool,
}

impl Session {
    /// Opens the session that a request's cookie holds. A cookie that is wrong in any way is an empty session.
    ///
    /// # Errors
    /// 500 where no secret key is set, with what to set.
    pub fn open(request: &Request, secrets: &Secrets) -> Result<Self> {
        Self::open_at(request, secrets, SystemTime::now())
    }

    /// The same at another moment, for tests.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_at(request: &Request, secrets: &Secrets, now: SystemTime) -> Result<Self> {
        Ok(Self {
            session: session::Session::open_at(&request.cookies(), secrets, now)?,
            secure: request.scheme() == Scheme::HTTPS,
        })
    }

    /// The session as Flask's `jsonify(dict(session))` has it, without [`LOGIN`]: no script of a page is to read
    /// that, as none can read the cookie.
    pub fn to_json(&self) -> serde_json::Value {
        let mut json = self.session.to_json();
        if let Some(members) = json.as_object_mut() {
            members.remove(LOGIN);
        }
        json
    }

    /// Puts on a response what the client has to keep; see [`session::Session::save`].
    ///
    /// # Errors
    /// 500 where no cookie can hold the session. A component that keeps in it what a client sent should ask
    /// [`session::Session::fits`] before, and answer the client with a 4xx.
    pub fn save_on(self, mut response: Response) -> Result<Response> {
        if let Some(cookie) = self.session.save()? {
            cookie::set(&mut response, &cookie.secure(self.secure))?;
        }
        Ok(response)
    }
}

impl Deref for Session {
    type Target = session::Session;

    fn deref(&self) -> &session::Session {
        &self.session
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut session::Session {
        &mut self.session
    }
}

#[cfg(test)]
mod tests;
