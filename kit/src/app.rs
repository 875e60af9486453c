//! From a request to its answer: routes, methods, and what holds for every one of them.

use std::{future::Future, pin::Pin};

use bytes::Bytes;
use http::{HeaderValue, Method, header};

use crate::{
    body::BoxError,
    error::{Allow, Error, Result},
    problem,
    request::Request,
    response::{self, Response},
};

/// The routes of one component.
///
/// A path matches as a whole; `/static/...` matches `/static` and all below it, as in `spin.toml`, where
/// no other path does. What holds for each:
/// - an unknown path is 404, an unknown method 405 with `Allow`;
/// - HEAD is GET without the body, and OPTIONS answers `Allow`, as in Flask;
/// - a change that a browser marks as another site's is 403, before the view sees it;
/// - an error becomes a problem document, or a page; the cause of a 5xx goes to stderr;
/// - an answer that depends on `Accept` or `Cookie` says so in `Vary`.
///
/// # Example
/// ```
/// use kit::{App, Request, Response, Result, text};
///
/// async fn form(_: Request) -> Result<Response> {
///     Ok(text("success"))
/// }
///
/// let app = App::new().post("/form", form);
/// ```
#[derive(Default)]
#[must_use = "an app answers nothing until it is run"]
pub struct App {
    routes: Vec<Route>,
}

struct Route {
    method: Method,
    path: &'static str,
    changes: bool,
    view: View,
}

type View = Box<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Result<Response>>>>>;

impl App {
    /// An app without routes: every path is 404.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a view that reads, for GET and HEAD.
    pub fn get<V, F>(self, path: &'static str, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.route(Method::GET, path, false, view)
    }

    /// Adds a view that changes something although its method is GET, as some of the tutorial's do.
    /// It is then guarded against other sites like every change.
    pub fn changing_get<V, F>(self, path: &'static str, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.route(Method::GET, path, true, view)
    }

    /// Adds a view for POST.
    pub fn post<V, F>(self, path: &'static str, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.route(Method::POST, path, true, view)
    }

    /// Answers a request of the runtime.
    pub async fn run<B>(self, request: http::Request<B>) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let request = Request::new(request);
        let (method, path) = (request.method().clone(), request.path().to_owned());
        let as_page = request.accept().prefers_page();
        let vary = request.vary();

        let mut response = self.dispatch(request).await.unwrap_or_else(|error| {
            if let Error::Internal(cause) = &error {
                log(&method, &path, cause);
            }
            vary.by_accept();
            problem::answer(&error, as_page)
        });

        let headers = response.headers_mut();
        // Keeps a browser from taking echoed text for a page.
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if let Some(vary) = vary.header() {
            headers.append(header::VARY, vary);
        }
        if method == Method::HEAD {
            *response.body_mut() = response::body(Bytes::new());
        }
        response
    }

    fn route<V, F>(mut self, method: Method, path: &'static str, changes: bool, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        let view = Box::new(move |request| -> Pin<Box<dyn Future<Output = _>>> {
            Box::pin(view(request))
        });
        self.routes.push(Route {
            method,
            path,
            changes,
            view,
        });
        self
    }

    /// What is at a path, or else what is above it.
    fn routes_at(&self, path: &str) -> Vec<&Route> {
        let at = |wanted: &dyn Fn(&Route) -> bool| {
            self.routes.iter().filter(|route| wanted(route)).collect()
        };
        let here: Vec<&Route> = at(&|route| route.path == path);
        if here.is_empty() {
            return at(&|route| route.is_above(path));
        }
        here
    }

    async fn dispatch(&self, request: Request) -> Result<Response> {
        let here = self.routes_at(request.path());
        if here.is_empty() {
            return Err(Error::NotFound(request.path().to_owned()));
        }
        let allow = Allow::of(here.iter().map(|route| &route.method));
        if request.method() == Method::OPTIONS {
            return Ok(options(&allow));
        }
        let wanted = if request.method() == Method::HEAD {
            &Method::GET
        } else {
            request.method()
        };
        let Some(route) = here.into_iter().find(|route| route.method == wanted) else {
            return Err(Error::MethodNotAllowed {
                method: request.method().clone(),
                allow,
            });
        };
        if route.changes && request.is_cross_site() {
            return Err(Error::CrossSite);
        }
        (route.view)(request).await
    }
}

