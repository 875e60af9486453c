//! /auth for a browser: the pages to register, to log in, and of one's account. They work without scripts.

mod fields;
#[cfg(test)]
mod tests;
mod texts;

use askama::Template;
use kit::{
    Error, MultiDict, Request, Response, Result, failing,
    login::{Account, Login},
    render_template,
    response::see_other,
};
use site::{Message, fill, url};

use self::{fields::FieldView, texts::Texts};
use crate::{
    actions::{self, CHANGE_FIELDS, Caller, LOG_IN_FIELDS, REGISTER_FIELDS},
    credentials::Field,
    next,
    paths::{LOG_IN, ME, REGISTER},
    refusal::Refusal,
};

type Site = site::Site<Texts>;

/// Where the account is seen after its password was changed.
const CHANGED: &str = "/auth/me?changed=password";

/// The page to log in, and the one to register.
#[derive(Template)]
#[template(path = "enter.html")]
struct Enter {
    site: Site,
    heading: &'static str,
    text: &'static str,
    /// Where the form goes.
    action: &'static str,
    /// What its button says.
    button: &'static str,
    message: Option<Message>,
    fields: Vec<FieldView>,
    /// Where one goes then.
    next: String,
    /// Where the other page is, and what leads there.
    other: (String, &'static str, &'static str),
}

/// The page of an account.
#[derive(Template)]
#[template(path = "me.html")]
struct Me<'a> {
    site: Site,
    account: &'a Account,
    since: String,
    message: Option<Message>,
    changed: bool,
    fields: Vec<FieldView>,
}

/// GET /auth/register.
pub(crate) async fn show_register(request: Request) -> Result<Response> {
    entrance(request, REGISTER).await
}

/// POST /auth/register.
pub(crate) async fn register(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(REGISTER_FIELDS).await?;
    let mut caller = Caller::new(&request).await?;
    match actions::register(&request, &mut caller, &fields).await {
        Ok(_) => caller
            .login
            .save_on(see_other(next::target(fields.texts()))),
        Err(refusal) => not_let_in(&request, REGISTER, fields.texts(), refusal),
    }
}

/// GET /auth/login.
pub(crate) async fn show_log_in(request: Request) -> Result<Response> {
    entrance(request, LOG_IN).await
}

/// POST /auth/login.
pub(crate) async fn log_in(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(LOG_IN_FIELDS).await?;
    let mut caller = Caller::new(&request).await?;
    match actions::log_in(&request, &mut caller, &fields).await {
        Ok(()) => caller
            .login
            .save_on(see_other(next::target(fields.texts()))),
        Err(refusal) => not_let_in(&request, LOG_IN, fields.texts(), refusal),
    }
}

/// POST /auth/logout. Who is not logged in is out already.
pub(crate) async fn log_out(mut request: Request) -> Result<Response> {
    let fields = request.fields(&["next"]).await?;
    let Caller { db, mut login } = Caller::new(&request).await?;
    login.end(&db).await?;
    login.save_on(see_other(next::target(&fields)))
}

/// POST /auth/password.
pub(crate) async fn change_password(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(CHANGE_FIELDS).await?;
    let mut caller = Caller::new(&request).await?;
    match actions::change_password(&request, &mut caller, &fields).await {
        Ok(()) => caller.login.save_on(see_other(CHANGED)),
        Err(refusal) => not_changed(&request, caller.login, refusal),
    }
}

/// One of the two; whoever is logged in has nothing to do there.
async fn entrance(request: Request, path: &'static str) -> Result<Response> {
    let target = next::target(request.args()).to_owned();
    let Caller { login, .. } = Caller::new(&request).await?;
    if login.account().is_some() {
        return login.save_on(see_other(&target));
    }
    if let Some(switched) = site::switched(&request, path, &[("next", &target)])? {
        return Ok(switched);
    }
    render_template(&Enter::at(path, &request, target))
}

/// One of the two forms, with what is wrong with it.
fn not_let_in(
    request: &Request,
    path: &'static str,
    fields: &MultiDict,
    refusal: Refusal,
) -> Result<Response> {
    let page = Enter::at(path, request, next::target(fields).to_owned());
    page.refused(fields, refusal)
}

