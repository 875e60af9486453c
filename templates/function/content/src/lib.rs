//! GET /{{project-name | kebab_case}}: a greeting.

use kit::{App, Request, Response, Result, json, jsonify, text};

kit::service!(app);

fn app() -> App {
    site::app()
        // Each view has a line here. A path that is new needs a route in spin.toml, too.
        .get("/{{project-name | kebab_case}}", greet)
}

/// Greets whoever `?name=` says.
async fn greet(request: Request) -> Result<Response> {
    let greeting = greeting(request.args().get("name"));
    if request.wants_json() {
        return Ok(jsonify(&json!({ "greeting": greeting })));
    }
    Ok(text(greeting))
}

fn greeting(name: Option<&str>) -> String {
    format!("Hello, {}!", name.unwrap_or("world"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_has_a_name_in_it() {
        assert_eq!(greeting(Some("duke")), "Hello, duke!");
    }

    #[test]
    fn without_a_name_it_greets_the_world() {
        assert_eq!(greeting(None), "Hello, world!");
    }
}
