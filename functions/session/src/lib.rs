//! /session: what Flask's `session` keeps between requests (§1), in the cookie that Flask itself writes.

use kit::{
    App, Error, Request, Response, Result, jsonify,
    response::{no_content, see_other},
    session::{self, LOGIN, Session, Value},
    text,
};

kit::service!(app);

fn app() -> App {
    site::app()
        .changing_get("/session", index)
        .post("/session", set)
        .delete("/session", clear)
        .get("/session/show", show)
        .behind_proxies()
}

/// The tutorial's view: it logs somebody in.
async fn index(request: Request) -> Result<Response> {
    let mut session = open(&request).await?;
    session.insert("login_user", "唤醒手腕");
    check_size(&session)?;
    let answer = if request.wants_json() {
        jsonify(&session.to_json())
    } else {
        text("index")
    };
    session.save_on(answer)
}

/// What the session holds.
async fn show(request: Request) -> Result<Response> {
    let session = open(&request).await?;
    let answer = jsonify(&session.to_json());
    session.save_on(answer)
}

/// Sets the keys of a form or of a JSON object.
async fn set(mut request: Request) -> Result<Response> {
    let values = if request.is_json() {
        values_from_json(request.json().await?)?
    } else {
        let form = request.form().await?;
        // As Python's `session.update(request.form)`: of several values the first.
        let mut values: Vec<(String, Value)> = Vec::new();
        for (key, value) in form.items() {
            if values.last().is_none_or(|(last, _)| last != key) {
                values.push((key.to_owned(), value.into()));
            }
        }
        values
    };
    if values.iter().any(|(key, _)| key == LOGIN) {
        return Err(Error::invalid(
            LOGIN,
            "reserved",
            "can be set only by logging in",
        ));
    }
    let mut session = open(&request).await?;
    for (key, value) in values {
        session.insert(key, value);
    }
    check_size(&session)?;
    changed(&request, session)
}

/// Forgets everything but the login: that ends by logging out, on the server, too.
async fn clear(request: Request) -> Result<Response> {
    let mut session = open(&request).await?;
    let login = session.get(LOGIN).cloned();
    session.clear();
    if let Some(login) = login {
        session.insert(LOGIN, login);
        session.set_permanent(true);
    }
    changed(&request, session)
}

fn values_from_json(body: kit::Value) -> Result<Vec<(String, Value)>> {
    let kit::Value::Object(object) = body else {
        return Err(Error::unprocessable(
            "not-an-object",
            "the body must be a JSON object",
        ));
    };
    Ok(object
        .into_iter()
        .map(|(key, value)| (key, value.into()))
        .collect())
}

/// Refuses what no cookie holds. The client's own cookie stays as it is then.
///
/// # Errors
/// 413, as all that is in it came from the client.
fn check_size(session: &Session) -> Result<()> {
    session.fits().map_err(|why| {
        Error::too_much(
            "session-too-large",
            format!("{why}. The session stays as it was; DELETE /session empties it"),
        )
    })
}

/// 204, or for a browser the page that shows what it did.
fn changed(request: &Request, session: Session) -> Result<Response> {
    session.save_on(if request.wants_page() {
        see_other("/session/show")
    } else {
        no_content()
    })
}

async fn open(request: &Request) -> Result<Session> {
    Session::open(request, &session::secrets().await?)
}
