//! A request of a test.

use std::{collections::HashSet, future::IntoFuture, pin::Pin, sync::Arc};

use anyhow::{Context as _, anyhow, bail};
use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::{Position, Url};
use wasmtime_wasi_http::WasiBody;

use super::{
    client::{HOST, TestClient, site},
    form::MultipartForm,
    redirect,
    response::TestResponse,
};
use crate::run::{
    body::{self, Body, BodyError},
    requests::GuestError,
};

/// How many redirects are followed; as many as browsers follow. An application may never come to an end.
const MAX_REDIRECTS: usize = 20;

/// A request being made; send it with `.await`.
#[must_use = "a request is sent when it is awaited"]
pub struct RequestBuilder {
    client: TestClient,
    method: Method,
    path: String,
    /// The host, where no header names one.
    host: String,
    headers: Vec<(String, Vec<u8>)>,
    content: Content,
    follow: bool,
}

enum Content {
    None,
    Whole(Bytes),
    Stream(WasiBody),
}

impl RequestBuilder {
    /// A URL stands for its path and its host.
    pub(super) fn new(client: TestClient, method: Method, path: &str) -> Self {
        let (path, host) = match Url::parse(path) {
            Ok(url) if url.has_host() => (target(&url), redirect::authority(&url)),
            _ => (escaped(path), HOST.to_owned()),
        };
        Self {
            client,
            method,
            path,
            host,
            headers: Vec::new(),
            content: Content::None,
            follow: false,
        }
    }

    /// Adds a header; the same name may be added several times.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Adds parameters to the query, encoded.
    pub fn query(mut self, parameters: &[(&str, &str)]) -> Self {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        self.path.push(separator);
        self.path.push_str(&urlencoded(parameters));
        self
    }

    /// Sends these bytes, with their length.
    pub fn body(mut self, content: impl Into<Bytes>) -> Self {
        self.content = Content::Whole(content.into());
        self
    }

    /// Sends a body as it comes, without a length.
    pub fn stream<B>(mut self, content: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        self.content = Content::Stream(body::wasi(content));
        self
    }

