//! /proxy/reverse/...: a load-balanced reverse proxy (§4), to the servers in the variable `upstreams`.
//!
//! The path behind `/proxy/reverse`, the query and the bodies go through as they are. Bodies are handed from one
//! side of the runtime to the other and do not enter the component, but for those of small requests.

mod answer_deadline;
mod ask;
mod cookies;
mod health;
mod location;
mod path;
mod upstreams;

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use kit::{
    App, Error, GatewayError, Request, Response, Result,
    client::{self, Failure, Timeouts},
    formats::hex,
    key_value::Store,
    proxy::{self, Passed},
    response::permanent_redirect,
    variable,
};
use sha2::{Digest, Sha256};
use spin_sdk::time::sleep;

use self::{
    health::Failures,
    location::NotHere,
    path::{Below, PREFIX},
    upstreams::{Upstream, Upstreams},
};

kit::service!(app);

/// How long is waited for a connection to an upstream, before another one is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long is waited for the head of an answer to a request without a body, or from the end of a small one. It ends
/// before the time that the runtime gives the component (30 s), so that the client learns who was too slow.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(20);

fn app() -> App {
    site::app()
        .pass("/proxy/reverse/...", pass)
        .behind_proxies()
}

async fn pass(mut request: Request) -> Result<Response> {
    if !request.method().is_safe() && request.is_cross_site() {
        return Err(Error::CrossSite);
    }
    let setting = variable("upstreams").await?;
    let upstreams: Upstreams = setting.parse().map_err(|why| {
        // Which addresses those are is nobody's business; the log says it.
        eprintln!("the variable upstreams is wrong: {why}");
        Error::Misconfigured(format!(
            "the variable upstreams must be {}",
            upstreams::SYNTAX
        ))
    })?;
    if upstreams.is_empty() {
        let detail = format!(
            "no upstream is configured: set the variable upstreams to {}, with --variable upstreams=... or \
             SPIN_VARIABLE_UPSTREAMS",
            upstreams::SYNTAX
        );
        return Err(GatewayError::not_configured("no-upstream", detail).into());
    }
    let name = own_name(&setting);
    let mut headers = proxy::client_headers(&request);
    if proxy::has_passed(&headers, &name) {
        let detail =
            "the request has come back to this proxy: one of its upstreams leads here again";
        return Err(GatewayError::loop_detected(detail).into());
    }
    let path = match path::below(PREFIX, request.path_and_query())? {
        Below::Path(path) => path,
        Below::NoSlash(target) => return Ok(permanent_redirect(&target)),
    };
    if !proxy::decrement_max_forwards(request.method(), &mut headers) {
        return Ok(proxy::final_answer(&request));
    }
    cookies::to_upstream(&mut headers);
    proxy::tell_client(&request, &mut headers, PREFIX);
    proxy::add_via(&mut headers, &name);

    let method = request.method().clone();
    let length = request.header(header::CONTENT_LENGTH);
    let mut body = Passed::from_request(&mut request).await?;
    let small = length
        .and_then(|length| length.to_str().ok()?.parse().ok())
        .filter(|length| !body.is_empty() && *length <= answer_deadline::MAX_BYTES);
    let is_repeatable = body.is_empty() && method.is_idempotent();
    let timeouts = Timeouts {
        connect: Some(CONNECT_TIMEOUT),
        first_byte: body.is_empty().then_some(FIRST_BYTE_TIMEOUT),
    };
    let failures = Failures::new(Store::open_default);
    let answer = ask::ask(&upstreams, failures, is_repeatable, async |upstream| {
        let (body, end) = match small {
            Some(length) => {
                let (body, end) = answer_deadline::watched(body.take(), length);
                (body, Some(end))
            }
            None => (body.take(), None),
        };
        let mut onward = http::Request::new(body);
        *onward.method_mut() = method.clone();
        *onward.uri_mut() = upstream.uri(&path).ok_or(Failure::Invalid)?;
        *onward.headers_mut() = headers.clone();
        onward.extensions_mut().insert(timeouts);
        let answer = client::send(onward);
        match end {
            Some(end) => end.answer_within(FIRST_BYTE_TIMEOUT, answer, sleep).await,
            None => answer.await,
        }
    });
    let (upstream, mut response) = answer.await?;
    rewrite(response.headers_mut(), &upstreams, upstream, &path)?;
    Ok(response)
}

