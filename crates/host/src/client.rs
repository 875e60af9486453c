//! A client without a network, for tests of applications.

use std::{
    future::IntoFuture,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use bytes::Bytes;
use cookie_store::CookieStore;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use url::Url;
use wasmtime_wasi_http::WasiBody;

use crate::{
    App,
    run::body::{self, Body, BodyError},
};

/// Where the client says that it is: Flask's test client says the same.
const BASE: &str = "http://localhost/";

/// Sends requests straight to an application, as Flask's `FlaskClient` does.
///
/// Cookies that a response sets go along with the next requests. Redirects are not
/// followed. Clones share their cookies.
///
/// The [crate's documentation](crate) has an example.
#[derive(Clone)]
pub struct TestClient {
    app: Arc<App>,
    cookies: Arc<Mutex<CookieStore>>,
    address: SocketAddr,
}

/// A request being made; send it with `.await`.
#[must_use = "a request is sent when it is awaited"]
pub struct RequestBuilder {
    client: TestClient,
    method: Method,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: WasiBody,
}

/// A response whose body is complete.
#[derive(Clone, Debug)]
pub struct TestResponse {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl App {
    /// A client that hands its requests straight to the application, as Flask's
    /// `app.test_client()` does.
    pub fn test_client(self: &Arc<Self>) -> TestClient {
        TestClient::new(Arc::clone(self))
    }
}

impl TestClient {
    pub(crate) fn new(app: Arc<App>) -> Self {
        Self {
            app,
            cookies: Arc::default(),
            address: (Ipv4Addr::LOCALHOST, 50_000).into(),
        }
    }

    /// Another client of the same application, with cookies of its own.
    pub fn without_cookies(&self) -> Self {
        Self::new(Arc::clone(&self.app))
    }

    /// A `GET` for a path, which may have a query.
    pub fn get(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// A `POST` to a path, which may have a query.
    pub fn post(&self, path: impl Into<String>) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// Any other request.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RequestBuilder {
        RequestBuilder {
            client: self.clone(),
            method,
            path: path.into(),
            headers: Vec::new(),
            body: body::empty(),
        }
    }

    /// The value of a cookie that the client holds for the application.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let cookie = cookies.iter_unexpired().find(|c| c.name() == name)?;
        Some(cookie.value().to_owned())
    }

    fn cookie_header(&self, url: &Url) -> Option<String> {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<_> = cookies
            .get_request_values(url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn keep_cookies(&self, headers: &HeaderMap, url: &Url) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        for value in headers.get_all(header::SET_COOKIE) {
            if let Ok(value) = value.to_str() {
                // As a browser, a cookie that is wrong is not kept.
                let _ = cookies.parse(value, url);
            }
        }
    }
}

impl RequestBuilder {
    /// Adds a header; the same name may be added several times.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// Sends these bytes, with their length.
    pub fn body(mut self, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        self.headers.push((
            "content-length".to_owned(),
            content.len().to_string().into(),
        ));
        self.body = body::wasi(Full::new(content));
        self
    }

    /// Sends a body as it comes, without a length.
    pub fn stream<B>(mut self, content: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        self.body = body::wasi(content);
        self
    }

    /// Sends an urlencoded form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(form)
    }

    /// Sends JSON.
    pub fn json(self, value: &serde_json::Value) -> Self {
        self.header("content-type", "application/json")
            .body(value.to_string())
    }

    /// Sends the request and returns as soon as the head of the response is there.
    ///
    /// # Errors
    ///
    /// A path, a method or a header that cannot be in a request.
    pub async fn send(self) -> anyhow::Result<http::Response<Body>> {
        let url = Url::parse(BASE)?.join(&self.path)?;
        let mut request = Request::builder()
            .method(self.method)
            .uri(&self.path)
            .body(self.body)
            .with_context(|| format!("{:?} is no path", self.path))?;
        for (name, value) in &self.headers {
            request.headers_mut().append(
                HeaderName::try_from(name.as_str())?,
                HeaderValue::from_bytes(value)?,
            );
        }
        let headers = request.headers_mut();
        if !headers.contains_key(header::HOST) {
            headers.insert(header::HOST, HeaderValue::from_static("localhost"));
        }
        if let Some(cookies) = self.client.cookie_header(&url) {
            headers.append(header::COOKIE, HeaderValue::try_from(cookies)?);
        }
        let response = self.client.app.handle(request, self.client.address).await;
        self.client.keep_cookies(response.headers(), &url);
        Ok(response)
    }
}

impl IntoFuture for RequestBuilder {
    type Output = anyhow::Result<TestResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    /// Sends the request and reads the whole response.
    ///
    /// Fails as [`RequestBuilder::send`] does, and when the body is cut off.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let head_only = self.method == Method::HEAD;
            let (head, body) = self.send().await?.into_parts();
            let body = if head_only {
                Bytes::new()
            } else {
                let collected = body.collect().await;
                collected.context("the body is cut off")?.to_bytes()
            };
            Ok(TestResponse {
                status: head.status,
                headers: head.headers,
                body,
            })
        })
    }
}

impl TestResponse {
    /// The body as text.
    ///
    /// # Errors
    ///
    /// A body that is not UTF-8.
    pub fn text(&self) -> anyhow::Result<&str> {
        std::str::from_utf8(&self.body).context("the body is not UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// A body that is not JSON.
    pub fn json(&self) -> anyhow::Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("not JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    /// The first value of a header, or `None` where it is missing or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}
