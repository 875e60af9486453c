//! GET /tutorial: the eleven sections of the tutorial, and how to try each of them here.

mod page;
mod sections;

use kit::{App, Request, Response, Result, json, jsonify, text};
use site::{Texts as _, routes};

use crate::{page::Texts, sections::Section};

kit::service!(app);

/// Where it is.
const HOME: &str = "/tutorial";

fn app() -> App {
    site::app()
        .get(HOME, tutorial)
        // Where the manifest has no word book, this is what a visitor finds first.
        .get("/", tutorial)
        .behind_proxies()
}

async fn tutorial(request: Request) -> Result<Response> {
    let sections = sections::offered(&routes::routes()?, &base(&request));
    if request.wants_json() {
        let sections: Vec<_> = sections.iter().map(as_json).collect();
        return Ok(jsonify(&json!({ "sections": sections })));
    }
    if request.wants_page() {
        return page::show(&request, sections);
    }
    Ok(text(sections.iter().map(as_text).collect::<String>()))
}

/// Where the client finds this server, for commands that somebody copies into a shell: a host that could mean anything
/// there is not shown.
fn base(request: &Request) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:[]-".contains(&byte);
    let host = request.host().filter(|host| host.bytes().all(is_plain));
    format!(
        "{}://{}",
        request.scheme(),
        host.unwrap_or("127.0.0.1:3000")
    )
}

fn as_json(section: &Section) -> kit::Value {
    let said = &Texts::ENGLISH.sections[section.index];
    json!({
        "section": section.number(),
        "title": said.title,
        "text": said.text,
        "links": section.links,
        "commands": section.commands,
    })
}

fn as_text(section: &Section) -> String {
    let said = &Texts::ENGLISH.sections[section.index];
    let mut lines = format!("§{} {}\n{}\n", section.number(), said.title, said.text);
    for link in &section.links {
        lines.push_str(&format!("  GET {link}\n"));
    }
    for command in &section.commands {
        lines.push_str(&format!("  $ {command}\n"));
    }
    lines + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_a_shell_would_read_is_not_in_a_command() {
        for (host, want) in [
            ("words.example:8080", "http://words.example:8080"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("a$(id).example", "http://127.0.0.1:3000"),
            ("a`id`", "http://127.0.0.1:3000"),
            ("a;id", "http://127.0.0.1:3000"),
            ("a'b", "http://127.0.0.1:3000"),
            ("a&b", "http://127.0.0.1:3000"),
        ] {
            let request = http::Request::get("/tutorial").header("host", host);
            let request = request.body(http_body_util::Empty::new()).unwrap();
            assert_eq!(base(&Request::new(request)), want, "{host}");
        }
    }

    #[test]
    fn a_section_as_text_has_its_links_and_commands() {
        let section = Section {
            index: 7,
            links: vec!["/env"],
            commands: vec!["make up".to_owned()],
        };
        let said = as_text(&section);
        assert!(said.starts_with("§8 Environment variables\n"), "{said}");
        assert!(said.ends_with("\n  GET /env\n  $ make up\n\n"), "{said}");
    }
}