    /// Sends an urlencoded form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(urlencoded(fields))
    }

    /// Sends a form with files.
    pub fn multipart(self, form: MultipartForm) -> Self {
        let (content_type, body) = form.encode();
        self.header("content-type", content_type).body(body)
    }

    /// Sends JSON.
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.header("content-type", "application/json")
            .body(value.to_string())
    }

    /// Follows redirects to their end; [`TestResponse::history`] has them. Without this, a redirect is an answer like
    /// any other. As in Werkzeug's client, 307 and 308 keep the method and the body, any other redirect becomes a GET.
    pub fn follow_redirects(mut self) -> Self {
        self.follow = true;
        self
    }

    /// Sends the request and returns as soon as the head of the response is there. No redirect is followed.
    ///
    /// # Errors
    ///
    /// A path, a method or a header that cannot be in a request; and, when [testing](TestClient::testing), a
    /// component's failure, as a [`GuestError`].
    pub async fn send(mut self) -> anyhow::Result<http::Response<Body>> {
        let before = self.client.logged();
        let (length, content) = match std::mem::replace(&mut self.content, Content::None) {
            Content::None => (None, body::empty()),
            Content::Whole(content) => (Some(content.len()), body::wasi(Full::new(content))),
            Content::Stream(stream) => (None, stream),
        };
        let client = self.client.clone();
        let response = self.exchange(length, content).await?;
        match response.extensions().get::<Arc<GuestError>>() {
            Some(error) if client.is_testing() => Err(failed(&client, error, before)),
            _ => Ok(response),
        }
    }

    /// The host that is asked: a header goes before the URL, as in Werkzeug.
    fn host(&self) -> &[u8] {
        let mut headers = self.headers.iter().chain(self.client.headers());
        let named = headers.find(|(name, _)| is_host(name));
        named.map_or(self.host.as_bytes(), |(_, host)| host)
    }

    /// What is asked for, unless its host is no host.
    fn url(&self) -> Option<Url> {
        let mut url = site(str::from_utf8(self.host()).ok()?)?;
        let (path, query) = self
            .path
            .split_once('?')
            .map_or((&*self.path, None), |(path, query)| (path, Some(query)));
        url.set_path(path);
        url.set_query(query);
        Some(url)
    }

    /// Sends one request, with the client's own headers and cookies, and keeps the cookies that come back. What names
    /// no host is sent as well, without cookies: what the application says to that is for the test to see.
    async fn exchange(
        self,
        length: Option<usize>,
        content: WasiBody,
    ) -> anyhow::Result<http::Response<Body>> {
        let (client, path, headers) = (&self.client, &self.path, &self.headers);
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(path)
            .body(content)
            .with_context(|| format!("{path:?} is no path"))?;
        let sent = request.headers_mut();
        if let Some(length) = length {
            sent.insert(header::CONTENT_LENGTH, length.into());
        }
        let own = client.headers().iter().filter(|(name, _)| {
            let mut set = headers.iter();
            !set.any(|(other, _)| other.eq_ignore_ascii_case(name))
        });
        for (name, value) in headers.iter().chain(own) {
            sent.append(
                HeaderName::try_from(name.as_str())?,
                HeaderValue::from_bytes(value)?,
            );
        }
        if !sent.contains_key(header::HOST) {
            sent.insert(header::HOST, HeaderValue::from_str(&self.host)?);
        }
        let url = self.url();
        if let Some(kept) = url.as_ref().and_then(|url| client.cookie_header(url)) {
            // A client sends one such header (RFC 6265, 5.4), and a component may look at the first one only.
            let named = sent.get_all(header::COOKIE).iter();
            let named: Vec<_> = named
                .map(HeaderValue::as_bytes)
                .chain([kept.as_bytes()])
                .collect();
            let cookies = HeaderValue::from_bytes(&named.join(&b"; "[..]))?;
            sent.insert(header::COOKIE, cookies);
        }
        let response = client.app().handle(request, client.address()).await;
        if let Some(url) = url {
            client.keep_cookies(response.headers(), &url);
        }
        Ok(response)
    }

    /// Sends it once and reads the response. What can be sent again is left.
    async fn ask(&mut self) -> anyhow::Result<TestResponse> {
        let before = self.client.logged();
        let content = match &mut self.content {
            Content::Whole(content) => Content::Whole(content.clone()),
            content => std::mem::replace(content, Content::None),
        };
        let request = Self {
            client: self.client.clone(),
            method: self.method.clone(),
            path: self.path.clone(),
            host: self.host.clone(),
            headers: self.headers.clone(),
            content,
            follow: false,
        };
        let (head, mut body) = request.send().await?.into_parts();
        let mut content = BytesMut::new();
        while self.method != Method::HEAD
            && let Some(frame) = body.frame().await
        {
            let frame = frame.map_err(|error| match body.cause() {
                Some(cause) if self.client.is_testing() => failed(&self.client, cause, before),
                _ => anyhow!(error).context("the body is cut off"),
            })?;
            if let Ok(data) = frame.into_data() {
                content.extend_from_slice(&data);
            }
        }
        Ok(TestResponse {
            status: head.status,
            headers: head.headers,
            body: content.freeze(),
            path: self.path.clone(),
            history: Vec::new(),
        })
    }

    async fn follow(mut self) -> anyhow::Result<TestResponse> {
        let streamed = matches!(self.content, Content::Stream(_));
        let mut response = self.ask().await?;
        let (mut history, mut followed) = (Vec::new(), HashSet::new());
        while self.follow {
            // What names no host is refused by the application, and is no redirect.
            let Some(url) = self.url() else { break };
            let next = redirect::next(response.status, &response.headers, &self.method, &url)?;
            let Some(next) = next else { break };
            let path = target(&next.to);
            // A redirect with the same status to the same place was made before: a circle.
            if !followed.insert((response.status, next.to.clone())) {
                bail!("a redirect leads to {path} for the second time");
            }
            history.push(response);
            if history.len() > MAX_REDIRECTS {
                bail!("more than {MAX_REDIRECTS} redirects, the last one to {path}");
            }
            if next.with_body && streamed {
                bail!("a redirect asks for the body again, which was streamed and is gone");
            }
            if !next.with_body {
                self.content = Content::None;
                self.headers
                    .retain(|(name, _)| !name.to_ascii_lowercase().starts_with("content-"));
            }
            let authority = redirect::authority(&next.to);
            if authority != redirect::authority(&url) {
                self.headers.retain(|(name, _)| !is_host(name));
                self.headers.push(("host".to_owned(), authority.into()));
            }
            (self.method, self.path) = (next.method, path);
            response = self.ask().await?;
        }
        response.history = history;
        Ok(response)
    }
}

impl IntoFuture for RequestBuilder {
    type Output = anyhow::Result<TestResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    /// Sends the request and reads the whole response.
    ///
    /// Fails as [`RequestBuilder::send`] does, when the body is cut off, and where a redirect cannot be followed.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.follow())
    }
}

/// A component's failure, with what it printed since the request began.
fn failed(client: &TestClient, error: &GuestError, before: usize) -> anyhow::Error {
    let printed = client.printed_since(before, &error.component);
    anyhow!(GuestError {
        printed,
        ..error.clone()
    })
}

fn is_host(name: &str) -> bool {
    name.eq_ignore_ascii_case("host")
}

/// A URL's path and query as they may stand in a request.
fn target(url: &Url) -> String {
    escaped(&url[Position::BeforePath..Position::AfterQuery])
}

/// A path as it may stand in a request: with a slash in front and without a fragment, and what no URL has is
/// percent-encoded.
fn escaped(path: &str) -> String {
    let path = path.split('#').next().unwrap_or_default();
    let slash = if path.starts_with('/') || path == "*" {
        ""
    } else {
        "/"
    };
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let path = utf8_percent_encode(path, NOT_IN_A_PATH);
    let query = utf8_percent_encode(query, NOT_IN_A_QUERY);
    format!("{slash}{path}{query}")
}

/// What a URL does not have in its path (RFC 3986).
const NOT_IN_A_PATH: &AsciiSet = &NOT_IN_A_QUERY.add(b'[').add(b']');

/// The same in its query, where browsers leave square brackets.
const NOT_IN_A_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

fn urlencoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
