//! The page: a table of the routes, with links to those that a browser can look at.

mod texts;

use askama::Template;
use kit::{Request, Response, Result, render_template};
use site::routes::Route;

use self::texts::Texts;
use crate::HOME;

type Site = site::Site<Texts>;

#[derive(Template)]
#[template(path = "routes.html")]
struct Page {
    site: Site,
    routes: Vec<Route>,
}

/// The page, or the same again where `?lang=` chooses a language.
///
/// # Errors
/// Those of the frame.
pub(crate) fn show(request: &Request, routes: Vec<Route>) -> Result<Response> {
    if let Some(switched) = site::switched(request, HOME, &[])? {
        return Ok(switched);
    }
    let site = Site::new(request, HOME, &[]);
    render_template(&Page { site, routes })
}

#[cfg(test)]
mod tests {
    use site::OFFERED;

    use super::*;

    #[test]
    fn the_page_is_escaped_and_links_what_can_be_looked_at() {
        for language in OFFERED {
            let routes = [
                ("/env", "<b>"),
                ("/static/...", "static"),
                ("/:id", "x"),
                ("/upload", "upload"),
            ];
            let routes = routes.map(|(route, component)| Route {
                route: route.to_owned(),
                component: component.to_owned(),
            });
            let site = Site::in_language(language, HOME, &[]);
            let page = Page {
                site,
                routes: routes.into(),
            };
            let page = page.render().unwrap();
            site::testing::assert_filled(&page);
            assert!(page.contains("&#60;b&#62;"), "{page}");
            let table = page.split("<table").nth(1).unwrap();
            let table = table.split("</table>").next().unwrap();
            assert!(table.contains("<a href=\"/env\">"), "{table}");
            assert_eq!(table.matches("<a ").count(), 1, "{table}");
        }
    }
}
