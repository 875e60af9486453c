//! What is posted to /auth, and /auth/me: for programs in JSON, for browsers with a page.

use kit::{
    Error, MultiDict, Request, Response, Result, TextFields, created,
    db::Connection,
    jsonify,
    login::{Account, Admins, Login},
    no_content, password, see_other,
    session::Secrets,
};

use crate::{
    accounts::{self, Accounts, CHANGE, Key},
    attempts::{self, Attempt},
    credentials::{Field, Flaw, Flaws, NewAccount, flaw_of_password, unprocessable},
    next, page, registrations,
};

/// Where an account is seen, by who is logged in.
pub(crate) const ME: &str = "/auth/me";

/// Where one logs in.
pub(crate) const LOG_IN: &str = "/auth/login";

/// Why something was not done, for a page to say in the reader's language.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// Fields are wrong.
    Flaws(Flaws),
    /// There is an account of the name already.
    Taken,
    /// The name is free, and stands in the variable `admins`: whoever took it would be an administrator.
    Reserved,
    /// Too many accounts were registered from the client's address: 429, with when to come again.
    Crowded(Error),
    /// The name is wrong, or the password. Nobody is told which.
    Wrong,
    /// Anything else.
    Other(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Flaws(flaws) => unprocessable(&flaws),
            // What exists is an account, and this is where its owner uses it: nobody else may see more.
            Refusal::Taken => Self::Conflict {
                code: "name-taken",
                detail: "there is an account of this name already".to_owned(),
                location: LOG_IN.to_owned(),
            },
            Refusal::Reserved => Self::forbidden(
                "name-reserved",
                "this name stands in the variable admins, and no account has it yet, so nobody can register \
                 it: take it out of admins, register it, and then name it in admins",
            ),
            Refusal::Wrong => {
                Self::unauthorized("wrong-login", "the name or the password is wrong")
            }
            Refusal::Crowded(error) | Refusal::Other(error) => error,
        }
    }
}

/// A request with who sent it.
pub(crate) struct Visit {
    pub(crate) db: Connection,
    pub(crate) login: Login,
}

impl Visit {
    /// # Errors
    /// 500 without a secret key: nobody is logged in then, nor can be.
    pub(crate) async fn of(request: &Request) -> Result<Self> {
        let secrets = Secrets::from_variables().await?;
        let db = accounts::open().await?;
        let login = Login::of(request, &secrets, &db).await?;
        login.available()?;
        Ok(Self { db, login })
    }

    fn accounts(&self) -> Accounts<'_, Connection> {
        Accounts(&self.db)
    }
}

