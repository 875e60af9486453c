//! A client without a network, for tests of applications.

use std::{
    cmp::Reverse,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context as _, bail};
use cookie_store::{Cookie, CookieStore, RawCookie};
use http::{HeaderMap, Method, header, uri::Authority};
use url::Url;

use super::{
    app::{Lines, lock},
    request::RequestBuilder,
};
use crate::App;

/// The host that the client asks where a request names none; Flask's test client asks the same.
pub(super) const HOST: &str = "localhost";

/// Sends requests straight to an application, as Flask's `FlaskClient` does.
///
/// Cookies that a response sets go along with the next requests. Clones share their cookies.
///
/// A client that logs in by itself, as the tutorial's `CustomClient` does, is a client with a header of its own:
///
/// ```no_run
/// # async fn test() -> anyhow::Result<()> {
/// use handspun::TestApp;
///
/// let app = TestApp::builder("spin.toml").load()?;
/// let client = app.client().with_header("authorization", "Basic ZHVrZTpzZWNyZXQ=");
/// assert_eq!(client.get("/auth/me").await?.status, 200);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TestClient {
    app: Arc<App>,
    cookies: Arc<Mutex<CookieStore>>,
    headers: Vec<(String, Vec<u8>)>,
    address: SocketAddr,
    testing: bool,
    lines: Option<Lines>,
}

impl App {
    /// A client that hands its requests straight to the application, as Flask's
    /// `app.test_client()` does.
    pub fn test_client(self: &Arc<Self>) -> TestClient {
        TestClient::new(Arc::clone(self))
    }
}

impl TestClient {
    fn new(app: Arc<App>) -> Self {
        Self {
            app,
            cookies: Arc::default(),
            headers: Vec::new(),
            address: (Ipv4Addr::LOCALHOST, 50_000).into(),
            testing: false,
            lines: None,
        }
    }

    /// A client that knows what the application logs.
    pub(super) fn with_lines(app: Arc<App>, lines: Lines) -> Self {
        Self {
            lines: Some(lines),
            ..Self::new(app)
        }
    }

    /// Another client of the same application, with cookies of its own.
    pub fn without_cookies(&self) -> Self {
        Self {
            cookies: Arc::default(),
            ..self.clone()
        }
    }

    /// The same client, which sends a header with every request that does not set it itself.
    pub fn with_header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// The same client at another address; otherwise it is 127.0.0.1, port 50000.
    pub fn at_address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Whether a component's failure is an error of the request, a [`GuestError`](crate::GuestError) with the
    /// component's backtrace and what it printed, as with Flask's `app.testing`. Otherwise the client gets the
    /// response of a server: 500, or 504 after too much computing.
    pub fn testing(mut self, testing: bool) -> Self {
        self.testing = testing;
        self
    }

    /// A `GET` for a path, which may have a query. What no URL has is percent-encoded, and a fragment is left out. A
    /// whole URL stands for its path and its host; unlike in Flask, its scheme does not count.
    pub fn get(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// A `HEAD`.
    pub fn head(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::HEAD, path)
    }

    /// A `POST`.
    pub fn post(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// A `PUT`.
    pub fn put(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::PUT, path)
    }

