//! What the sender of a request may do with the words.

use kit::{Request, Response, Result, db::Database, login::Account};
use site::Visit;

use crate::{store::Words, word::Word};

/// What is refused, in words.
const ADD: &str = "add words";
const CHANGE: &str = "change a word";

/// What the sender of a request may do; see [`Visit`].
pub(crate) struct Rights(Visit);

impl Rights {
    /// Looks up who sent a request.
    ///
    /// # Errors
    /// Those of the database and of settings that cannot be read.
    pub(crate) async fn new<D: Database>(request: &Request, words: &Words<D>) -> Result<Self> {
        Ok(Self(Visit::new(request, words.db()).await?))
    }

    /// The same for a request that changes a word, which needs somebody, whatever else it says.
    ///
    /// # Errors
    /// 401 where nobody is logged in, 500 where there is no secret key, and those of [`Self::new`].
    pub(crate) async fn to_change<D: Database>(
        request: &Request,
        words: &Words<D>,
    ) -> Result<Self> {
        let rights = Self::new(request, words).await?;
        rights.0.require(CHANGE)?;
        Ok(rights)
    }

    /// Who it is.
    pub(crate) fn visit(&self) -> &Visit {
        &self.0
    }

    /// Who owns what is added: the account, or nobody.
    ///
    /// # Errors
    /// 401 where adding needs a login and there is none; 500 where it needs one and there is no secret key.
    pub(crate) fn owner(&self) -> Result<Option<&Account>> {
        self.0.owner_to_be(ADD)
    }

    /// Whether every word may be changed and deleted.
    pub(crate) fn may_change_all(&self) -> bool {
        self.0.may_change(None)
    }

    /// Whether this word may be changed and deleted.
    pub(crate) fn may_change(&self, word: &Word) -> bool {
        self.0.may_change(word.owner_id)
    }

    /// Refuses a change to a word that is not the account's.
    ///
    /// # Errors
    /// 403, and those of [`Self::to_change`].
    pub(crate) fn check(&self, word: &Word) -> Result<()> {
        let owner = word.owner.as_deref();
        self.0.require_to_change(word.owner_id, owner, CHANGE)
    }

    /// Puts on a response what the client has to keep.
    ///
    /// # Errors
    /// 500 where the session cannot be written.
    pub(crate) fn save_on(self, response: Response) -> Result<Response> {
        self.0.save_on(response)
    }
}

/// Rights for native tests.
#[cfg(test)]
pub(crate) mod testing {
    use bytes::Bytes;
    use futures::executor::block_on;
    use http_body_util::Full;
    use kit::{
        db::{TestDatabase, migrate, params},
        login::{Admins, Login, RequireLogin, name_key},
        session,
    };

    use super::*;

    /// An account of this name, with this id.
    pub(crate) fn account(id: i64, name: &str) -> Account {
        Account {
            id,
            name: name.to_owned(),
            nickname: None,
            created_at: String::new(),
        }
    }

    /// Those of the account of this name, with the id 1, or of nobody, with these settings.
    pub(crate) fn rights(name: Option<&str>, admins: &str, require_login: bool) -> Rights {
        let db = TestDatabase::in_memory();
        block_on(migrate(&db, &[site::migration!("0002_accounts")])).unwrap();
        let request = http::Request::new(Full::new(Bytes::new()));
        let secrets = session::Secrets::parse("wristwaking", "[]").unwrap();
        let mut login =
            block_on(Login::from_request(&Request::new(request), &secrets, &db)).unwrap();
        if let Some(name) = name {
            let insert = format!(
                "INSERT INTO users (name, name_key, password_hash, password_changed_at, created_at) \
                 VALUES (?, ?, 'hash', '', '') RETURNING {}",
                Account::COLUMNS
            );
            let rows = block_on(db.execute(&insert, params![name, name_key(name)])).unwrap();
            let account = Account::from_row(rows.one().unwrap()).unwrap();
            assert!(block_on(login.start(account, "hash", &db)).unwrap());
        }
        let require_login = RequireLogin::parse(&require_login.to_string()).unwrap();
        Rights(Visit::with(login, Admins::parse(admins), require_login))
    }
}

#[cfg(test)]
mod tests {
    use super::testing::rights;

    #[test]
    fn adding_is_open_unless_it_is_closed() {
        for (name, require_login, want) in [
            (None, false, Ok(None)),
            (Some("duke"), false, Ok(Some("duke"))),
            (None, true, Err(401)),
            (Some("duke"), true, Ok(Some("duke"))),
        ] {
            let rights = rights(name, "", require_login);
            let owner = rights.owner().map_err(|error| error.status().as_u16());
            let owner = owner.map(|owner| owner.map(|account| account.name.as_str()));
            assert_eq!(owner, want, "{name:?} {require_login}");
            assert_eq!(
                rights.visit().may_add(),
                want.is_ok(),
                "{name:?} {require_login}"
            );
        }
    }

    #[test]
    fn admins_may_change_all_and_others_their_own() {
        for (name, all) in [(None, false), (Some("duke"), false), (Some("root"), true)] {
            assert_eq!(
                rights(name, "Root", false).may_change_all(),
                all,
                "{name:?}"
            );
            assert_eq!(rights(name, "", false).visit().is_guest(), name.is_none());
        }
    }
}