/// GET /auth/me: the account, or the form to log in where there is none.
pub(crate) async fn me(request: Request) -> Result<Response> {
    let Caller { login, .. } = Caller::new(&request).await?;
    if let Some(switched) = site::switched(&request, ME, &[])? {
        return Ok(switched);
    }
    let page = match login.account() {
        None => return ask_to_log_in(&request),
        Some(account) => {
            let site = Site::new(&request, ME, &[]).seen_by(&login);
            let mut page = Me::new(site, account);
            page.changed = request.args().get("changed").is_some();
            render_template(&page)?
        }
    };
    login.save_on(page)
}

/// The account, with what is wrong with the new password.
fn not_changed(request: &Request, login: Login, refusal: Refusal) -> Result<Response> {
    let Some(account) = login.account() else {
        return ask_to_log_in(request);
    };
    let site = Site::new(request, ME, &[]).seen_by(&login);
    let mut page = Me::new(site, account);
    if let Refusal::Flaws(flaws) = &refusal {
        fields::mark(&mut page.fields, page.site.texts, flaws);
    }
    page.message = page.site.texts.message(&refusal, LOG_IN);
    let error = Error::from(refusal);
    if page.message.is_none() {
        return Err(error);
    }
    Ok(failing(render_template(&page)?, &error))
}

/// The form to log in, in place of the account that there is none of.
fn ask_to_log_in(request: &Request) -> Result<Response> {
    let mut page = Enter::at(LOG_IN, request, ME.to_owned());
    page.message = Some(Message::new(page.site.texts.first_log_in));
    let error = Error::unauthorized("login-required", "");
    Ok(failing(render_template(&page)?, &error))
}

impl Enter {
    /// The page at a path, from which one goes on to `next`.
    fn at(path: &'static str, request: &Request, next: String) -> Self {
        let site = Site::new(request, path, &[("next", &next)]);
        let texts = site.texts;
        // Home is where one goes anyway.
        let kept = if next == next::HOME { "" } else { &next };
        if path == LOG_IN {
            return Self {
                heading: texts.log_in_heading,
                text: texts.log_in_text,
                action: LOG_IN,
                button: texts.log_in,
                message: None,
                fields: fields::log_in(texts),
                other: (
                    url(REGISTER, &[("next", kept)]),
                    texts.no_account,
                    texts.go_register,
                ),
                next,
                site,
            };
        }
        Self {
            heading: texts.register_heading,
            text: texts.register_text,
            action: REGISTER,
            button: texts.register,
            message: None,
            fields: fields::register(texts),
            other: (
                url(LOG_IN, &[("next", kept)]),
                texts.have_account,
                texts.go_log_in,
            ),
            next,
            site,
        }
    }

    /// With what was typed, passwords aside, and with what is wrong with it.
    ///
    /// # Errors
    /// The refusal, where it is not due to what was typed.
    fn refused(mut self, typed: &MultiDict, refusal: Refusal) -> Result<Response> {
        let texts = self.site.texts;
        fields::fill_in(&mut self.fields, typed);
        match &refusal {
            Refusal::Flaws(flaws) => fields::mark(&mut self.fields, texts, flaws),
            Refusal::Wrong => fields::focus(&mut self.fields, Field::Password),
            Refusal::Taken | Refusal::Reserved | Refusal::Crowded(_) | Refusal::Other(_) => {}
        }
        let log_in = url(LOG_IN, &[("next", &self.next)]);
        self.message = texts.message(&refusal, &log_in);
        let error = Error::from(refusal);
        if self.message.is_none() {
            return Err(error);
        }
        Ok(failing(render_template(&self)?, &error))
    }
}

impl<'a> Me<'a> {
    fn new(site: Site, account: &'a Account) -> Self {
        let date = account.created_at.split('T').next().unwrap_or_default();
        Self {
            account,
            since: fill(site.texts.since, &[("date", date)]),
            message: None,
            changed: false,
            fields: fields::change(site.texts),
            site,
        }
    }
}
