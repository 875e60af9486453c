//! Who sends a request, and what they may do in the word book.
//!
//! Looking is for everybody, and adding too unless `require_login` closes it. A word is changed and deleted by
//! the account that added it; what nobody owns, and everybody's, by the `admins`.

use kit::{
    Request, Result,
    db::Database,
    login::{Account, Admins, Login, RequireLogin},
    session,
};

use crate::{store::Words, word::Word};

/// What is refused, in words.
const ADD: &str = "add words";
const CHANGE: &str = "change a word";

/// What the sender of a request may do.
pub(crate) struct Rights {
    pub(crate) login: Login,
    admins: Admins,
    require_login: RequireLogin,
}

impl Rights {
    /// Looks up who sent a request.
    ///
    /// # Errors
    /// Those of the database and of settings that cannot be read.
    pub(crate) async fn of<D: Database>(request: &Request, words: &Words<D>) -> Result<Self> {
        let secrets = session::secrets().await?;
        Ok(Self {
            admins: Admins::from_variable().await?,
            require_login: RequireLogin::from_variable().await?,
            login: Login::of(request, &secrets, words.db()).await?,
        })
    }

    /// The same for a request that changes a word, which needs somebody, whatever else it says.
    ///
    /// # Errors
    /// 401 where nobody is logged in, 500 where there is no secret key, and those of [`Self::of`].
    pub(crate) async fn to_change<D: Database>(
        request: &Request,
        words: &Words<D>,
    ) -> Result<Self> {
        let rights = Self::of(request, words).await?;
        rights.login.require(CHANGE)?;
        Ok(rights)
    }

    /// The account, where somebody is logged in.
    pub(crate) fn account(&self) -> Option<&Account> {
        self.login.account()
    }

    /// Whether words may be added and imported.
    pub(crate) fn may_add(&self) -> bool {
        !self.require_login.holds() || self.login.account().is_some()
    }

    /// Who owns what is added: the account, or nobody.
    ///
    /// # Errors
    /// 401 where adding needs a login and there is none; 500 where it needs one and there is no secret key.
    pub(crate) fn owner(&self) -> Result<Option<&Account>> {
        if self.require_login.holds() {
            self.login.require(ADD)?;
        }
        Ok(self.account())
    }

    /// Whether nobody is logged in who could be.
    pub(crate) fn is_nobody(&self) -> bool {
        self.login.is_available() && self.login.account().is_none()
    }

    /// Whether every word may be changed and deleted.
    pub(crate) fn may_change_all(&self) -> bool {
        self.login.may_change(None, &self.admins)
    }

    /// Whether this word may be changed and deleted.
    pub(crate) fn may_change(&self, word: &Word) -> bool {
        self.login.may_change(word.owner_id, &self.admins)
    }

    /// Refuses a change to a word that is not the account's.
    ///
    /// # Errors
    /// 403, and those of [`Self::to_change`].
    pub(crate) fn check(&self, word: &Word) -> Result<()> {
        let owner = word.owner.as_deref();
        self.login
            .require_to_change(word.owner_id, owner, &self.admins, CHANGE)
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
        login::{self, name_key},
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
        block_on(migrate(&db, &[login::MIGRATION])).unwrap();
        let request = http::Request::new(Full::new(Bytes::new()));
        let secrets = session::Secrets::parse("wristwaking", "[]").unwrap();
        let mut login = block_on(Login::of(&Request::new(request), &secrets, &db)).unwrap();
        if let Some(name) = name {
            let insert = format!(
                "INSERT INTO users (name, name_key, password_hash, password_changed_at, created_at) \
                 VALUES (?, ?, 'hash', '', '') RETURNING {}",
                Account::COLUMNS
            );
            let rows = block_on(db.execute(&insert, params![name, name_key(name)])).unwrap();
            let account = Account::of_row(rows.one().unwrap()).unwrap();
            assert!(block_on(login.start(account, "hash", &db)).unwrap());
        }
        Rights {
            login,
            admins: Admins::parse(admins),
            require_login: RequireLogin::parse(&require_login.to_string()).unwrap(),
        }
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
            assert_eq!(rights.may_add(), want.is_ok(), "{name:?} {require_login}");
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
            assert_eq!(rights(name, "", false).is_nobody(), name.is_none());
        }
    }
}
