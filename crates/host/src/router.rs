//! Which component answers a path, by Spin's rules.
//!
//! A route is exact (`/form/stream`), has `:segments` (`/words/:id`) or a
//! trailing wildcard (`/args/...`). Where several match, the more specific one
//! wins. The rules are those of `routefinder`, the router that Spin uses, and of
//! Spin's `spin-http-routes` around it: of two equal routes the last one counts,
//! one slash at the end of a route is ignored, and the wildcard's value keeps the
//! slash at the end of a path.

use std::{borrow::Cow, fmt};

use http::{HeaderName, HeaderValue};
use routefinder::{Captures, RouteSpec};

use crate::load::manifest::HttpTrigger;

/// The prefix of the paths that the runtime answers itself.
pub const WELL_KNOWN_PREFIX: &str = "/.well-known/spin/";

const MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");

/// The application's routes.
pub struct Router {
    routes: routefinder::Router<Route>,
    shadowed: Vec<Shadowed>,
}

/// One route and its component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The pattern as the manifest has it.
    pub raw: String,
    /// The component's id.
    pub component: String,
    absolute: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A route that a later trigger of the same route has replaced.
#[derive(Debug, PartialEq, Eq)]
pub struct Shadowed {
    /// The pattern that both have.
    pub route: String,
    /// The component that is never reached by it.
    pub component: String,
    /// The component that is reached.
    pub by: String,
}

/// The route that matches a path, and what its variable parts stand for.
pub struct RouteMatch<'router, 'path> {
    /// The route.
    pub route: &'router Route,
    captures: Captures<'router, 'path>,
    path: &'path str,
}

impl Router {
    /// Builds the router.
    ///
    /// # Errors
    ///
    /// The first route that is no pattern, and why.
    pub fn new(triggers: &[HttpTrigger]) -> Result<Self, String> {
        let mut routes = routefinder::Router::new();
        let mut shadowed = Vec::new();
        for (index, trigger) in triggers.iter().enumerate() {
            let later = &triggers[index + 1..];
            if let Some(winner) = later.iter().find(|other| other.route == trigger.route) {
                shadowed.push(Shadowed {
                    route: trigger.route.clone(),
                    component: trigger.component.clone(),
                    by: winner.component.clone(),
                });
                continue;
            }
            let spec = spec(&trigger.route).map_err(|why| format!("{}: {why}", trigger.route))?;
            let route = Route::new(trigger);
            let Ok(()) = routes.add(spec, route);
        }
        Ok(Self { routes, shadowed })
    }

    /// The route for a path, or `None` where no route matches.
    pub fn route<'router, 'path>(
        &'router self,
        path: &'path str,
    ) -> Option<RouteMatch<'router, 'path>> {
        let best = self.routes.best_match(path)?;
        Some(RouteMatch {
            captures: best.captures(),
            route: best.handler(),
            path,
        })
    }

    /// All routes that can be reached, the more specific ones first.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.routes.iter().map(|(_, route)| route)
    }

    /// The routes that can never be reached, to warn of.
    pub fn shadowed(&self) -> &[Shadowed] {
        &self.shadowed
    }
}

impl Route {
    fn new(trigger: &HttpTrigger) -> Self {
        let absolute = absolute(&trigger.route);
        Self {
            headers: headers(&absolute, &trigger.route),
            raw: trigger.route.clone(),
            component: trigger.component.clone(),
            absolute,
        }
    }

    /// The pattern with a slash in front and none at the end.
    pub fn absolute(&self) -> &str {
        &self.absolute
    }

    /// What a component is told about the route with each request.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.headers.iter().map(|(name, value)| (name, value))
    }
}

/// As `spin up` lists a route: `/args (wildcard)`.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Spin takes `*` for `...`, too.
        let prefix = self.absolute.strip_suffix("/...");
        let (path, wildcard) = match prefix.or(self.absolute.strip_suffix("/*")) {
            Some(prefix) => (prefix, " (wildcard)"),
            None => (self.absolute.as_str(), ""),
        };
        let path = if path.is_empty() { "/" } else { path };
        write!(f, "{path}{wildcard}")
    }
}

