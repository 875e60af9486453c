//! Who may use the proxy: whoever has the token.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header::PROXY_AUTHORIZATION};
use kit::{Error, GatewayError, Result};
use subtle::ConstantTimeEq;

/// Checks that a client has the token, as the password of `Proxy-Authorization: Basic`, with any user.
///
/// How long it takes tells how long the token is, and nothing else about it.
///
/// # Errors
/// 403 where there is no token, which closes the proxy. 407 without the header, or with another token.
pub(crate) fn check(token: &str, headers: &HeaderMap) -> Result<()> {
    if token.is_empty() {
        return Err(Error::forbidden(
            "no-token",
            "this proxy is closed: set the variable forward_token, with --variable forward_token=... or \
             SPIN_VARIABLE_FORWARD_TOKEN",
        ));
    }
    let said = password(headers);
    let is_right = said.is_some_and(|said| bool::from(said.ct_eq(token.as_bytes())));
    if is_right {
        return Ok(());
    }
    // A component cannot send Proxy-Authenticate, so the words have to say it.
    let detail =
        "this is a proxy, and it wants its token: curl -x http://HOST:PORT -U :TOKEN http://...";
    Err(GatewayError::unauthenticated("wrong-token", detail).into())
}

/// The password (RFC 7617); none where there is not exactly one.
fn password(headers: &HeaderMap) -> Option<Vec<u8>> {
    let mut lines = headers.get_all(PROXY_AUTHORIZATION).iter();
    let (line, None) = (lines.next()?, lines.next()) else {
        return None;
    };
    let (scheme, credentials) = line.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = STANDARD.decode(credentials.trim()).ok()?;
    let colon = credentials.iter().position(|byte| *byte == b':')?;
    Some(credentials.get(colon + 1..)?.to_vec())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The status; 200 where the client may pass.
    fn status(token: &str, lines: &[&str]) -> u16 {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(PROXY_AUTHORIZATION, HeaderValue::from_str(line).unwrap());
        }
        check(token, &headers).map_or_else(|error| error.status().as_u16(), |()| 200)
    }

    fn basic(credentials: &str) -> String {
        format!("Basic {}", STANDARD.encode(credentials))
    }

    #[test]
    fn the_token_is_the_password_of_any_user() {
        for credentials in [":to:ken", "duke:to:ken", "唤醒:to:ken"] {
            assert_eq!(
                status("to:ken", &[&basic(credentials)]),
                200,
                "{credentials}"
            );
        }
        assert_eq!(status("唤醒", &[&basic(":唤醒")]), 200);
        assert_eq!(status("t", &[&basic(":t").replace("Basic", "bASIC")]), 200);
    }

    #[test]
    fn anything_else_is_407() {
        let right = basic(":token");
        for lines in [
            &[][..],
            &[""],
            &["Basic"],
            &["Basic !"],
            &["Basic OnRva2Vu="],
            &["Bearer token"],
            &[&right, &right],
            &[&right.replace("Basic", "Bearer")],
            &[&basic(":")],
            &[&basic("token")],
            &[&basic("token:")],
            &[&basic(":Token")],
            &[&basic(":token ")],
            &[&basic(":tok")],
        ] {
            assert_eq!(status("token", lines), 407, "{lines:?}");
        }
        assert_eq!(status("token", &[&right]), 200);
    }

    #[test]
    fn without_a_token_the_proxy_is_closed() {
        for lines in [vec![], vec![basic(":")], vec![basic(":token")]] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(status("", &lines), 403, "{lines:?}");
        }
    }

    #[test]
    fn no_error_shows_the_token() {
        for (token, line) in [("secret", basic(":guess")), ("", basic(":guess"))] {
            let mut headers = HeaderMap::new();
            headers.insert(PROXY_AUTHORIZATION, line.parse().unwrap());
            let shown = format!("{:?}", check(token, &headers).unwrap_err());
            assert!(
                !shown.contains("secret") && !shown.contains("guess"),
                "{shown}"
            );
            assert!(!shown.contains(&line), "{shown}");
        }
    }
}
