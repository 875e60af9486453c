//! Two views of one route: for programs, and for browsers.

use std::{future::Future, pin::Pin};

use crate::{error::Result, request::Request, response::Response};

/// A view that answers with `page` where the client asks for a page by name, as browsers do
/// ([`Request::wants_page`]), and with `json` otherwise. The answer varies by `Accept`, and says so.
///
/// So neither view has to know of the other one.
///
/// # Example
/// ```
/// use kit::{App, Request, Response, Result, either, json, jsonify, response::html};
///
/// async fn word(_: Request) -> Result<Response> {
///     Ok(jsonify(&json!({ "english": "wake up" })))
/// }
///
/// async fn word_page(_: Request) -> Result<Response> {
///     Ok(html("<p>wake up"))
/// }
///
/// let app = App::new().get("/word", either(word, word_page));
/// ```
pub fn either<J, JF, P, PF>(
    json: J,
    page: P,
) -> impl Fn(Request) -> Pin<Box<dyn Future<Output = Result<Response>>>> + 'static
where
    J: Fn(Request) -> JF + 'static,
    JF: Future<Output = Result<Response>> + 'static,
    P: Fn(Request) -> PF + 'static,
    PF: Future<Output = Result<Response>> + 'static,
{
    move |request| {
        if request.wants_page() {
            Box::pin(page(request))
        } else {
            Box::pin(json(request))
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::executor::block_on;
    use http_body_util::{BodyExt, Full};

    use super::*;
    use crate::{App, text};

    #[test]
    fn accept_says_which_view_answers() {
        for (accept, want) in [
            ("text/html,*/*;q=0.8", "for browsers"),
            ("application/json", "for programs"),
            ("*/*", "for programs"),
        ] {
            let view = either(
                async |_| Ok(text("for programs")),
                async |_| Ok(text("for browsers")),
            );
            let app = App::new().get("/", view);
            let request = http::Request::get("/").header("accept", accept);
            let request = request.body(Full::new(Bytes::new())).unwrap();
            let response = block_on(app.run(request));
            assert_eq!(response.headers()["vary"], "Accept", "{accept}");
            let body = block_on(response.into_body().collect()).unwrap().to_bytes();
            assert_eq!(body, want, "{accept}");
        }
    }
}