impl RouteMatch<'_, '_> {
    /// The values of the `:segments`, still percent-encoded, by name.
    pub fn segments(&self) -> impl Iterator<Item = (&str, &str)> {
        self.captures.iter()
    }

    /// What the trailing `/...` stands for: empty, or from its slash on.
    pub fn trailing_wildcard(&self) -> Cow<'_, str> {
        let Some(rest) = self.captures.wildcard() else {
            return Cow::Borrowed("");
        };
        match (rest.is_empty(), self.path.ends_with('/')) {
            (true, false) => Cow::Borrowed(""),
            (true, true) => Cow::Borrowed("/"),
            (false, false) => Cow::Owned(format!("/{rest}")),
            (false, true) => Cow::Owned(format!("/{rest}/")),
        }
    }
}

/// Whether a route is a pattern that the router understands.
///
/// # Errors
///
/// What is wrong with it.
pub fn check(route: &str) -> Result<(), String> {
    spec(route).map(drop)
}

fn spec(route: &str) -> Result<RouteSpec, String> {
    let absolute = absolute(route);
    match absolute.strip_suffix("/...") {
        Some(prefix) => format!("{prefix}/*").parse(),
        None => absolute.parse(),
    }
}

/// What a component is told about the route, the same for each of its requests.
fn headers(absolute: &str, raw: &str) -> Vec<(HeaderName, HeaderValue)> {
    let headers = [
        (MATCHED_ROUTE, absolute),
        (BASE_PATH, "/"),
        (RAW_COMPONENT_ROUTE, raw),
        (COMPONENT_ROUTE, raw.strip_suffix("/...").unwrap_or(raw)),
    ];
    let headers = headers.into_iter().filter_map(|(name, value)| {
        let value = HeaderValue::from_bytes(value.as_bytes()).ok()?;
        Some((name, value))
    });
    headers.collect()
}

