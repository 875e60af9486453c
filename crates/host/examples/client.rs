//! The test client for `tests/parity`, which compares it with Flask's: an application is named by its manifest, and
//! each line of JSON is what one client does, a step behind the other.
//!
//! ```text
//! [{"request": {"method": "POST", "path": "/a", "form": [["b", "c"]], "follow": true}}, {"cookie": "e"}]
//!     [{"status": 200, "path": "/d", "headers": [["date", "..."]], "history": [{"status": 303, ...}]},
//!      "the cookie's value"]
//! ```
//!
//! A step that fails is `{"error": "..."}`. A request may have `query`, `headers`, `client_headers` (the client's own),
//! and one of `form`, `json`, `multipart` and `body`.

use std::{
    io::{self, BufRead as _, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use handspun::{MultipartForm, RequestBuilder, TestApp, TestClient, TestResponse};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Request(Box<Asked>),
    Cookie(String),
    SetCookie(String, String),
    DeleteCookie(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    method: String,
    path: String,
    #[serde(default)]
    query: Option<Vec<(String, String)>>,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    client_headers: Vec<(String, String)>,
    #[serde(default)]
    form: Option<Vec<(String, String)>>,
    #[serde(default)]
    json: Option<Value>,
    #[serde(default)]
    multipart: Option<Vec<Part>>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    follow: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    File {
        name: String,
        filename: String,
        content_type: String,
        content: String,
    },
    Field {
        name: String,
        value: String,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let manifest = std::env::args_os().nth(1).map(PathBuf::from);
    let manifest = manifest.context("a manifest is needed")?;
    let app = TestApp::builder(manifest).variable("given", "").load()?;
    let mut out = io::stdout();
    for line in io::stdin().lock().lines() {
        let steps: Vec<Step> = serde_json::from_str(&line?)?;
        let client = app.client();
        let mut answers = Vec::new();
        for step in steps {
            let answer = run(&client, step).await;
            answers.push(answer.unwrap_or_else(|error| json!({ "error": format!("{error:#}") })));
        }
        writeln!(out, "{}", Value::from(answers))?;
        out.flush()?;
    }
    Ok(())
}

async fn run(client: &TestClient, step: Step) -> anyhow::Result<Value> {
    Ok(match step {
        Step::Request(asked) => {
            let response = request(client.clone(), *asked)?.await?;
            let history: Vec<_> = response.history.iter().map(shown).collect();
            let mut answer = shown(&response);
            answer["history"] = history.into();
            answer
        }
        Step::Cookie(name) => json!(client.cookie(&name)),
        Step::SetCookie(name, value) => {
            client.set_cookie(&name, &value)?;
            Value::Null
        }
        Step::DeleteCookie(name) => {
            client.delete_cookie(&name);
            Value::Null
        }
    })
}

fn request(client: TestClient, asked: Asked) -> anyhow::Result<RequestBuilder> {
    let own = asked.client_headers.iter();
    let client = own.fold(client, |client, (name, value)| {
        client.with_header(name, value)
    });
    let mut request = client.request(asked.method.parse()?, asked.path);
    for (name, value) in &asked.headers {
        request = request.header(name, value);
    }
    if let Some(query) = &asked.query {
        request = request.query(&pairs(query));
    }
    if let Some(form) = &asked.form {
        request = request.form(&pairs(form));
    }
    if let Some(value) = &asked.json {
        request = request.json(value);
    }
    if let Some(parts) = asked.multipart {
        request = request.multipart(form(parts));
    }
    if let Some(body) = asked.body {
        request = request.body(body);
    }
    if asked.follow {
        request = request.follow_redirects();
    }
    Ok(request)
}

fn form(parts: Vec<Part>) -> MultipartForm {
    parts
        .into_iter()
        .fold(MultipartForm::new(), |form, part| match part {
            Part::Field { name, value } => form.field(&name, value),
            Part::File {
                name,
                filename,
                content_type,
                content,
            } => form.file(&name, &filename, &content_type, content),
        })
}

fn pairs(owned: &[(String, String)]) -> Vec<(&str, &str)> {
    let pairs = owned.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn shown(response: &TestResponse) -> Value {
    let headers = response.headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())))
        .collect();
    json!({
        "status": response.status.as_u16(),
        "path": response.path,
        "headers": headers,
    })
}
