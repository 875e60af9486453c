//! What came in.

use std::{net::IpAddr, rc::Rc};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, Method,
    header::{CONTENT_TYPE, HOST},
    request::Parts,
    uri::Scheme,
};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::{
    body::{self, Body, BoxError, MAX_BODY_BYTES},
    client_addr::{self, TrustedProxies},
    cookie, cross_site,
    error::{Error, Result},
    fields, json,
    multidict::MultiDict,
    multipart,
    negotiate::Accept,
    runtime, urlencoded,
    vary::Vary,
};

/// A request, with what Flask's `request` has.
///
/// Its body is read when it is first asked for, and kept: `data`, `form` and `json` may be called
/// in any order and more than once.
///
/// # Limits
/// A body holds at most [`MAX_BODY_BYTES`] bytes.
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
    parts: Parts,
    args: MultiDict,
    accept: Accept,
    /// The app keeps a handle to it.
    vary: Rc<Vary>,
    body: Content,
}

#[derive(Debug)]
enum Content {
    Unread(Body),
    Read(Bytes),
    /// Reading it failed. The view got the error and should have answered with it.
    Lost,
}

impl Request {
    /// Takes a request from the runtime, or from a test.
    pub fn new<B>(request: http::Request<B>) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        Self {
            args: urlencoded::parse(parts.uri.query().unwrap_or_default()),
            accept: Accept::of(&parts.headers),
            vary: Rc::default(),
            body: Content::Unread(body.map_err(Into::into).boxed_unsync()),
            parts,
        }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The path, as in the URI: percent-encoded, without the query.
    pub fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// All headers. Use [`Self::header_items`] to show them to a client.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
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
        cookie::parse(self.headers())
    }

    /// The host that the client meant, with its port if it named one.
    pub fn host(&self) -> Option<&str> {
        let mut hosts = self.headers().get_all(HOST).iter();
        match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok(),
            (None, _) => self
                .parts
                .uri
                .authority()
                .map(|authority| authority.as_str()),
            _ => None,
        }
    }

    /// `http` or `https`, as the client sees it.
    pub fn scheme(&self) -> Scheme {
        let full_url = runtime::full_url(self.headers());
        let scheme = full_url.as_ref().unwrap_or(&self.parts.uri).scheme();
        scheme.cloned().unwrap_or(Scheme::HTTP)
    }

    /// Who connected (Flask's `request.remote_addr`), where the runtime says so. Behind a proxy that is
    /// the proxy.
    pub fn remote_addr(&self) -> Option<IpAddr> {
        runtime::client_addr(self.headers())
    }

    /// Who sent the request, as far as the proxies between are trusted to tell; see [`TrustedProxies`].
    pub fn client_addr(&self, proxies: &TrustedProxies) -> Option<IpAddr> {
        let forwarded_for = self.headers().get_all(client_addr::X_FORWARDED_FOR);
        Some(proxies.client(self.remote_addr()?, forwarded_for))
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

    /// The body as it came.
    ///
    /// # Errors
    /// 413 where it is too large, 400 where it breaks off.
    pub async fn data(&mut self) -> Result<Bytes> {
        let data = match std::mem::replace(&mut self.body, Content::Lost) {
            Content::Read(data) => data,
            Content::Unread(body) => body::read(body, self.headers(), MAX_BODY_BYTES).await?,
            Content::Lost => {
                return Err(Error::internal("the body is read again after that failed"));
            }
        };
        self.body = Content::Read(data.clone());
        Ok(data)
    }

    /// The body as a form (Flask's `request.form`); empty where it is no form.
    ///
    /// # Errors
    /// Those of [`Self::data`]; 400 where an urlencoded form is not UTF-8 or a multipart form cannot
    /// be read to its end; 413 where the latter has too many parts or too large a field.
    pub async fn form(&mut self) -> Result<MultiDict> {
        match self.media_type().as_str() {
            "application/x-www-form-urlencoded" => urlencoded::parse_body(&self.data().await?),
            "multipart/form-data" => {
                let content_type = self.content_type().unwrap_or_default();
                multipart::fields(&content_type, self.data().await?).await
            }
            _ => {
                // Read for its limit only.
                self.data().await?;
                Ok(MultiDict::default())
            }
        }
    }

    /// The body as JSON (Flask's `request.json`).
    ///
    /// # Errors
    /// 415 where it is not called JSON, 400 where it is not JSON, and those of [`Self::data`].
    ///
    /// # Limits
    /// [`MAX_JSON_DEPTH`](crate::MAX_JSON_DEPTH) and [`MAX_INTEGER_DIGITS`](crate::MAX_INTEGER_DIGITS).
    pub async fn json(&mut self) -> Result<Value> {
        if !self.is_json() {
            return Err(Error::UnsupportedMediaType {
                got: self.content_type(),
                want: "application/json",
            });
        }
        json::parse(&self.data().await?)
    }

    /// The named fields of a body that is a form or a JSON object, whichever it is.
    ///
    /// In JSON a field is a string, or an array of strings where it has several values; `null` counts
    /// as absent. Fields that are not named are not looked at.
    ///
    /// # Errors
    /// Those of [`Self::form`] and [`Self::json`], and 422 where a field is not text.
    pub async fn fields(&mut self, names: &[&str]) -> Result<MultiDict> {
        if self.is_json() {
            return fields::from_json(&self.json().await?, names);
        }
        Ok(fields::from_form(&self.form().await?, names))
    }

    pub(crate) fn accept(&self) -> &Accept {
        &self.accept
    }

    pub(crate) fn vary(&self) -> Rc<Vary> {
        Rc::clone(&self.vary)
    }

    pub(crate) fn is_cross_site(&self) -> bool {
        cross_site::is_cross_site(self.headers(), self.host())
    }

    fn is_json(&self) -> bool {
        self.content_type()
            .is_some_and(|content_type| json::is_json(&content_type))
    }

    fn content_type(&self) -> Option<String> {
        let value = self.headers().get(CONTENT_TYPE)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// The content type without its parameters.
    fn media_type(&self) -> String {
        let content_type = self.content_type().unwrap_or_default();
        content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
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
mod tests {
    use futures::executor::block_on;
    use http_body_util::Full;
    use serde_json::json;

    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    fn post(content_type: Option<&str>, body: impl Into<Bytes>) -> Request {
        let mut request = http::Request::post("/register?infor=1&infor=2");
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        Request::new(request.body(Full::new(body.into())).unwrap())
    }

    fn get(lines: &[(&str, &str)]) -> Request {
        let request = http::Request::get("http://uri.example:81/a%20b?x=1");
        let request = lines.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        Request::new(request.body(Full::new(Bytes::new())).unwrap())
    }

    #[test]
    fn the_query_is_read_apart_from_the_path() {
        let request = post(None, "");
        assert_eq!(request.args().getlist("infor"), ["1", "2"]);
        assert_eq!(request.path(), "/register");
        assert_eq!(get(&[]).path(), "/a%20b");
    }

    #[test]
    fn the_body_can_be_read_more_than_once() {
        let mut request = post(Some(FORM), "a=1");
        for _ in 0..2 {
            assert_eq!(block_on(request.data()).unwrap(), "a=1");
            assert_eq!(block_on(request.form()).unwrap().get("a"), Some("1"));
        }
    }

    #[test]
    fn a_body_that_failed_does_not_become_empty() {
        let mut request = post(None, vec![b'x'; MAX_BODY_BYTES as usize + 1]);
        assert!(matches!(
            block_on(request.data()),
            Err(Error::TooLarge { .. })
        ));
        assert!(matches!(block_on(request.data()), Err(Error::Internal(_))));
    }

    #[test]
    fn only_a_form_is_a_form() {
        for (content_type, want) in [
            (Some(FORM), true),
            (
                Some("Application/X-WWW-Form-Urlencoded; charset=latin1"),
                true,
            ),
            (Some("application/x-url-encoded"), false),
            (Some("text/plain"), false),
            (Some("application/json"), false),
            (None, false),
        ] {
            let form = block_on(post(content_type, "a=1").form()).unwrap();
            assert_eq!(form.get("a").is_some(), want, "{content_type:?}");
        }
    }

    #[test]
    fn json_must_be_called_json() {
        assert_eq!(
            block_on(post(Some("application/json"), "[1]").json()).unwrap(),
            json!([1])
        );
        for content_type in [None, Some("text/plain"), Some(FORM)] {
            let got = block_on(post(content_type, "[1]").json());
            assert!(
                matches!(got, Err(Error::UnsupportedMediaType { .. })),
                "{content_type:?}: {got:?}"
            );
        }
    }

    #[test]
    fn fields_come_from_a_form_or_from_json() {
        for (content_type, body) in [
            (FORM, "name=a&other=1&name=b"),
            (
                "application/json",
                r#"{"name": ["a", "b"], "other": {"any": "thing"}, "nickname": null}"#,
            ),
        ] {
            let fields =
                block_on(post(Some(content_type), body).fields(&["name", "nickname"])).unwrap();
            assert_eq!(
                fields.items().collect::<Vec<_>>(),
                [("name", "a"), ("name", "b")],
                "{content_type}"
            );
        }
    }

    #[test]
    fn headers_are_listed_without_those_of_the_runtime() {
        let request = get(&[
            ("x-a", "1"),
            ("spin-client-addr", "10.0.0.1:1"),
            ("x-a", "2"),
            ("x-utf-8", "\u{e9}"),
            ("x-3d_m.odel", ""),
        ]);
        let want = [
            ("Host", "uri.example:81"),
            ("X-A", "1"),
            ("X-A", "2"),
            ("X-Utf-8", "Ã©"),
            ("X-3D_M.Odel", ""),
        ];
        assert_eq!(
            request.header_items(),
            want.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn the_client_is_who_connected_unless_a_proxy_did() {
        let peer = ("spin-client-addr", "10.0.0.1:4711");
        let forwarded_for = ("x-forwarded-for", "203.0.113.9");
        for (lines, trusted, want) in [
            (&[forwarded_for][..], "0.0.0.0/0", None),
            (&[peer, forwarded_for], "", Some("10.0.0.1")),
            (&[peer, forwarded_for], "10.0.0.0/8", Some("203.0.113.9")),
            (&[peer], "10.0.0.0/8", Some("10.0.0.1")),
        ] {
            let want = want.map(|address| address.parse().unwrap());
            let proxies = trusted.parse().unwrap();
            assert_eq!(
                get(lines).client_addr(&proxies),
                want,
                "{lines:?} {trusted}"
            );
        }
    }

    #[test]
    fn the_host_is_the_header_or_else_the_uris() {
        for (lines, want) in [
            (&[][..], Some("uri.example:81")),
            (&[("host", "words.example")], Some("words.example")),
            (&[("host", "a.example"), ("host", "b.example")], None),
        ] {
            assert_eq!(get(lines).host(), want, "{lines:?}");
        }
    }

    #[test]
    fn the_scheme_is_the_one_that_the_client_sees() {
        assert_eq!(get(&[]).scheme(), Scheme::HTTP);
        assert_eq!(
            get(&[("spin-full-url", "https://words.example/")]).scheme(),
            Scheme::HTTPS
        );
    }
}
