//! /auth for programs: the answers are JSON.

use kit::{
    Request, Response, Result, jsonify,
    login::Login,
    response::{created, no_content},
};

use crate::{
    actions::{self, CHANGE_FIELDS, Caller, LOG_IN_FIELDS, REGISTER_FIELDS},
    paths::ME,
};

/// POST /auth/register.
pub(crate) async fn register(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(REGISTER_FIELDS).await?;
    let mut caller = Caller::new(&request).await?;
    let account = actions::register(&request, &mut caller, &fields).await?;
    caller.login.save_on(created(ME, &account.to_json()))
}

/// POST /auth/login.
pub(crate) async fn log_in(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(LOG_IN_FIELDS).await?;
    let mut caller = Caller::new(&request).await?;
    actions::log_in(&request, &mut caller, &fields).await?;
    shown(caller.login)
}

/// POST /auth/logout. Who is not logged in is out already.
pub(crate) async fn log_out(mut request: Request) -> Result<Response> {
    // A browser's form has it. Here it leads nowhere, and is checked all the same.
    request.fields(&["next"]).await?;
    let Caller { db, mut login } = Caller::new(&request).await?;
    login.end(&db).await?;
    login.save_on(no_content())
}

/// POST /auth/password.
pub(crate) async fn change_password(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(CHANGE_FIELDS).await?;
    let mut caller = Caller::new(&request).await?;
    actions::change_password(&request, &mut caller, &fields).await?;
    caller.login.save_on(no_content())
}

/// GET /auth/me.
pub(crate) async fn me(request: Request) -> Result<Response> {
    shown(Caller::new(&request).await?.login)
}

/// The account that is logged in.
fn shown(login: Login) -> Result<Response> {
    let answer = jsonify(&login.require("see your account")?.to_json());
    login.save_on(answer)
}
