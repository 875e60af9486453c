//! What came in.

mod body;
mod client_addr;
mod client_scheme;
mod fields;
mod headers;
mod language;
mod negotiate;
mod runtime;
mod vary;

use std::{borrow::Cow, net::IpAddr, rc::Rc};

use bytes::Bytes;
use formats::{MultiDict, cookie, urlencoded};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Uri,
    header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE, HOST},
    uri::{self, Scheme},
};
use spin_sdk::wasip3::http::types;

use crate::{
    body::Body,
    error::{BoxError, Error, Result},
    forwarded::X_FORWARDED_FOR,
    wasi,
};

use self::{body::Content, headers::Headers, negotiate::Accept, vary::Vary};

pub(crate) use self::client_addr::TrustedProxies;
pub use self::fields::TextFields;
#[cfg(feature = "client")]
pub(crate) use self::runtime::owns as is_runtimes_own;

/// The parameters of a path, by name, percent-decoded.
pub(crate) type Params = Vec<(&'static str, String)>;

/// A request, with what Flask's `request` has.
///
/// Its body is read when it is first asked for, and kept: `data`, `form`, `file` and `json` may be called
/// in any order and more than once. A multipart form is kept as its fields and files only, so `data` comes
/// first there, if at all.
///
/// # Limits
/// A body holds at most [`Self::MAX_BODY_BYTES`] bytes, or what [`Self::set_body_limit`] says; a query and an
/// urlencoded form have at most [`MAX_FIELDS`](formats::urlencoded::MAX_FIELDS) fields.
///
/// # Example
/// ```
/// use kit::{Request, Response, Result, text};
///
/// async fn register(mut request: Request) -> Result<Response> {
///     let form = request.form().await?;
///     let nickname = form.get("nickname").unwrap_or("唤醒手腕");
///     Ok(text(format!("welcome {} ({nickname})", form.require("name")?)))
/// }
/// ```
#[derive(Debug)]
pub struct Request {
    method: Method,
    uri: uri::Parts,
    headers: Headers,
    args: MultiDict,
    /// Why `args` is empty although the query is not.
    unread_query: Option<Error>,
    accept: Accept,
    /// The app keeps a handle to it.
    vary: Rc<Vary>,
    path_params: Params,
    proxies: TrustedProxies,
    body_limit_bytes: u64,
    body: Content,
}

impl Request {
    /// The most bytes that a body may have, unless a view sets another limit ([`Self::set_body_limit`]). That many
    /// are accepted; one more is 413.
    pub const MAX_BODY_BYTES: u64 = 1024 * 1024;

    /// Takes a request from the runtime, or from a test.
    pub fn new<B>(request: http::Request<B>) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        Self::from_parts(
            parts.method,
            parts.uri.into_parts(),
            parts.headers.into(),
            Body::new(body),
        )
    }

    /// Takes a request straight from the runtime.
    pub(crate) fn from_wasi(
        request: types::Request,
    ) -> std::result::Result<Self, types::ErrorCode> {
        let method = request.get_method().try_into();
        let method = method.map_err(|_| types::ErrorCode::HttpRequestMethodInvalid)?;
        let fields = request.get_headers();
        let uri = wasi::uri(&request, &fields)?;
        let body = Body::from_wasi(request.into());
        Ok(Self::from_parts(method, uri, fields.into(), body))
    }

    fn from_parts(method: Method, uri: uri::Parts, headers: Headers, body: Body) -> Self {
        let query = uri.path_and_query.as_ref().and_then(|path| path.query());
        let (args, unread_query) = match urlencoded::parse(query.unwrap_or_default()) {
            Ok(args) => (args, None),
            Err(error) => (MultiDict::default(), Some(error.into())),
        };
        Self {
            args,
            unread_query,
            accept: Accept::from_headers(&headers.named(&[ACCEPT])),
            vary: Rc::default(),
            path_params: Params::new(),
            proxies: TrustedProxies::default(),
            body_limit_bytes: Self::MAX_BODY_BYTES,
            body: Content::Unread(body),
            method,
            uri,
            headers,
        }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, as in the URI: percent-encoded, without the query.
    pub fn path(&self) -> &str {
        let path = self.uri.path_and_query.as_ref();
        path.map_or("/", |path| path.path())
    }

    /// The path and the query, as they came, percent-encoded (`request.full_path`).
    pub fn path_and_query(&self) -> &str {
        let path = self.uri.path_and_query.as_ref();
        path.map_or("/", |path| path.as_str())
    }

    /// The value of a parameter of the path: that of `id` where the route is `/words/:id`.
    ///
    /// It is one segment of the URI, percent-decoded once, and never empty; a path in which it would not be
    /// UTF-8 is not the route's. It may hold any character, `/` (sent as `%2F`) and NUL among them.
    ///
    /// # Errors
    /// 500 where the route has no such parameter.
    ///
    /// # Example
    /// ```
    /// use kit::{App, Error, Request, Response, Result, text};
    ///
    /// async fn show(request: Request) -> Result<Response> {
    ///     let id = request.path_param("id")?;
    ///     let id: u64 = id.parse().map_err(|_| Error::NotFound(request.path().to_owned()))?;
    ///     Ok(text(format!("the word {id}")))
    /// }
    ///
    /// let app = App::new().get("/words/:id", show);
    /// ```
    pub fn path_param(&self, name: &str) -> Result<&str> {
        let mut params = self.path_params.iter();
        params
            .find(|(own, _)| *own == name)
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| Error::internal(format!("the route has no parameter named {name:?}")))
    }

    /// All headers. Use [`Self::header_items`] to show them to a client.
    ///
    /// The runtime hands all of them over for that. [`Self::header`] is faster.
    pub fn headers(&self) -> &HeaderMap {
        self.headers.all()
    }

    /// The value of a header; of several lines with its name, the first one's.
    pub fn header(&self, name: HeaderName) -> Option<HeaderValue> {
        self.named(std::slice::from_ref(&name)).get(name).cloned()
    }

    /// The headers with these names, and perhaps others.
    pub(crate) fn named(&self, names: &[HeaderName]) -> Cow<'_, HeaderMap> {
        self.headers.named(names)
    }

    /// The client's headers as Flask lists them: names such as `Content-Type`, values as Latin-1.
    ///
    /// What the runtime adds is left out, and `Host` is listed even where it came in the URI.
    pub fn header_items(&self) -> Vec<(String, String)> {
        let headers = self.headers();
        let unlisted_host = self.host().filter(|_| !headers.contains_key(HOST));
        let own = headers.iter().filter(|(name, _)| !runtime::owns(name));
        unlisted_host
            .map(|host| ("Host".to_owned(), host.to_owned()))
            .into_iter()
            .chain(own.map(|(name, value)| {
                (
                    title_case(name),
                    value.as_bytes().iter().copied().map(char::from).collect(),
                )
            }))
            .collect()
    }

    /// The query's parameters (Flask's `request.args`).
    pub fn args(&self) -> &MultiDict {
        &self.args
    }

    /// The cookies (Flask's `request.cookies`). The answer then varies by `Cookie`, and says so.
    pub fn cookies(&self) -> MultiDict {
        self.vary.by_cookie();
        cookie::parse(self.named(&[COOKIE]).get_all(COOKIE))
    }

    /// The host that the client meant, with its port if it named one.
    pub fn host(&self) -> Option<&str> {
        let mut hosts = self.headers().get_all(HOST).iter();
        match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok(),
            (None, _) => self.uri.authority.as_ref().map(|host| host.as_str()),
            _ => None,
        }
    }

    /// `http` or `https`, as the client sees it: as the proxies between say it, where they are trusted, or else
    /// as the runtime does.
    pub fn scheme(&self) -> Scheme {
        let peer = self.remote_addr();
        let said = self.named(&client_scheme::HEADERS);
        if let Some(scheme) = peer.and_then(|peer| self.proxies.scheme(peer, &said)) {
            return scheme;
        }
        let full_url = runtime::full_url(&self.named(&[runtime::FULL_URL]));
        let scheme = full_url.map(Uri::into_parts).map(|url| url.scheme);
        let scheme = scheme.unwrap_or_else(|| self.uri.scheme.clone());
        scheme.unwrap_or(Scheme::HTTP)
    }

    /// Who connected (Flask's `request.remote_addr`), where the runtime says so. Behind a proxy that is
    /// the proxy.
    pub fn remote_addr(&self) -> Option<IpAddr> {
        runtime::client_addr(&self.named(&[runtime::CLIENT_ADDR]))
    }

    /// Who sent the request, as far as the proxies between are trusted to tell (`App::behind_proxies`).
    pub fn client_addr(&self) -> Option<IpAddr> {
        self.client().map(|(address, _)| address)
    }

    /// How many entries of `X-Forwarded-For`, from the right, trusted proxies added (`App::behind_proxies`). What is
    /// further left the client may have made up.
    pub fn believed_hops(&self) -> usize {
        self.client().map_or(0, |(_, believed)| believed)
    }

    fn client(&self) -> Option<(IpAddr, usize)> {
        let said = self.named(&[X_FORWARDED_FOR]);
        let forwarded_for = said.get_all(X_FORWARDED_FOR);
        Some(self.proxies.client(self.remote_addr()?, forwarded_for))
    }

    /// Whether the peer is a trusted proxy (`App::behind_proxies`).
    pub fn is_from_trusted_proxy(&self) -> bool {
        let peer = self.remote_addr();
        peer.is_some_and(|peer| self.proxies.trusts(peer))
    }

    /// Believes these proxies from here on. An app does that with
    /// `App::behind_proxies`.
    pub(crate) fn set_proxies(&mut self, proxies: TrustedProxies) {
        self.proxies = proxies;
    }

    /// Whether a proxy, or somebody who pretends to be one, says anything about its client or itself.
    pub(crate) fn is_forwarded(&self) -> bool {
        client_scheme::is_forwarded(&self.named(&client_scheme::HEADERS))
    }

    /// Whether the client prefers JSON to a page and to text. The answer then varies by `Accept`, and says so.
    pub fn wants_json(&self) -> bool {
        self.vary.by_accept();
        self.accept.prefers_json()
    }

    /// Whether the client asks for a page by name, as browsers do. The answer then varies by `Accept`, and says so.
    pub fn wants_page(&self) -> bool {
        self.vary.by_accept();
        self.accept.prefers_page()
    }

    /// The tag that the client likes best among those offered (Flask's
    /// `request.accept_languages.best_match`); the first of those that it likes the same, none where it wants none of
    /// them. The answer then varies by `Accept-Language`, and says so.
    ///
    /// # Example
    /// ```
    /// use kit::{Request, Response, Result, text};
    ///
    /// async fn greet(request: Request) -> Result<Response> {
    ///     Ok(text(match request.best_language(&["en", "zh-Hans-CN"]) {
    ///         Some("zh-Hans-CN") => "唤醒",
    ///         _ => "wake up",
    ///     }))
    /// }
    /// ```
    pub fn best_language<'a>(&self, offered: &[&'a str]) -> Option<&'a str> {
        self.vary.by_accept_language();
        language::preferred(&self.named(&[ACCEPT_LANGUAGE]), offered)
    }

    pub(crate) fn accept(&self) -> &Accept {
        &self.accept
    }

    /// Comes before the request's view.
    ///
    /// # Errors
    /// 413 where the query has too many fields.
    pub(crate) fn check_query(&mut self) -> Result<()> {
        self.unread_query.take().map_or(Ok(()), Err)
    }

    pub(crate) fn vary(&self) -> Rc<Vary> {
        Rc::clone(&self.vary)
    }

    /// Looks at the request for an answer that may not come to be: what that would vary by is returned, and not
    /// yet said.
    pub(crate) fn unnoticed<T>(&mut self, look: impl FnOnce(&Self) -> T) -> (T, Rc<Vary>) {
        let noticed = std::mem::take(&mut self.vary);
        let seen = look(self);
        (seen, std::mem::replace(&mut self.vary, noticed))
    }

    pub(crate) fn set_method(&mut self, method: Method) {
        self.method = method;
    }

    pub(crate) fn set_path_params(&mut self, params: Params) {
        self.path_params = params;
    }
}

/// A header's name as WSGI has it, which is Python's `str.title()`: `content-type` becomes
/// `Content-Type`, and a letter behind anything else is a capital, too.
fn title_case(name: &HeaderName) -> String {
    let mut after_letter = false;
    let titled = name.as_str().chars().map(|c| {
        let titled = if after_letter {
            c
        } else {
            c.to_ascii_uppercase()
        };
        after_letter = c.is_ascii_alphabetic();
        titled
    });
    titled.collect()
}

#[cfg(test)]
mod tests;