impl Route {
    /// Whether the path is below that of the route, which ends in `/...`.
    fn is_above(&self, path: &str) -> bool {
        self.path
            .strip_suffix("/...")
            .and_then(|above| path.strip_prefix(above))
            .is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }
}

fn options(allow: &Allow) -> Response {
    let mut response = response::empty();
    response.headers_mut().insert(header::ALLOW, allow.header());
    response
}

/// Writes a cause and what caused that, on one line.
fn log(method: &Method, path: &str, cause: &BoxError) {
    let mut line = format!("{method} {path}: {cause}");
    let mut source = cause.source();
    while let Some(cause) = source {
        line.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    eprintln!("{}", line.escape_debug());
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures::executor::block_on;
    use http_body_util::{BodyExt, Full};
    use serde_json::{Value, json};

    use super::*;
    use crate::{jsonify, text};

    const JSON: (&str, &str) = ("accept", "application/json");
    const BROWSER: (&str, &str) = ("accept", "text/html,*/*;q=0.8");
    const OTHER_SITE: (&str, &str) = ("sec-fetch-site", "cross-site");

    async fn read(request: Request) -> Result<Response> {
        if request.wants_json() {
            return Ok(jsonify(&json!("read")));
        }
        Ok(text("read"))
    }

    async fn change(_: Request) -> Result<Response> {
        Ok(text("changed"))
    }

    async fn cookies(request: Request) -> Result<Response> {
        Ok(text(request.cookies().repr()))
    }

    async fn fail(_: Request) -> Result<Response> {
        Err(Error::internal("the database password is hunter2"))
    }

    /// The answer of an app with one route of each kind.
    fn answer(method: &str, path: &str, lines: &[(&str, &str)]) -> http::Response<String> {
        let app = App::new()
            .get("/word", read)
            .post("/word", change)
            .changing_get("/data", change)
            .post("/form", change)
            .get("/files/...", read)
            .post("/files/new", change)
            .get("/cookies", cookies)
            .get("/broken", fail);
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", "words.example");
        let request = lines.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let body: Full<Bytes> = Full::default();
        let response = block_on(app.run::<Full<Bytes>>(request.body(body).unwrap()));
        let (parts, body) = response.into_parts();
        let bytes = block_on(body.collect()).unwrap().to_bytes();
        http::Response::from_parts(parts, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[test]
    fn a_route_is_a_method_and_a_whole_path() {
        for (method, path, status) in [
            ("GET", "/word", 200),
            ("GET", "/word?q=/form", 200),
            ("POST", "/word", 200),
            ("POST", "/form", 200),
            ("GET", "/", 404),
            ("GET", "/word/", 404),
            ("GET", "/words", 404),
            ("GET", "//word", 404),
            ("GET", "/wor%64", 404),
            ("GET", "/files", 200),
            ("GET", "/files/", 200),
            ("GET", "/files/a/b/../c", 200),
            ("POST", "/files/a", 405),
            ("POST", "/files/new", 200),
            ("GET", "/files/new", 405),
            ("GET", "/files/new/", 200),
            ("GET", "/filesystem", 404),
            ("GET", "/files/...", 200),
            ("OPTIONS", "/nowhere", 404),
            ("BREW", "/nowhere", 404),
            ("GET", "/form", 405),
            ("HEAD", "/form", 405),
            ("PUT", "/word", 405),
            ("BREW", "/word", 405),
            ("get", "/word", 405),
            ("TRACE", "/word", 405),
            ("CONNECT", "/word", 405),
        ] {
            assert_eq!(
                answer(method, path, &[]).status().as_u16(),
                status,
                "{method} {path}"
            );
        }
    }

    #[test]
    fn a_wrong_method_and_options_name_the_right_ones() {
        for (path, allow) in [
            ("/word", "GET, HEAD, OPTIONS, POST"),
            ("/form", "OPTIONS, POST"),
        ] {
            for (method, status) in [("PUT", 405), ("OPTIONS", 200)] {
                let response = answer(method, path, &[OTHER_SITE]);
                assert_eq!(
                    (response.status().as_u16(), &response.headers()["allow"]),
                    (status, &HeaderValue::from_static(allow))
                );
            }
        }
        assert_eq!(answer("OPTIONS", "/word", &[]).body(), "");
    }

    #[test]
    fn head_is_get_without_the_body() {
        for (path, lines) in [
            ("/word", &[][..]),
            ("/word", &[JSON]),
            ("/broken", &[]),
            ("/nowhere", &[BROWSER]),
        ] {
            let (get, head) = (answer("GET", path, lines), answer("HEAD", path, lines));
            assert_eq!(
                (get.status(), get.headers()),
                (head.status(), head.headers()),
                "{path}"
            );
            assert_eq!(
                get.headers()["content-length"],
                get.body().len().to_string().as_str(),
                "{path}"
            );
            assert_eq!(head.body(), "", "{path}");
        }
    }

    #[test]
    fn a_change_from_another_site_is_refused_whatever_its_method() {
        for (method, path, lines, status) in [
            ("POST", "/form", &[OTHER_SITE][..], 403),
            ("GET", "/data", &[OTHER_SITE], 403),
            ("HEAD", "/data", &[OTHER_SITE], 403),
            ("POST", "/form", &[("origin", "null")], 403),
            ("POST", "/form", &[("origin", "https://evil.example")], 403),
            ("POST", "/form", &[("origin", "https://words.example")], 200),
            ("POST", "/form", &[("sec-fetch-site", "same-origin")], 200),
            ("POST", "/form", &[], 200),
            ("GET", "/data", &[], 200),
            ("GET", "/word", &[OTHER_SITE], 200),
            ("HEAD", "/word", &[OTHER_SITE], 200),
        ] {
            assert_eq!(
                answer(method, path, lines).status().as_u16(),
                status,
                "{method} {path} {lines:?}"
            );
        }
    }

    #[test]
    fn an_error_is_a_problem_and_for_a_browser_a_page() {
        for (lines, want) in [
            (&[][..], "application/problem+json"),
            (&[JSON], "application/problem+json"),
            (&[("accept", "image/png")], "application/problem+json"),
            (&[BROWSER], "text/html; charset=utf-8"),
        ] {
            for (method, path) in [("GET", "/nowhere"), ("PUT", "/word"), ("GET", "/broken")] {
                let response = answer(method, path, lines);
                assert_eq!(response.headers()["content-type"], want, "{path} {lines:?}");
                assert_eq!(response.headers()["vary"], "Accept", "{path} {lines:?}");
            }
        }
        let problem: Value = serde_json::from_str(answer("GET", "/nowhere", &[]).body()).unwrap();
        assert_eq!(problem["detail"], "nothing is served at /nowhere");
    }

    #[test]
    fn no_cause_leaves_the_server() {
        for lines in [&[][..], &[BROWSER]] {
            let response = answer("GET", "/broken", lines);
            assert_eq!(response.status().as_u16(), 500);
            assert!(!response.body().contains("hunter2"), "{}", response.body());
        }
    }

    #[test]
    fn an_answer_varies_by_what_was_looked_at() {
        assert_eq!(answer("GET", "/word", &[]).headers()["vary"], "Accept");
        assert_eq!(answer("GET", "/word", &[JSON]).headers()["vary"], "Accept");
        assert_eq!(answer("GET", "/cookies", &[]).headers()["vary"], "Cookie");
        assert!(
            !answer("POST", "/word", &[JSON])
                .headers()
                .contains_key("vary")
        );
    }

    #[test]
    fn any_body_will_do() {
        let body = http_body_util::Empty::<Bytes>::new()
            .map_err(|never: Infallible| -> BoxError { match never {} });
        let request = http::Request::get("/nowhere").body(body).unwrap();
        assert_eq!(block_on(App::new().run(request)).status().as_u16(), 404);
    }
}
