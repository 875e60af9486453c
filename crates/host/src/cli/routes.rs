//! `handspun routes`: which component answers which path.

use std::io::{self, Write as _};

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

use crate::{
    Log,
    cli::{End, application::ManifestFile},
    load::{
        components,
        manifest::{Component, Manifest},
    },
    router::{Route, Router, WELL_KNOWN_PREFIX},
};

/// The heads of the columns.
const HEADS: [&str; 3] = ["Component", "Route", "Description"];

/// Between two columns.
const GAP: &str = "  ";

#[derive(Debug, Args)]
pub(super) struct Routes {
    /// Show only the route that answers this path
    path: Option<String>,

    /// Print JSON, for programs
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    manifest: ManifestFile,
}

impl Routes {
    /// Prints the routes of a manifest, the more specific ones first, as `flask routes` prints those of an
    /// application. Its components need not be built.
    ///
    /// # Errors
    ///
    /// There is no manifest, or it is wrong; no route answers the path.
    pub(super) fn run(&self) -> anyhow::Result<End> {
        let manifest = Manifest::load(&self.manifest.find()?)?;
        let router = Router::new(&manifest.triggers).map_err(anyhow::Error::msg)?;
        let routes = match &self.path {
            Some(path) => vec![answering(&router, path)?],
            None => {
                components::warn_of_routes(&router, &Log::default());
                router.routes().collect()
            }
        };
        let rows: Vec<_> = routes.iter().map(|route| row(&manifest, route)).collect();
        let text = if self.json {
            let routes: Vec<_> = rows
                .iter()
                .map(|[component, route, description]| {
                    json!({ "route": route, "component": component, "description": description })
                })
                .collect();
            format!("{:#}\n", json!({ "routes": routes }))
        } else {
            table(&rows)
        };
        io::stdout().write_all(text.as_bytes())?;
        Ok(End::Done)
    }
}

/// The route that answers a path, with a query or not, or a whole URL.
fn answering<'a>(router: &'a Router, path: &str) -> anyhow::Result<&'a Route> {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = match path.split_once("://") {
        Some((_, rest)) if !path.starts_with('/') => {
            rest.find('/').map_or("/", |start| &rest[start..])
        }
        _ => path,
    };
    anyhow::ensure!(
        !path.starts_with(WELL_KNOWN_PREFIX),
        "the runtime answers {WELL_KNOWN_PREFIX}... itself"
    );
    let matched = router.route(path);
    let matched = matched.with_context(|| format!("no route answers {path}"))?;
    Ok(matched.route)
}

fn row<'a>(manifest: &'a Manifest, route: &'a Route) -> [&'a str; 3] {
    let mut components = manifest.components.iter();
    let component = components.find(|component| component.id == route.component);
    let description = component.map_or("", |Component { description, .. }| description);
    [&route.component, &route.raw, description]
}

/// The rows below their heads, each column as wide as its widest text.
fn table(rows: &[[&str; 3]]) -> String {
    let mut widths = HEADS.map(str::len);
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = text.chars().count().max(*width);
        }
    }
    let lines = widths.map(|width| "-".repeat(width));
    let lines = lines.each_ref().map(String::as_str);
    let mut text = String::new();
    for row in [HEADS, lines].iter().chain(rows) {
        let cells = row.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text += cells.join(GAP).trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_text() {
        let rows = [["a", "/a/...", ""], ["a-long-name", "/", "唤醒 it"]];
        assert_eq!(
            table(&rows),
            "Component    Route   Description\n\
             -----------  ------  -----------\n\
             a            /a/...\n\
             a-long-name  /       唤醒 it\n"
        );
    }
}
