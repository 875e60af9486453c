//! The routes of an app: what is added, and what is found.

use std::{future::Future, pin::Pin};

use http::Method;

use super::{
    App,
    pattern::{Match, Pattern},
};
use crate::{
    error::Result,
    request::{Params, Request},
    response::Response,
};

/// A view, and which requests it is for.
pub(super) struct Route {
    methods: Methods,
    path: Pattern,
    pub(super) view: View,
}

/// Which requests are a view's.
enum Methods {
    /// Those of one method, which may change something.
    One { method: Method, changes: bool },
    /// All, as they are.
    All,
}

type View = Box<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Result<Response>>>>>;

impl App {
    /// Adds a view that reads, for GET and HEAD.
    pub fn get<V, F>(self, path: &'static str, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.route(Method::GET, path, false, view)
    }

    /// Adds a view that changes something although its method is GET, as an old site may have them.
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

    /// Adds a view for PUT.
    pub fn put<V, F>(self, path: &'static str, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.route(Method::PUT, path, true, view)
    }

    /// Adds a view for PATCH.
    pub fn patch<V, F>(self, path: &'static str, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.route(Method::PATCH, path, true, view)
    }

    /// Adds a view for DELETE.
    pub fn delete<V, F>(self, path: &'static str, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.route(Method::DELETE, path, true, view)
    }

    /// Adds a view for all methods, which passes requests and their answers on. The app leaves both alone: the view
    /// gets HEAD, OPTIONS and what another site asks for, too, and its answer goes out as it is. An error is answered
    /// as everywhere.
    ///
    /// # Example
    /// ```
    /// use kit::{App, Request, Response, Result, response::Body};
    ///
    /// async fn echo(mut request: Request) -> Result<Response> {
    ///     Ok(Response::new(request.take_body()?))
    /// }
    ///
    /// let app = App::new().pass("/echo/...", echo);
    /// ```
    pub fn pass<V, F>(mut self, path: &'static str, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.add(Methods::All, path, view);
        self
    }

    fn route<V, F>(mut self, method: Method, path: &'static str, changes: bool, view: V) -> Self
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        self.add(Methods::One { method, changes }, path, view);
        self
    }

    fn add<V, F>(&mut self, methods: Methods, path: &'static str, view: V)
    where
        V: Fn(Request) -> F + 'static,
        F: Future<Output = Result<Response>> + 'static,
    {
        let view = Box::new(move |request| -> Pin<Box<dyn Future<Output = _>>> {
            Box::pin(view(request))
        });
        self.routes.push(Route {
            methods,
            path: Pattern::new(path),
            view,
        });
    }

    /// What is at a path, which is what names it most closely, and the path's parameters there.
    pub(super) fn routes_at(&self, path: &str) -> Vec<(&Route, Params)> {
        let matches: Vec<(&Route, Match)> = self
            .routes
            .iter()
            .filter_map(|route| Some((route, route.path.matches(path)?)))
            .collect();
        let closest = matches.iter().map(|(_, found)| &found.closeness).max();
        let closest = closest.cloned().unwrap_or_default();
        matches
            .into_iter()
            .filter(|(_, found)| found.closeness == closest)
            .map(|(route, found)| (route, found.params))
            .collect()
    }

    /// The path itself, where it can be looked at without changing anything.
    pub(super) fn page_at<'a>(&self, path: &'a str) -> Option<&'a str> {
        let here = self.routes_at(path);
        let is_page = |(route, _): &(&Route, Params)| {
            route.method() == Some(&Method::GET) && !route.changes()
        };
        here.iter().any(is_page).then_some(path)
    }
}

impl Route {
    /// The method, where it has one of its own.
    pub(super) fn method(&self) -> Option<&Method> {
        match &self.methods {
            Methods::One { method, .. } => Some(method),
            Methods::All => None,
        }
    }

    /// Whether it is guarded against other sites.
    pub(super) fn changes(&self) -> bool {
        matches!(self.methods, Methods::One { changes: true, .. })
    }
}

/// Whether a route takes requests of all methods.
pub(super) fn is_for_all((route, _): &(&Route, Params)) -> bool {
    matches!(route.methods, Methods::All)
}
