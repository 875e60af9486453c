//! Cookies on a response.

use std::time::SystemTime;

use formats::cookie;
use http::{HeaderValue, header::SET_COOKIE, uri::Scheme};

use crate::{
    error::{Error, Result},
    request::Request,
    response::Response,
};

/// A cookie to be set, as Flask's `response.set_cookie`.
///
/// It is HttpOnly, SameSite=Lax, for the whole site, and Secure where the request came by https.
///
/// # Limits
/// Browsers drop a cookie of more than 4,096 bytes without a word; it is not checked here.
///
/// # Example
/// ```
/// use std::time::{Duration, SystemTime};
/// use kit::{Request, Response, Result, text, response::Cookie};
///
/// async fn remember(request: Request) -> Result<Response> {
///     let mut response = text("add cookies");
///     Cookie::new(&request, "name", "唤醒手腕")
///         .expires(SystemTime::now() + Duration::from_secs(6 * 60))
///         .set_on(&mut response)?;
///     Ok(response)
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a cookie is not set until it is on a response"]
pub struct Cookie {
    name: &'static str,
    value: String,
    expires: Option<SystemTime>,
    secure: bool,
}

impl Cookie {
    /// A cookie that lasts until the browser is closed, for the client of `request`.
    pub fn new(request: &Request, name: &'static str, value: impl Into<String>) -> Self {
        Self {
            name,
            value: value.into(),
            expires: None,
            secure: request.scheme() == Scheme::HTTPS,
        }
    }

    /// What makes a browser forget the cookie of that name.
    pub fn expired(request: &Request, name: &'static str) -> Self {
        Self::new(request, name, "").expires(SystemTime::UNIX_EPOCH)
    }

    /// Ends the cookie at a moment, by the client's clock.
    pub fn expires(mut self, moment: SystemTime) -> Self {
        self.expires = Some(moment);
        self
    }

    /// Puts the cookie on a response, besides those that it has.
    ///
    /// # Errors
    /// 500 where the name is no token (RFC 6265, section 4.1.1).
    pub fn set_on(self, response: &mut Response) -> Result<()> {
        let mut cookie = cookie::Cookie::new(self.name, self.value)?.secure(self.secure);
        if let Some(moment) = self.expires {
            cookie = cookie.expires(moment);
        }
        set(response, &cookie)
    }
}

/// Puts a cookie on a response, besides those that it has.
///
/// # Errors
/// 500 where no header can hold it; a [`cookie::Cookie`] is always one.
pub(crate) fn set(response: &mut Response, cookie: &cookie::Cookie) -> Result<()> {
    let value = HeaderValue::try_from(cookie.to_string()).map_err(Error::internal)?;
    response.headers_mut().append(SET_COOKIE, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Full;

    use super::*;
    use crate::text;

    fn request(url: &str) -> Request {
        let request = http::Request::get("/").header("spin-full-url", url);
        Request::new(request.body(Full::new(Bytes::new())).unwrap())
    }

    fn line(cookie: Cookie) -> String {
        let mut response = text("");
        cookie.set_on(&mut response).unwrap();
        response.headers()[SET_COOKIE].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_cookie_is_secure_where_the_request_was() {
        let (http, https) = (
            request("http://words.example/"),
            request("https://words.example/"),
        );
        assert_eq!(
            line(Cookie::new(&http, "name", "duke")),
            "name=duke; HttpOnly; Path=/; SameSite=Lax"
        );
        assert_eq!(
            line(Cookie::expired(&https, "name")),
            "name=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly; Path=/; SameSite=Lax"
        );
    }

    #[test]
    fn a_name_that_is_no_token_is_our_fault() {
        let set = Cookie::new(&request("/"), "a b", "").set_on(&mut text(""));
        assert!(matches!(set, Err(Error::Internal(_))));
    }

    #[test]
    fn a_cookie_leaves_the_others_alone() {
        let mut response = text("");
        for name in ["a", "b"] {
            Cookie::new(&request("/"), name, "1")
                .set_on(&mut response)
                .unwrap();
        }
        assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 2);
    }
}
