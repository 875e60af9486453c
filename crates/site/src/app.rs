//! What every function of this application starts with.

use kit::App;

use crate::error_page;

/// Where to log in, and what that gives. No scheme is registered for cookies; this one was proposed for them
/// (draft-broyer-http-cookie-auth), and no browser asks for a password of its own by it, as it would for `Basic`.
const CHALLENGE: &str =
    r#"Cookie realm="Handspun", form-action="/auth/login", cookie-name="session""#;

/// An app without routes that knows this application: an error becomes a page in the reader's language, and a 401
/// says where to log in.
///
/// # Example
/// ```
/// use kit::{Request, Response, Result, text};
///
/// async fn hello(_: Request) -> Result<Response> {
///     Ok(text("hello"))
/// }
///
/// let app = site::app().get("/hello", hello);
/// ```
pub fn app() -> App {
    App::new()
        .error_page(error_page::prepare)
        .challenge(CHALLENGE)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::executor::block_on;
    use http_body_util::{BodyExt, Full};
    use kit::{Error, Request, Response, Result};

    use super::*;

    async fn mine(_: Request) -> Result<Response> {
        Err(Error::unauthorized("login-required", "log in to see it"))
    }

    fn answer(method: &str, path: &str, language: &str) -> http::Response<String> {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("accept", "text/html,*/*;q=0.8")
            .header("accept-language", language)
            .body(Full::new(Bytes::new()))
            .unwrap();
        let app = app().get("/mine/:id", mine).post("/ours", mine);
        let (parts, body) = block_on(app.run(request)).into_parts();
        let bytes = block_on(body.collect()).unwrap().to_bytes();
        http::Response::from_parts(parts, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn an_error_is_a_page_in_the_readers_language() {
        for (language, want) in [
            ("en", "<h1>404 Not Found</h1>"),
            ("zh", "<h1>404 没有这个页面</h1>"),
        ] {
            let response = answer("GET", "/nowhere", language);
            assert_eq!(response.status().as_u16(), 404);
            assert_eq!(
                response.headers()["vary"],
                "Accept, Accept-Language, Cookie"
            );
            assert!(response.body().contains(want), "{}", response.body());
        }
    }

    #[test]
    fn whoever_has_to_log_in_is_led_back_to_what_can_be_looked_at() {
        for (method, path, want) in [
            (
                "GET",
                "/mine/a%20b",
                r#"href="/auth/login?next=%2Fmine%2Fa%2520b""#,
            ),
            ("POST", "/ours", r#"href="/auth/login""#),
        ] {
            let response = answer(method, path, "en");
            assert_eq!(response.status().as_u16(), 401);
            assert_eq!(response.headers()["www-authenticate"], CHALLENGE);
            assert!(response.body().contains(want), "{}", response.body());
        }
    }
}