    /// A `PATCH`.
    pub fn patch(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::PATCH, path)
    }

    /// A `DELETE`.
    pub fn delete(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::DELETE, path)
    }

    /// Any other request.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RequestBuilder {
        RequestBuilder::new(self.clone(), method, &path.into())
    }

    /// The value of a cookie that the client holds for the application.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.jar();
        let cookie = cookies.iter_unexpired().find(|c| c.name() == name)?;
        Some(cookie.value().to_owned())
    }

    /// The names and values of all cookies that the client holds. Those of one host and one path stand together, in the
    /// order in which they came; a cookie that is set again keeps its place.
    pub fn cookies(&self) -> Vec<(String, String)> {
        self.jar()
            .iter_unexpired()
            .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
            .collect()
    }

    /// Has the client hold a cookie, for all paths of `localhost`, as if a response had set it.
    ///
    /// # Errors
    /// A name or a value that no cookie has (RFC 6265, 4.1.1). A name is a token (RFC 9110, 5.6.2). A value has no
    /// spaces, commas, semicolons, quotation marks, backslashes, or anything that is not ASCII; HTTP has no escapes for
    /// them. A test that wants to send them nevertheless sets the header `Cookie`.
    pub fn set_cookie(&self, name: &str, value: &str) -> anyhow::Result<()> {
        let can_be_sent = |c: char| c.is_ascii_graphic() && !"\",;\\".contains(c);
        let in_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let is_name = !name.is_empty() && name.chars().all(in_token);
        if !is_name || !value.chars().all(can_be_sent) {
            bail!("no cookie can be {name:?} with the value {value:?}");
        }
        let cookie = RawCookie::build((name.to_owned(), value.to_owned())).path("/");
        let site = site(HOST).context("the client's own host is not valid")?;
        let mut jar = self.jar();
        remove(&mut jar, Cookie::is_expired);
        jar.insert_raw(&cookie.into(), &site)?;
        Ok(())
    }

    /// Takes a cookie away from the client, whatever its path.
    pub fn delete_cookie(&self, name: &str) {
        remove(&mut self.jar(), |cookie| cookie.name() == name);
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn headers(&self) -> &[(String, Vec<u8>)] {
        &self.headers
    }

    pub(super) fn is_testing(&self) -> bool {
        self.testing
    }

    /// How much the application has logged.
    pub(super) fn logged(&self) -> usize {
        self.lines.as_ref().map_or(0, |lines| lock(lines).len())
    }

    /// What a component has printed since then, a line each.
    pub(super) fn printed_since(&self, earlier: usize, component: &str) -> Vec<String> {
        let Some(lines) = &self.lines else {
            return Vec::new();
        };
        let lines = lock(lines);
        let printed = lines[earlier..].iter().filter_map(|line| {
            let line = line.strip_prefix(component)?.strip_prefix(": ")?;
            Some(line.to_owned())
        });
        printed.collect()
    }

    /// The cookies for a URL; those with longer paths come first (RFC 6265, 5.4).
    pub(super) fn cookie_header(&self, url: &Url) -> Option<String> {
        let jar = self.jar();
        let mut cookies = jar.matches(url);
        cookies.sort_by_key(|cookie| Reverse(cookie.path.len()));
        let pairs: Vec<_> = cookies
            .into_iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    pub(super) fn keep_cookies(&self, headers: &HeaderMap, url: &Url) {
        let mut cookies = self.jar();
        for value in headers.get_all(header::SET_COOKIE) {
            if let Ok(value) = value.to_str() {
                remove(&mut cookies, Cookie::is_expired);
                // As a browser, a cookie that is wrong is not kept.
                let _ = cookies.parse(value, url);
            }
        }
    }

    fn jar(&self) -> MutexGuard<'_, CookieStore> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes some cookies. The store itself only marks a cookie as expired; another one of that name would get its place.
fn remove(jar: &mut CookieStore, is_one: impl Fn(&Cookie<'static>) -> bool) {
    let ended = jar.iter_any().filter(|cookie| is_one(cookie));
    let places: Vec<_> = ended
        .map(|cookie| {
            let domain = cookie.domain.as_cow().unwrap_or_default().into_owned();
            (domain, cookie.path.to_string(), cookie.name().to_owned())
        })
        .collect();
    for (domain, path, name) in places {
        jar.remove(&domain, &path, &name);
    }
}

/// The root of a host, if this is one. It counts as https, so that cookies with `Secure` go along as in Werkzeug's
/// client.
pub(super) fn site(host: &str) -> Option<Url> {
    // A URL would read more than a host here, such as a path.
    let host: Authority = host.parse().ok()?;
    let url = Url::parse(&format!("https://{host}/")).ok()?;
    (!host.as_str().contains('@')).then_some(url)
}
