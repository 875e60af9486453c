//! What a proxy does with a request's headers (feature `client`): it tells the next server who asked, and
//! recognizes its own requests when they come back.
//!
//! What concerns one connection only, [`client::send`](crate::client::send) takes away.

mod body;
mod forwarded;
mod via;

use http::{
    HeaderMap, HeaderValue, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, MAX_FORWARDS, PROXY_AUTHORIZATION},
};

use crate::{
    request::{Request, is_runtimes_own},
    response::{Response, no_content, text},
};

pub use self::{
    body::Passed,
    forwarded::{add_to_list, forget_client, tell_client},
    via::{add_via, has_passed},
};

/// A client's headers, for the next server: without `Host`, which the next URI has, and without what the runtime
/// added.
pub fn client_headers(request: &Request) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        if !is_runtimes_own(name) && name != HOST {
            headers.append(name, value.clone());
        }
    }
    headers
}

/// Counts `Max-Forwards` down, which TRACE and OPTIONS have, and returns whether the request may go on (RFC 9110,
/// section 7.6.2). Where it may not, this is the server that the client wants an answer of.
pub fn decrement_max_forwards(method: &Method, headers: &mut HeaderMap) -> bool {
    if method != Method::TRACE && method != Method::OPTIONS {
        return true;
    }
    let left = headers.get(MAX_FORWARDS);
    let left: Option<u32> = left.and_then(|left| left.to_str().ok()?.parse().ok());
    match left {
        None => true,
        Some(0) => false,
        Some(left) => {
            headers.insert(MAX_FORWARDS, (left - 1).into());
            true
        }
    }
}

/// The answer to a request that may not go on ([`decrement_max_forwards`]): for TRACE what came in, as RFC 9110,
/// section 9.3.8, has it, without what may be secret.
pub fn final_answer(request: &Request) -> Response {
    if request.method() != Method::TRACE {
        return no_content();
    }
    let mut message = format!("TRACE {} HTTP/1.1\r\n", request.path_and_query());
    for (name, value) in &client_headers(request) {
        if ![AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION].contains(name) {
            let value = String::from_utf8_lossy(value.as_bytes());
            message.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    let mut response = text(message + "\r\n");
    let kind = HeaderValue::from_static("message/http");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtimes_own_headers_stay_here() {
        let request = http::Request::get("/")
            .header("host", "words.example")
            .header("spin-client-addr", "127.0.0.1:1")
            .header("spin-forged", "x")
            .header("x-a", "1")
            .header("x-a", "2")
            .body(http_body_util::Empty::new())
            .unwrap();
        let headers = client_headers(&Request::new(request));
        let names: Vec<_> = headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["x-a", "x-a"]);
    }

    #[test]
    fn forwards_are_counted_down_for_trace_and_options() {
        for (method, before, after, goes_on) in [
            (Method::TRACE, Some("1"), Some("0"), true),
            (Method::OPTIONS, Some("10"), Some("9"), true),
            (Method::TRACE, Some("0"), Some("0"), false),
            (Method::TRACE, None, None, true),
            (Method::TRACE, Some("many"), Some("many"), true),
            (Method::GET, Some("0"), Some("0"), true),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(before) = before {
                headers.insert(MAX_FORWARDS, before.parse().unwrap());
            }
            assert_eq!(
                decrement_max_forwards(&method, &mut headers),
                goes_on,
                "{method} {before:?}"
            );
            let left = headers.get(MAX_FORWARDS).map(|left| left.to_str().unwrap());
            assert_eq!(left, after, "{method} {before:?}");
        }
    }

    #[test]
    fn a_trace_that_ends_here_shows_no_secret() {
        let request = |method| {
            let request = http::Request::builder().method(method).uri("/a?b");
            let request = request
                .header("x-a", "1")
                .header("cookie", "session=secret")
                .header("authorization", "Basic secret")
                .header("proxy-authorization", "Basic secret");
            Request::new(request.body(http_body_util::Empty::new()).unwrap())
        };
        let answer = final_answer(&request("TRACE"));
        assert_eq!(answer.headers()[CONTENT_TYPE], "message/http");
        let body = futures::executor::block_on(answer.into_body().text()).unwrap();
        assert_eq!(body, "TRACE /a?b HTTP/1.1\r\nx-a: 1\r\n\r\n");
        assert_eq!(final_answer(&request("OPTIONS")).status(), 204);
    }
}
