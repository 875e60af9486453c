//! Answers with what came in, for tests of clients.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;
use spin_sdk::http::{
    BoxBody, HeaderName, HeaderValue, Request, Response, StatusCode, Uri,
    body::IncomingBodyExt as _,
};

use crate::text;

/// What the first parameter of the query, `answer`, may ask for, as JSON.
#[derive(Deserialize, Default)]
struct Wanted {
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// How many redirects there are on the way to the answer 200.
    redirects: Option<u32>,
    /// Whether a redirect leads back here.
    #[serde(default)]
    circle: bool,
    /// The path at which relative redirects, all of them with one `Location`, come to an end.
    until: Option<String>,
}

impl Wanted {
    /// Where the next redirect leads.
    fn next(&self, here: &Uri) -> Option<String> {
        if self.circle {
            return Some(here.path_and_query()?.to_string());
        }
        if let Some(end) = &self.until {
            return (here.path() != end)
                .then(|| format!("b/?{}", here.query().unwrap_or_default()));
        }
        let left = self.redirects?.checked_sub(1)?;
        let status = if left > 0 { 302 } else { 200 };
        let next = json!({ "status": status, "redirects": left }).to_string();
        let next = utf8_percent_encode(&next, NON_ALPHANUMERIC);
        Some(format!("/mirror/?answer={next}"))
    }
}

/// The header of what came in: an answer to a HEAD has no body.
const SEEN: &str = "x-seen";

/// Method, path, query, headers and body of the request, as percent-encoded JSON in a header; a character
/// stands for each byte.
pub(crate) async fn behave(request: Request) -> Response<BoxBody> {
    let (head, body) = request.into_parts();
    let Ok(wanted) = wanted(head.uri.query().unwrap_or_default()) else {
        return text("the parameter answer cannot be read".to_owned());
    };
    let Ok(body) = body.bytes().await else {
        return text("the body is cut off".to_owned());
    };
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), characters(value.as_bytes())))
        .collect();
    let seen = json!({
        "method": head.method.as_str(),
        "path": head.uri.path(),
        "query": head.uri.query(),
        "headers": headers,
        "body": characters(&body),
    });
    let next = wanted.next(&head.uri);
    let answer = answer(&wanted, next, seen.to_string());
    answer.unwrap_or_else(|error| text(error.to_string()))
}

fn wanted(query: &str) -> Result<Wanted, serde_json::Error> {
    let first = query.split('&').next().unwrap_or_default();
    let Some(wanted) = first.strip_prefix("answer=") else {
        return Ok(Wanted::default());
    };
    serde_json::from_slice(&percent_decode_str(wanted).collect::<Vec<u8>>())
}

fn answer(
    wanted: &Wanted,
    next: Option<String>,
    seen: String,
) -> Result<Response<BoxBody>, Box<dyn std::error::Error>> {
    let mut response = text("seen".to_owned());
    let seen = utf8_percent_encode(&seen, NON_ALPHANUMERIC).to_string();
    response.headers_mut().insert(SEEN, seen.try_into()?);
    if let Some(status) = wanted.status {
        *response.status_mut() = StatusCode::from_u16(status)?;
    }
    if let Some(next) = next {
        response.headers_mut().insert("location", next.try_into()?);
    }
    for (name, value) in &wanted.headers {
        let name = HeaderName::try_from(name)?;
        response
            .headers_mut()
            .append(name, HeaderValue::try_from(value)?);
    }
    Ok(response)
}

fn characters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
