//! GET /routes: which component answers which path (§6, Flask's `url_map`), read from the manifest.

mod page;

use kit::{App, Request, Response, Result, json, jsonify, text};

use site::routes::{self, Route};

/// Where it is.
const HOME: &str = "/routes";

kit::service!(app);

fn app() -> App {
    site::app().get(HOME, routes)
}

async fn routes(request: Request) -> Result<Response> {
    let routes = routes::routes()?;
    if request.wants_json() {
        let routes: Vec<_> = routes
            .iter()
            .map(|route| json!({ "route": route.route, "component": route.component }))
            .collect();
        return Ok(jsonify(&json!({ "routes": routes })));
    }
    if request.wants_page() {
        return page::show(&request, routes);
    }
    Ok(text(table(&routes)))
}

/// The routes in two columns, as `flask routes` prints them.
fn table(routes: &[Route]) -> String {
    const HEAD: (&str, &str) = ("Route", "Component");
    let rows: Vec<(&str, &str)> = routes
        .iter()
        .map(|route| (route.route.as_str(), route.component.as_str()))
        .collect();
    let widest = |column: fn(&(&str, &str)) -> usize| rows.iter().chain([&HEAD]).map(column).max();
    let left = widest(|row| row.0.chars().count()).unwrap_or_default();
    let right = widest(|row| row.1.chars().count()).unwrap_or_default();
    let rule = ("-".repeat(left), "-".repeat(right));
    let mut table = String::new();
    for (route, component) in [HEAD, (&rule.0, &rule.1)].into_iter().chain(rows) {
        table.push_str(&format!("{route:left$}  {component}\n"));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(route: &str, component: &str) -> Route {
        Route {
            route: route.to_owned(),
            component: component.to_owned(),
        }
    }

    #[test]
    fn the_table_is_as_wide_as_what_is_in_it() {
        for (routes, want) in [
            (vec![], "Route  Component\n-----  ---------\n"),
            (
                vec![route("/", "words"), route("/static/...", "static")],
                "Route        Component\n-----------  ---------\n/            words\n/static/...  static\n",
            ),
        ] {
            assert_eq!(table(&routes), want);
        }
    }
}
