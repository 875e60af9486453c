//! From a request to its answer: routes, methods, and what holds for every one of them.

mod allow;
mod cross_site;
mod either;
mod method_override;
mod pattern;
mod problem;
mod routes;

use std::{future::Future, pin::Pin};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};

use self::allow::Allow;
use self::routes::{Route, is_for_all};
use crate::{
    body::Body,
    error::{BoxError, Error, Result},
    request::{Request, TrustedProxies},
    response::Response,
};

pub use self::{either::either, problem::failing};

/// The routes of one component.
///
/// A path is written as in `spin.toml` and matches as a whole: `/words/:id` matches where one segment is in
/// the place of `:id` ([`Request::path_param`] is its value), and `/static/...` matches `/static` and all
/// below it. If several match, the most specific one counts: a literal segment beats a parameter, and
/// that beats `/...`. For each route:
/// - an unknown path is 404, an unknown method 405 with `Allow`;
/// - HEAD is GET without the body, and OPTIONS answers `Allow`, as in Flask;
/// - a change that a browser marks as another site's is 403, before the view sees it;
/// - an error becomes a problem document, or a page ([`Self::error_page`]); a 5xx goes to stderr with its cause,
///   and so does the error of an answer that breaks off;
/// - an answer that depends on `Accept`, `Accept-Language` or `Cookie` says so in `Vary`.
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
    form_methods: Option<MethodOverride>,
    proxies: Option<Proxies>,
    error_page: Option<PrepareErrorPage>,
    challenge: Option<&'static str>,
    after_request: Vec<fn(&mut Response)>,
}

/// Looks at a request, and returns what makes the page of an error of it.
type PrepareErrorPage = Box<dyn Fn(&Request) -> ErrorPage>;

/// Makes the page of an error. The path is that of the page to come back to after a login, where there is one.
type ErrorPage = Box<dyn FnOnce(&Error, Option<&str>) -> Result<Response>>;

/// Where the proxies that are believed are looked up.
type Proxies = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<TrustedProxies>>>>>;

/// Reads the method that a form means. Only an app that asks for it refers to it, so that a component without forms
/// carries no parser of them.
type MethodOverride =
    for<'a> fn(&'a mut Request) -> Pin<Box<dyn Future<Output = Result<Option<Method>>> + 'a>>;

/// What came of a request.
enum Answer {
    /// An answer of this application.
    Own(Response),
    /// One that is passed on as it is.
    Passed(Response),
}

impl App {
    /// An app without routes: every path is 404.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets HTML forms, which know GET and POST only, use PUT and DELETE: a form that is posted to a path
    /// without a view for POST goes to the view for the method that its field `_method` names. That view
    /// sees the method meant, and reads the form as if it were the first to.
    ///
    /// The form is read before the view can set a limit, so it has at most
    /// [`Request::MAX_BODY_BYTES`]. `Allow` does not list POST, which does nothing by itself.
    ///
    /// # Example
    /// ```
    /// use kit::{App, Request, Response, Result, response::{no_content, see_other}};
    ///
    /// async fn delete(request: Request) -> Result<Response> {
    ///     if request.wants_page() {
    ///         return Ok(see_other("/"));
    ///     }
    ///     Ok(no_content())
    /// }
    ///
    /// let app = App::new().delete("/words/:id", delete).form_methods();
    /// ```
    pub fn form_methods(mut self) -> Self {
        self.form_methods = Some(|request| Box::pin(request.method_override()));
        self
    }

    /// Believes the proxies of the component's variable `trusted_proxies` who their client is and whether it uses
    /// https, for [`Request::client_addr`] and [`Request::scheme`], and so for the cookies that are set. The
    /// variable is read where a request has a header that a proxy adds.
    ///
    /// A request is then 500 where the variable cannot be read, with what to set.
    #[cfg(feature = "variables")]
    pub fn behind_proxies(self) -> Self {
        self.behind(TrustedProxies::from_variable)
    }

    /// The same with proxies from elsewhere.
    #[cfg(any(feature = "variables", test))]
    fn behind<L, F>(mut self, look_up: L) -> Self
    where
        L: Fn() -> F + 'static,
        F: Future<Output = Result<TrustedProxies>> + 'static,
    {
        self.proxies = Some(Box::new(move || Box::pin(look_up())));
        self
    }

    /// Shows an error to a browser as a page of the application's own. Without one, a browser gets the problem
    /// document that a program gets.
    ///
    /// `prepare` sees the request before its view does, and returns what makes the page if that fails: from the error,
    /// and from the path of a page to come back to after a login, where there is one. The page gets the error's status
    /// and headers from the app. Where it fails itself, the client gets the problem document.
    ///
    /// # Example
    /// ```
    /// use kit::{App, response::html};
    ///
    /// let app = App::new().error_page(|_| |error, _| Ok(html(format!("<h1>{}</h1>", error.status()))));
    /// ```
    pub fn error_page<P, F>(mut self, prepare: P) -> Self
    where
        P: Fn(&Request) -> F + 'static,
        F: FnOnce(&Error, Option<&str>) -> Result<Response> + 'static,
    {
        self.error_page = Some(Box::new(move |request| Box::new(prepare(request))));
        self
    }