/// The name of this proxy in `Via`. Proxies with the same upstreams are one, wherever they run; behind one another,
/// those with different upstreams make no loop.
fn own_name(upstreams: &str) -> String {
    let hash = hex(&Sha256::digest(upstreams)[..4]);
    format!("handspun-reverse-{hash}")
}

/// Headers with which a server speaks for all of its origin. An upstream is a part of ours.
const OF_THE_ORIGIN: [HeaderName; 5] = [
    // Other ways to the same server, which do not lead to this one (RFC 7838).
    header::ALT_SVC,
    // Ends the visitor's login here, too.
    HeaderName::from_static("clear-site-data"),
    // Where a browser reports its errors with any page.
    HeaderName::from_static("nel"),
    // Lets a script below our prefix stand before every page.
    HeaderName::from_static("service-worker-allowed"),
    header::STRICT_TRANSPORT_SECURITY,
];

/// Turns what an upstream says of its own paths into ours, and takes away what it says of more than these.
///
/// # Errors
/// 502 where it leads the client to a page that is not below our prefix, and has the upstream's own address.
fn rewrite(
    headers: &mut HeaderMap,
    upstreams: &Upstreams,
    upstream: &Upstream,
    path: &str,
) -> Result<()> {
    for name in [header::LOCATION, header::CONTENT_LOCATION] {
        let Some(target) = headers.get(&name) else {
            continue;
        };
        match location::here(target.as_bytes(), upstreams, upstream, path) {
            Ok(None) => {}
            Ok(Some(target)) => {
                let target = HeaderValue::try_from(target).map_err(Error::internal)?;
                headers.insert(name, target);
            }
            Err(NotHere) if name == header::LOCATION => {
                eprintln!(
                    "the upstream {} leads to {target:?}, which is not below its base",
                    upstream.url()
                );
                let detail = "the server leads to a page that this proxy does not serve";
                return Err(GatewayError::bad_gateway("broken-answer", detail).into());
            }
            // It is only a name of what was answered.
            Err(NotHere) => {
                headers.remove(name);
            }
        }
    }
    cookies::from_upstream(headers, upstream);
    for name in OF_THE_ORIGIN {
        headers.remove(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rewrites one header of an answer of `http://a/app`.
    fn rewritten(name: &'static str, value: &str) -> Result<Option<HeaderValue>> {
        let upstreams: Upstreams = "http://a/app".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        for upstream in upstreams.iter() {
            rewrite(&mut headers, &upstreams, upstream, "/")?;
        }
        Ok(headers.remove(name))
    }

    #[test]
    fn a_target_is_rewritten_and_none_is_outside() {
        for (name, value, want) in [
            ("location", "/app/x", Some("/proxy/reverse/x")),
            ("location", "/app/唤醒", Some("/proxy/reverse/唤醒")),
            ("location", "http://b/x", Some("http://b/x")),
            ("content-location", "/app/x", Some("/proxy/reverse/x")),
            ("content-location", "/x", None),
        ] {
            let got = rewritten(name, value).unwrap();
            let got = got.as_ref().map(HeaderValue::as_bytes);
            assert_eq!(got, want.map(str::as_bytes), "{name}: {value}");
        }
        for value in ["/x", "http://a/x", "/app/../x"] {
            let error = rewritten("location", value).unwrap_err();
            let got = (error.status().as_u16(), error.code());
            assert_eq!(got, (502, "broken-answer"), "{value}");
        }
    }

    #[test]
    fn an_upstream_does_not_speak_for_the_origin() {
        for name in OF_THE_ORIGIN {
            let name = name.as_str().to_owned().leak();
            assert_eq!(rewritten(name, "x").unwrap(), None, "{name}");
        }
    }
}
