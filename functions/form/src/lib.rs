//! POST /form, /form/stream and /register: a form, its raw bytes, and its fields (§1, `request.form`).

use kit::{App, Error, MultiDict, Request, Response, Result, json, jsonify, text};

kit::service!(app);

fn app() -> App {
    site::app()
        .post("/form", form)
        .post("/form/stream", stream)
        .post("/register", register)
}

/// `success`, or what the tutorial prints to its terminal.
async fn form(mut request: Request) -> Result<Response> {
    let form = request.form().await?;
    if request.wants_json() {
        let args = request.args();
        return Ok(jsonify(&json!({
            "form": form.items().collect::<Vec<_>>(),
            "args": args.items().collect::<Vec<_>>(),
            "form_repr": form.repr(),
            "args_repr": args.repr(),
        })));
    }
    Ok(text("success"))
}

/// The body before anything reads it as a form.
async fn stream(mut request: Request) -> Result<Response> {
    let data = request.data().await?;
    let data = str::from_utf8(&data).map_err(|error| {
        Error::Malformed(format!(
            "the body is not UTF-8: byte {} is wrong",
            error.valid_up_to()
        ))
    })?;
    if request.wants_json() {
        return Ok(jsonify(&json!({ "data": data })));
    }
    Ok(text(data))
}

/// `welcome` for whoever gives a name, or what the tutorial prints to its terminal.
async fn register(mut request: Request) -> Result<Response> {
    let form = match request.lists_and_fields(&["name"], &["nickname"]).await {
        // Flask finds no field in such a body, and so no name.
        Err(Error::UnsupportedMediaType { .. }) => MultiDict::default(),
        form => form?,
    };
    let name = form.require("name")?;
    if request.wants_json() {
        return Ok(jsonify(&json!({
            "name": name,
            "names": form.getlist("name"),
            "nickname": form.get("nickname").unwrap_or("唤醒手腕"),
            "headers": request.header_items(),
        })));
    }
    Ok(text("welcome"))
}