    /// Says how one logs in: the value of `WWW-Authenticate`, which every 401 must have (RFC 9110, section 15.5.2).
    pub fn challenge(mut self, challenge: &'static str) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// Has every answer changed before it goes out, those of errors too, as Flask's `after_request` does.
    ///
    /// # Example
    /// ```
    /// use kit::{App, Response};
    ///
    /// fn not_stored(response: &mut Response) {
    ///     let no_store = http::HeaderValue::from_static("no-store");
    ///     response.headers_mut().insert("cache-control", no_store);
    /// }
    ///
    /// let app = App::new().after_request(not_stored);
    /// ```
    pub fn after_request(mut self, change: fn(&mut Response)) -> Self {
        self.after_request.push(change);
        self
    }

    /// Answers a request of a test, or of `spin_sdk::http_service`. [`service!`](crate::service) is faster.
    pub async fn run<B>(self, request: http::Request<B>) -> Response
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.answer(Request::new(request)).await
    }

    /// Answers a request.
    pub(crate) async fn answer(self, mut request: Request) -> Response {
        let (method, path) = (request.method().clone(), request.path().to_owned());
        let prepare = self.error_page.as_ref();
        let error_page = prepare
            .filter(|_| request.accept().prefers_page())
            .map(|prepare| request.unnoticed(prepare));
        let vary = request.vary();

        let mut response = match self.dispatch(request).await {
            Ok(Answer::Passed(response)) => return response,
            Ok(Answer::Own(response)) => response,
            Err(error) => {
                if error.status().is_server_error() {
                    log(&method, &path, error.cause());
                }
                vary.by_accept();
                let page = error_page.and_then(|(page, looked_at)| {
                    let page = page(&error, self.page_at(&path)).ok()?;
                    vary.add(&looked_at);
                    Some(page)
                });
                problem::answer(&error, page)
            }
        };

        let status = response.status();
        let headers = response.headers_mut();
        // Keeps a browser from taking echoed text for a page.
        headers.insert(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        );
        if status == StatusCode::UNAUTHORIZED
            && let Some(challenge) = self.challenge
        {
            let challenge = HeaderValue::from_static(challenge);
            headers.entry(header::WWW_AUTHENTICATE).or_insert(challenge);
        }
        if let Some(vary) = vary.header() {
            headers.append(header::VARY, vary);
        }
        self.after_request
            .iter()
            .for_each(|change| change(&mut response));
        if method == Method::HEAD {
            *response.body_mut() = Body::empty();
            return response;
        }
        response.map(|body| {
            body.map_err(move |cause| {
                log(&method, &path, cause.as_ref());
                cause
            })
        })
    }

    async fn dispatch(&self, mut request: Request) -> Result<Answer> {
        if let Some(look_up) = self.proxies.as_ref().filter(|_| request.is_forwarded()) {
            request.set_proxies(look_up().await?);
        }
        let mut here = self.routes_at(request.path());
        if here.is_empty() {
            return Err(Error::NotFound(request.path().to_owned()));
        }
        if let Some((route, params)) = here
            .iter()
            .position(is_for_all)
            .map(|at| here.swap_remove(at))
        {
            request.set_path_params(params);
            return (route.view)(request).await.map(Answer::Passed);
        }
        request.check_query()?;
        let allow = Allow::new(here.iter().filter_map(|(route, _)| route.method()));
        if request.method() == Method::OPTIONS {
            return Ok(Answer::Own(allow.answer()));
        }
        if let Some(method_override) = self.form_methods
            && may_mean_another_method(&request, &allow)
        {
            if request.is_cross_site() {
                return Err(Error::CrossSite);
            }
            if let Some(method) = method_override(&mut request).await? {
                request.set_method(method);
            }
        }
        let wanted = if request.method() == Method::HEAD {
            &Method::GET
        } else {
            request.method()
        };
        let Some(index) = here
            .iter()
            .position(|(route, _)| route.method() == Some(wanted))
        else {
            return Err(Error::MethodNotAllowed {
                method: request.method().clone(),
                allow: allow.header(),
            });
        };
        let (route, params) = here.swap_remove(index);
        if route.changes() && request.is_cross_site() {
            return Err(Error::CrossSite);
        }
        request.set_path_params(params);
        (route.view)(request).await.map(Answer::Own)
    }
}

/// Whether a form may mean another method than POST, which the path does not have.
fn may_mean_another_method(request: &Request, allow: &Allow) -> bool {
    request.method() == Method::POST
        && !allow.has(&Method::POST)
        && (allow.has(&Method::PUT) || allow.has(&Method::DELETE))
}

/// Writes a cause and what caused that, on one line.
fn log(method: &Method, path: &str, cause: &(dyn std::error::Error + 'static)) {
    let mut line = format!("{method} {path}: {cause}");
    let mut source = cause.source();
    while let Some(cause) = source {
        line.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    eprintln!("{}", line.escape_debug());
}

#[cfg(test)]
mod tests;
