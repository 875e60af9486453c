//! GET /index: a page from a template (§1, `render_template`).

use askama::Template;
use kit::{App, Request, Response, Result, json, jsonify, render_template};

#[derive(Template)]
#[template(path = "index.html")]
struct Index<'a> {
    title: &'a str,
    user: User<'a>,
}

struct User<'a> {
    username: &'a str,
}

kit::service!(app);

fn app() -> App {
    site::app().get("/index", index)
}

async fn index(request: Request) -> Result<Response> {
    let args = request.args();
    let title = args.get("title").unwrap_or("我的");
    let user = User {
        username: args.get("username").unwrap_or("duke"),
    };

    if request.wants_json() {
        return Ok(jsonify(
            &json!({ "title": title, "user": { "username": user.username } }),
        ));
    }
    render_template(&Index { title, user })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_sent_is_escaped() {
        let (title, username) = ("</title><script>", "\"&'<b>");
        let page = Index {
            title,
            user: User { username },
        }
        .render()
        .unwrap();
        assert!(
            page.contains("<title>&#60;/title&#62;&#60;script&#62; - 博客</title>"),
            "{page}"
        );
        assert!(
            page.contains("<h1> Hello ,&#34;&#38;&#39;&#60;b&#62; !</h1>"),
            "{page}"
        );
    }
}