fn absolute(route: &str) -> String {
    let slash = if route.starts_with('/') { "" } else { "/" };
    let route = format!("{slash}{route}");
    match route.strip_suffix('/') {
        Some(shorter) => shorter.to_owned(),
        None => route,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A router whose components are named after their routes.
    fn router(routes: &[&str]) -> Router {
        let triggers: Vec<_> = routes
            .iter()
            .map(|route| HttpTrigger {
                route: (*route).to_owned(),
                component: format!("for {route}"),
            })
            .collect();
        Router::new(&triggers).unwrap()
    }

    fn matched(routes: &[&str], path: &str) -> Option<String> {
        router(routes).route(path).map(|m| m.route.raw.clone())
    }

    #[test]
    fn the_more_specific_route_wins_whatever_the_order() {
        // The cases of Spin's documentation on overlapping routes, and of its tests.
        for (routes, path, want) in [
            (vec!["/foo", "/foo/bar"], "/foo", Some("/foo")),
            (vec!["/foo", "/foo/bar"], "/foo/bar", Some("/foo/bar")),
            (vec!["/foo", "/foo/bar"], "/foo/baz", None),
            (vec!["/..."], "/", Some("/...")),
            (vec!["/..."], "/foo/bar", Some("/...")),
            (vec!["/...", "/"], "/", Some("/")),
            (vec!["/...", "/one"], "/one", Some("/one")),
            (vec!["/...", "/one"], "/one/two", Some("/...")),
            (
                vec!["/one/...", "/one/two/..."],
                "/one/two/3",
                Some("/one/two/..."),
            ),
            (
                vec!["/one/two/...", "/one/..."],
                "/one/three",
                Some("/one/..."),
            ),
            (vec!["/one/...", "/one"], "/one", Some("/one")),
            (vec!["/one/..."], "/one", Some("/one/...")),
            (vec!["/one/..."], "/one/", Some("/one/...")),
            // A slash in a route is exactly one.
            (vec!["/one/..."], "/onetwo", None),
            (vec!["/words/:id"], "/words12", None),
            (vec!["/words/:id"], "/words//12", None),
            (vec!["/form/stream"], "/form//stream", None),
            // But for those at the beginning and the end of a path.
            (vec!["/form/stream"], "//form/stream/", Some("/form/stream")),
            (vec!["/form/stream", "/..."], "/formstream", Some("/...")),
            (
                vec!["/words/:id", "/words/export"],
                "/words/export",
                Some("/words/export"),
            ),
            (
                vec!["/words/:id", "/words/export"],
                "/words/7",
                Some("/words/:id"),
            ),
            (
                vec!["/words/:id", "/words/..."],
                "/words/7",
                Some("/words/:id"),
            ),
            (
                vec!["/words/:id", "/words/..."],
                "/words/7/8",
                Some("/words/..."),
            ),
            (
                vec!["/users/:id/posts"],
                "/users/1/posts",
                Some("/users/:id/posts"),
            ),
            (vec!["/users/:id/posts"], "/users/1", None),
            (vec!["/foo/"], "/foo", Some("/foo/")),
            (vec!["/foo"], "/foo/", Some("/foo")),
            (vec!["foo"], "/foo", Some("foo")),
        ] {
            assert_eq!(
                matched(&routes, path).as_deref(),
                want,
                "{path} among {routes:?}"
            );
        }
    }

    #[test]
    fn the_trailing_wildcard_keeps_the_slashes_of_the_path() {
        for (route, path, want) in [
            ("/...", "/1/2/3", "/1/2/3"),
            ("/1/...", "/1/2/3", "/2/3"),
            ("/test/...", "/test", ""),
            ("/test/...", "/test/", "/"),
            ("/test/...", "/test/hello", "/hello"),
            ("/test/...", "/test/hello/", "/hello/"),
            ("/1/:two/...", "/1/2/3/4", "/3/4"),
            ("/static/...", "/static//x", "//x"),
            ("/static/*", "/static/x/", "/x/"),
            ("/test", "/test", ""),
        ] {
            let router = router(&[route]);
            let matched = router.route(path).unwrap();
            assert_eq!(matched.trailing_wildcard(), want, "{route} on {path}");
        }
    }

    #[test]
    fn named_segments_are_captured_as_they_stand_in_the_path() {
        let router = router(&["/users/:id/posts/:post"]);
        let matched = router.route("/users/%41/posts/b").unwrap();
        let mut segments: Vec<_> = matched.segments().collect();
        segments.sort_unstable();
        assert_eq!(segments, [("id", "%41"), ("post", "b")]);
    }

    #[test]
    fn of_two_equal_routes_the_last_one_counts_and_the_other_is_told() {
        let triggers = ["first", "second"].map(|component| HttpTrigger {
            route: "/foo".to_owned(),
            component: component.to_owned(),
        });
        let router = Router::new(&triggers).unwrap();
        assert_eq!(router.route("/foo").unwrap().route.component, "second");
        assert_eq!(router.routes().count(), 1);
        assert_eq!(
            router.shadowed(),
            [Shadowed {
                route: "/foo".to_owned(),
                component: "first".to_owned(),
                by: "second".to_owned(),
            }]
        );
    }

    #[test]
    fn routes_are_listed_as_spin_lists_them() {
        for (route, want) in [
            ("/", "/"),
            ("/...", "/ (wildcard)"),
            ("/args/...", "/args (wildcard)"),
            ("/args/*", "/args (wildcard)"),
            ("/form/", "/form"),
            ("/words/:id", "/words/:id"),
        ] {
            let router = router(&[route]);
            let listed: Vec<_> = router.routes().map(ToString::to_string).collect();
            assert_eq!(listed, [want], "{route}");
        }
    }

    #[test]
    fn a_segment_without_a_name_is_refused() {
        assert!(check("/words/:").is_err());
        assert!(check("/words/*all").is_err());
        assert!(check("/words/:id").is_ok());
    }
}
