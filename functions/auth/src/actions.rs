//! What can be done with accounts, whoever is told of it and how.

use kit::{
    Error, Request, Result, TextFields,
    db::Connection,
    login::{Account, Admins, Login},
    password, session,
};

use crate::{
    accounts::{self, Accounts, CHANGE},
    attempts::{self, Attempt},
    credentials::{Field, Flaw, Flaws, NewAccount, flaw_of_password},
    key::Key,
    refusal::Refusal,
    registrations,
};

/// The sender of a request.
pub(crate) struct Caller {
    pub(crate) db: Connection,
    pub(crate) login: Login,
}

impl Caller {
    /// # Errors
    /// 500 without a secret key: nobody is logged in then, nor can be.
    pub(crate) async fn new(request: &Request) -> Result<Self> {
        let secrets = session::secrets().await?;
        let db = accounts::open().await?;
        let login = Login::from_request(request, &secrets, &db).await?;
        login.available()?;
        Ok(Self { db, login })
    }

    fn accounts(&self) -> Accounts<'_, Connection> {
        Accounts(&self.db)
    }
}

/// The fields of a form to register.
pub(crate) const REGISTER_FIELDS: &[&str] = &["name", "nickname", "password", "next"];

/// The fields of a form to log in.
pub(crate) const LOG_IN_FIELDS: &[&str] = &["name", "password", "next"];

/// The fields of a form for another password.
pub(crate) const CHANGE_FIELDS: &[&str] = &["old", "new"];

/// Makes an account and logs it in.
pub(crate) async fn register(
    request: &Request,
    caller: &mut Caller,
    fields: &TextFields,
) -> Result<Account, Refusal> {
    let new = NewAccount::new(fields).map_err(Refusal::Flaws)?;
    // Before anything is told of the name.
    let registration = match registrations::begin(&caller.db, request.client_addr()).await {
        Err(error @ Error::TooManyRequests { .. }) => return Err(Refusal::Crowded(error)),
        registration => registration?,
    };
    let (account, hash) = match inserted(caller, &new).await {
        Ok(inserted) => inserted,
        Err(refusal) => {
            registrations::take_back(&caller.db, registration).await?;
            return Err(refusal);
        }
    };
    let Caller { db, login } = caller;
    if !login.start(account.clone(), &hash, db).await? {
        return Err(Error::internal("an account is gone right after it was made").into());
    }
    Ok(account)
}

/// A new account with the hash of its password.
async fn inserted(caller: &Caller, new: &NewAccount) -> Result<(Account, String), Refusal> {
    // Looking first saves the hash, and the database decides.
    if caller.accounts().find(&new.key()).await?.is_some() {
        return Err(Refusal::Taken);
    }
    if Admins::from_variable().await?.includes_name(&new.name) {
        return Err(Refusal::Reserved);
    }
    let hash = password::hash(&new.password).await?;
    let account = caller.accounts().insert(new, &hash).await?;
    account.map(|account| (account, hash)).ok_or(Refusal::Taken)
}

/// Logs in whoever knows the password.
pub(crate) async fn log_in(
    request: &Request,
    caller: &mut Caller,
    fields: &TextFields,
) -> Result<(), Refusal> {
    let [name, password, _] = all([
        Field::Name.require(fields),
        Field::Password.require(fields),
        Field::Next.get(fields).map(Option::unwrap_or_default),
    ])?;
    let key = Key::new(name);
    let address = request.client_addr();
    let Caller { db, login } = caller;
    let attempt = attempts::begin(db, &key, address).await?;
    let is_right = Accounts(db).log_in(login, &key, password).await;
    ended(db, attempt, is_right, Refusal::Wrong).await
}

/// Gives the account that is logged in another password.
pub(crate) async fn change_password(
    request: &Request,
    caller: &mut Caller,
    fields: &TextFields,
) -> Result<(), Refusal> {
    let name = caller.login.require(CHANGE)?.name.clone();
    let [old, new] = all([Field::Old.require(fields), Field::New.require(fields)])?;
    if let Some(flaw) = flaw_of_password(new, &name) {
        return Err(Refusal::Flaws(vec![(Field::New, flaw)]));
    }
    // A login that somebody left open must not be the way to guess.
    let address = request.client_addr();
    let Caller { db, login } = caller;
    let attempt = attempts::begin(db, &Key::new(&name), address).await?;
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

/// The values of fields, or all that is wrong with them.
fn all<const N: usize>(values: [Result<&str, (Field, Flaw)>; N]) -> Result<[&str; N], Refusal> {
    let flaws: Flaws = values.iter().filter_map(|value| value.err()).collect();
    if flaws.is_empty() {
        Ok(values.map(Result::unwrap_or_default))
    } else {
        Err(Refusal::Flaws(flaws))
    }
}
