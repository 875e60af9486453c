//! What a test gets back.

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// A response whose body is complete.
#[derive(Clone, Debug)]
pub struct TestResponse {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The path, with the query, that gave it: another one than was asked for where redirects were followed.
    pub path: String,
    /// The redirects that were followed to it, the first one first.
    pub history: Vec<TestResponse>,
}

impl TestResponse {
    /// The body as text.
    ///
    /// # Errors
    /// A body that is not UTF-8.
    pub fn text(&self) -> anyhow::Result<&str> {
        std::str::from_utf8(&self.body).context("the body is not UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Errors
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