/// POST /auth/register.
pub(crate) async fn register(mut request: Request) -> Result<Response> {
    let fields = request
        .text_fields(&["name", "nickname", "password", "next"])
        .await?;
    let mut visit = Visit::of(&request).await?;
    match registered(&request, &mut visit, &fields).await {
        Ok(account) => {
            let answer = created(ME, &account.to_json());
            logged_in(&request, visit, fields.texts(), answer)
        }
        Err(refusal) if request.wants_page() => {
            page::not_registered(&request, fields.texts(), refusal)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn registered(
    request: &Request,
    visit: &mut Visit,
    fields: &TextFields,
) -> Result<Account, Refusal> {
    let new = NewAccount::of(fields).map_err(Refusal::Flaws)?;
    // Before anything is told of the name.
    let registration = match registrations::begin(&visit.db, request.client_addr()).await {
        Err(error @ Error::TooManyRequests { .. }) => return Err(Refusal::Crowded(error)),
        registration => registration?,
    };
    let (account, hash) = match inserted(visit, &new).await {
        Ok(inserted) => inserted,
        Err(refusal) => {
            registrations::take_back(&visit.db, registration).await?;
            return Err(refusal);
        }
    };
    let Visit { db, login } = visit;
    if !login.start(account.clone(), &hash, db).await? {
        return Err(Error::internal("an account is gone right after it was made").into());
    }
    Ok(account)
}

/// A new account with the hash of its password.
async fn inserted(visit: &Visit, new: &NewAccount) -> Result<(Account, String), Refusal> {
    // Looking first saves the hash, and the database decides.
    if visit.accounts().find(&new.key()).await?.is_some() {
        return Err(Refusal::Taken);
    }
    if Admins::from_variable().await?.reserve(&new.name) {
        return Err(Refusal::Reserved);
    }
    let hash = password::hash(&new.password).await?;
    let account = visit.accounts().insert(new, &hash).await?;
    account.map(|account| (account, hash)).ok_or(Refusal::Taken)
}

/// POST /auth/login.
pub(crate) async fn log_in(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(&["name", "password", "next"]).await?;
    let mut visit = Visit::of(&request).await?;
    match let_in(&request, &mut visit, &fields).await {
        Ok(()) => {
            let answer = jsonify(&account(&visit.login)?.to_json());
            logged_in(&request, visit, fields.texts(), answer)
        }
        Err(refusal) if request.wants_page() => {
            page::not_logged_in(&request, fields.texts(), refusal)
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn let_in(request: &Request, visit: &mut Visit, fields: &TextFields) -> Result<(), Refusal> {
    let [name, password, _] = all([
        Field::Name.require(fields),
        Field::Password.require(fields),
        Field::Next.of(fields).map(Option::unwrap_or_default),
    ])?;
    let key = Key::of(name);
    let address = request.client_addr();
    let Visit { db, login } = visit;
    let attempt = attempts::begin(db, &key, address).await?;
    let is_right = Accounts(db).log_in(login, &key, password).await;
    ended(db, attempt, is_right, Refusal::Wrong).await
}

/// POST /auth/logout. Who is not logged in is out already.
pub(crate) async fn log_out(mut request: Request) -> Result<Response> {
    let fields = request.fields(&["next"]).await?;
    let Visit { db, mut login } = Visit::of(&request).await?;
    login.end(&db).await?;
    login.save_on(if request.wants_page() {
        see_other(next::of(&fields))
    } else {
        no_content()
    })
}

/// POST /auth/password.
pub(crate) async fn change_password(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(&["old", "new"]).await?;
    let mut visit = Visit::of(&request).await?;
    match changed(&request, &mut visit, &fields).await {
        Ok(()) => visit.login.save_on(if request.wants_page() {
            see_other(page::CHANGED)
        } else {
            no_content()
        }),
        Err(refusal) if request.wants_page() => page::not_changed(&request, visit.login, refusal),
        Err(refusal) => Err(refusal.into()),
    }
}

async fn changed(request: &Request, visit: &mut Visit, fields: &TextFields) -> Result<(), Refusal> {
    let name = visit.login.require(CHANGE)?.name.clone();
    let [old, new] = all([Field::Old.require(fields), Field::New.require(fields)])?;
    if let Some(flaw) = flaw_of_password(new, &name) {
        return Err(Refusal::Flaws(vec![(Field::New, flaw)]));
    }
    // A login that somebody left open must not be the way to guess.
    let address = request.client_addr();
    let Visit { db, login } = visit;
    let attempt = attempts::begin(db, &Key::of(&name), address).await?;
    let is_right = Accounts(db).change_password(login, old, new).await;
    let wrong = Refusal::Flaws(vec![(Field::Old, Flaw::Wrong)]);
    ended(db, attempt, is_right, wrong).await
}

/// Ends an attempt to guess a password. What failed for another reason says nothing about the password, and does
/// not count as a failure.
async fn ended(
    db: &Connection,
    attempt: Attempt,
    is_right: Result<bool>,
    wrong: Refusal,
) -> Result<(), Refusal> {
    if let Ok(false) = is_right {
        return Err(wrong);
    }
    let taken_back = attempts::take_back(db, attempt).await;
    is_right?;
    Ok(taken_back?)
}

/// GET /auth/me.
pub(crate) async fn me(request: Request) -> Result<Response> {
    let Visit { login, .. } = Visit::of(&request).await?;
    if request.wants_page() {
        return page::me(&request, login);
    }
    let answer = jsonify(&account(&login)?.to_json());
    login.save_on(answer)
}

fn account(login: &Login) -> Result<&Account> {
    login.require("see your account")
}

/// The answer to who has just been logged in.
fn logged_in(
    request: &Request,
    visit: Visit,
    fields: &MultiDict,
    answer: Response,
) -> Result<Response> {
    visit.login.save_on(if request.wants_page() {
        see_other(next::of(fields))
    } else {
        answer
    })
}

/// The values of fields, or all that is wrong with them.
fn all<const N: usize>(values: [Result<&str, (Field, Flaw)>; N]) -> Result<[&str; N], Refusal> {
    let flaws: Flaws = values.iter().filter_map(|value| value.err()).collect();
    if flaws.is_empty() {
        Ok(values.map(Result::unwrap_or_default))
    } else {
        Err(Refusal::Flaws(flaws))
    }
}
