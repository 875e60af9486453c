//! Requests that came through proxies.

use super::*;

async fn who(request: Request) -> Result<Response> {
    let client = request.client_addr().map(|address| address.to_string());
    let scheme = request.scheme();
    Ok(text(format!("{} {scheme}", client.unwrap_or_default())))
}

#[test]
fn proxies_are_looked_up_where_something_came_through_one() {
    const PEER: (&str, &str) = ("spin-client-addr", "10.0.0.1:80");
    const HTTPS: (&str, &str) = ("x-forwarded-proto", "https");
    const CLIENT: (&str, &str) = ("x-forwarded-for", "203.0.113.9");
    let known = |proxies: &'static str| {
        let app = App::new().get("/who", who);
        app.behind(move || async move { Ok(proxies.parse().unwrap()) })
    };
    let broken = || {
        let app = App::new().get("/who", who);
        app.behind(|| async { Err(Error::Misconfigured("trusted_proxies is wrong".to_owned())) })
    };
    for (app, lines, want) in [
        (
            known("10.0.0.1"),
            &[PEER, HTTPS, CLIENT][..],
            Ok("203.0.113.9 https"),
        ),
        (
            known("10.0.0.2"),
            &[PEER, HTTPS, CLIENT],
            Ok("10.0.0.1 http"),
        ),
        (
            App::new().get("/who", who),
            &[PEER, HTTPS, CLIENT],
            Ok("10.0.0.1 http"),
        ),
        (known("10.0.0.1"), &[HTTPS, CLIENT], Ok(" http")),
        (broken(), &[PEER], Ok("10.0.0.1 http")),
        (broken(), &[PEER, HTTPS], Err(500)),
        (broken(), &[PEER, CLIENT], Err(500)),
    ] {
        let response = answer_of(app, "GET", "/who", lines, "");
        let got = match response.status().as_u16() {
            200 => Ok(response.body().as_str()),
            status => Err(status),
        };
        assert_eq!(got, want, "{lines:?}");
    }
}
