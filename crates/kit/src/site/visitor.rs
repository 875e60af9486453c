//! Who looks at a page, for its header.

use super::url;

/// Who is logged in, or where to do that.
pub enum Visitor {
    /// Nobody is.
    Nobody {
        /// Where to log in and come back from.
        log_in: String,
    },
    /// Somebody is.
    Somebody {
        /// What the account is called.
        called: String,
        /// Where to be after logging out.
        here: String,
    },
}

impl Visitor {
    /// Who looks at the page at `here`, a path of our own. None where nobody can log in, as there is no
    /// secret key.
    #[cfg(feature = "login")]
    pub fn of(login: &crate::login::Login, here: &str) -> Option<Self> {
        let called = login.account().map(crate::login::Account::called);
        login.is_available().then(|| Self::called(called, here))
    }

    /// The same by what the account is called, if there is one.
    pub fn called(called: Option<&str>, here: &str) -> Self {
        match called {
            Some(called) => Self::Somebody {
                called: called.to_owned(),
                here: here.to_owned(),
            },
            None => Self::Nobody {
                log_in: log_in(here),
            },
        }
    }
}

/// Where to log in and come back to `here`.
pub(super) fn log_in(here: &str) -> String {
    url("/auth/login", &[("next", here)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_logs_in_comes_back() {
        let Visitor::Nobody { log_in } = Visitor::called(None, "/?q=a%20b&after=7") else {
            panic!("nobody is somebody");
        };
        assert_eq!(log_in, "/auth/login?next=%2F%3Fq%3Da%2520b%26after%3D7");
        let visitor = Visitor::called(Some("Duke"), "/");
        assert!(matches!(visitor, Visitor::Somebody { called, .. } if called == "Duke"));
    }
}
