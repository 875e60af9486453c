//! GET /proxy/inspect (§4): what a server learns of the proxies on a request's way, and of what kind they are.

mod answer;
mod chain;
mod page;
mod seen;
mod verdict;

use std::net::IpAddr;

use http::{HeaderValue, header::CACHE_CONTROL};
use kit::{App, Error, Request, Response, Result, jsonify, text};

use crate::{seen::Seen, verdict::Verdict};

kit::service!(app);

/// Where it is.
const HOME: &str = "/proxy/inspect";

/// The parameter in which somebody says which address is theirs.
const REAL_IP: &str = "real_ip";

fn app() -> App {
    site::app()
        .get(HOME, inspect)
        .behind_proxies()
        .after_request(is_about_one_request)
}

async fn inspect(request: Request) -> Result<Response> {
    let seen = Seen::from_request(&request);
    let real_ip = real_ip(&request);
    if !request.wants_json() && request.wants_page() {
        return page::show(&request, &seen, real_ip);
    }
    let verdict = Verdict::new(&seen, real_ip?);
    if request.wants_json() {
        return Ok(jsonify(&answer::json(&seen, &verdict)));
    }
    Ok(text(answer::text(&seen, &verdict)))
}

/// The address that somebody says is theirs; an empty one, as a form sends it, counts as none.
///
/// # Errors
/// 400 where it is no address.
fn real_ip(request: &Request) -> Result<Option<IpAddr>> {
    let given = request.args().get(REAL_IP).unwrap_or_default().trim();
    if given.is_empty() {
        return Ok(None);
    }
    let address = given.parse::<IpAddr>().map_err(|_| {
        let detail = "must be an address such as 203.0.113.9 or 2001:db8::9, without a port";
        Error::bad_parameter(REAL_IP, "not-an-address", detail)
    })?;
    Ok(Some(address.to_canonical()))
}

/// The next request may come another way.
fn is_about_one_request(response: &mut Response) {
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, no_store);
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http_body_util::Full;

    use super::*;

    #[test]
    fn a_real_address_is_an_address_and_nothing_else() {
        for (query, want) in [
            ("", Ok(None)),
            ("?real_ip=", Ok(None)),
            ("?real_ip=%20", Ok(None)),
            ("?real_ip=+203.0.113.9+", Ok(Some("203.0.113.9"))),
            ("?real_ip=2001:DB8::9", Ok(Some("2001:db8::9"))),
            ("?real_ip=::ffff:203.0.113.9", Ok(Some("203.0.113.9"))),
            ("?real_ip=203.0.113.9&real_ip=x", Ok(Some("203.0.113.9"))),
            ("?real_ip=203.0.113.9:80", Err(())),
            ("?real_ip=[2001:db8::9]", Err(())),
            ("?real_ip=203.0.113.0/24", Err(())),
            ("?real_ip=203.0.113", Err(())),
            ("?real_ip=0xcb007109", Err(())),
            ("?real_ip=localhost", Err(())),
            ("?real_ip=%3Cscript%3E", Err(())),
        ] {
            let request = http::Request::get(format!("{HOME}{query}"));
            let request = Request::new(request.body(Full::new(Bytes::new())).unwrap());
            let got = real_ip(&request).map_err(|error| {
                assert_eq!(error.status().as_u16(), 400);
                assert!(error.fields()[0].detail.contains("203.0.113.9"), "{error}");
            });
            let want = want.map(|text| text.map(|text| text.parse().unwrap()));
            assert_eq!(got, want, "{query}");
        }
    }
}
