//! The routes of this application, as a Spin manifest names them (feature `routes`).

use kit::Error;
use toml::{Table, Value};

/// Where the manifest mounts itself.
const MANIFEST: &str = "/spin.toml";

/// A path and the component that answers it.
#[derive(Debug, PartialEq, Eq)]
pub struct Route {
    /// The path, or a pattern of several, as the manifest has it.
    pub route: String,
    /// The name of the component.
    pub component: String,
}

/// The paths that `/routes` shows and does not link, as a GET of the path alone is an error: they know no GET, or they
/// want a query. One that asks who is there, with 401, is linked. The manifest does not say which these are; a test in
/// the browser (`tests/browser/test_pages.py`) asks each path.
const NOT_LINKED: [&str; 7] = [
    "/data",
    "/form",
    "/form/stream",
    "/register",
    "/upload",
    "/auth/logout",
    "/auth/password",
];

impl Route {
    /// Whether it is one path, and no pattern of many, and a GET of it has an answer.
    pub fn is_link(&self) -> bool {
        let is_one_path = !self.route.contains(':') && !self.route.ends_with("...");
        is_one_path && !NOT_LINKED.contains(&self.route.as_str())
    }

    /// Whether it takes this path, by itself or as one below it. The route of everything, `/...`, takes none: what it
    /// answers is 404.
    pub fn takes(&self, path: &str) -> bool {
        let Some(top) = self.route.strip_suffix("/...") else {
            return self.route == path;
        };
        let below = path.strip_prefix(top).filter(|_| !top.is_empty());
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// The routes of the manifest that the component finds at `/spin.toml`, where its own manifest mounts itself.
///
/// # Errors
/// 500 where it is not mounted, or is wrong.
pub fn routes() -> kit::Result<Vec<Route>> {
    let manifest = std::fs::read_to_string(MANIFEST).map_err(Error::internal)?;
    in_manifest(&manifest).map_err(Error::internal)
}

/// The routes of a manifest, in its order. Those without a public path are left out.
///
/// # Errors
/// What is wrong with the manifest, for the log: a runtime would not have started with it.
pub fn in_manifest(manifest: &str) -> Result<Vec<Route>, String> {
    let manifest: Table = manifest
        .parse()
        .map_err(|error: toml::de::Error| error.to_string())?;
    let triggers = manifest
        .get("trigger")
        .and_then(|trigger| trigger.get("http"))
        .and_then(Value::as_array)
        .ok_or("spin.toml has no [[trigger.http]]")?;
    triggers
        .iter()
        .filter_map(|trigger| Some((trigger, trigger.get("route")?.as_str()?)))
        .map(|(trigger, route)| {
            let component = trigger
                .get("component")
                .and_then(Value::as_str)
                .ok_or_else(|| format!("spin.toml: the route {route} names no component"))?;
            Ok(Route {
                route: route.to_owned(),
                component: component.to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_in_the_manifests_order() {
        let manifest = r#"
            spin_manifest_version = 2
            [[trigger.http]]
            route = "/words"
            component = "words"
            [component.words]
            source = "words.wasm"
            [[trigger.http]]
            route = { private = true }
            component = "inner"
            [[trigger.http]]
            route = "/add"
            component = "add"
        "#;
        let got = in_manifest(manifest).unwrap();
        let got: Vec<_> = got
            .iter()
            .map(|route| (route.route.as_str(), route.component.as_str()))
            .collect();
        assert_eq!(got, [("/words", "words"), ("/add", "add")]);
    }

    #[test]
    fn what_is_wrong_with_a_manifest_is_named() {
        for (manifest, want) in [
            ("", "no [[trigger.http]]"),
            ("trigger = 1", "no [[trigger.http]]"),
            ("[trigger.http]\nroute = \"/\"", "no [[trigger.http]]"),
            ("[[trigger.http]]\nroute = \"/a\"", "/a names no component"),
            ("[[trigger.http]\n", "TOML parse error"),
        ] {
            let error = in_manifest(manifest).unwrap_err();
            assert!(error.contains(want), "{manifest}: {error}");
        }
    }

    #[test]
    fn the_applications_own_manifest_is_read() {
        let manifest = include_str!("../../../spin.toml");
        let routes = in_manifest(manifest).unwrap();
        assert_eq!(routes.len(), manifest.matches("[[trigger.http]]").count());
        assert_eq!(routes[0].component, "index");
    }

    #[test]
    fn a_route_takes_its_path_and_those_below() {
        for (route, path, want) in [
            ("/", "/", true),
            ("/", "/env", false),
            ("/env", "/env", true),
            ("/env", "/env/", false),
            ("/words/...", "/words", true),
            ("/words/...", "/words/export", true),
            ("/words/...", "/wordsmith", false),
            ("/...", "/env", false),
        ] {
            let route = Route {
                route: route.to_owned(),
                component: String::new(),
            };
            assert_eq!(route.takes(path), want, "{} {path}", route.route);
        }
    }
}
