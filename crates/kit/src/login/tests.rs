use bytes::Bytes;
use futures::executor::block_on;
use http::header::{COOKIE, SET_COOKIE};
use http_body_util::Full;

use super::*;
use crate::{
    store::db::{Database, Migration, TestDatabase, migrate, params},
    text,
};

const HASH: &str = "a hash";
const DAY_SECS: i64 = 24 * 60 * 60;

fn secrets() -> Secrets {
    Secrets::parse("wristwaking", "[]").unwrap()
}

/// The tables that a login needs.
const MIGRATION: Migration = Migration {
    name: "accounts",
    sql: SCHEMA,
};

/// A database with these accounts, with ids from 1.
fn database(names: &[&str]) -> TestDatabase {
    let db = TestDatabase::in_memory();
    block_on(migrate(&db, &[MIGRATION])).unwrap();
    for name in names {
        let insert = "INSERT INTO users (name, name_key, password_hash, password_changed_at, created_at) \
            VALUES (?, ?, ?, '', '2022-02-15T14:57:42.714Z')";
        block_on(db.execute(insert, params![*name, name_key(name), HASH])).unwrap();
    }
    db
}

fn account(db: &TestDatabase, name: &str) -> Account {
    let select = format!("SELECT {} FROM users WHERE name = ?", Account::COLUMNS);
    let rows = block_on(db.execute(&select, params![name])).unwrap();
    Account::from_row(rows.one().unwrap()).unwrap()
}

fn request(cookie: &str) -> Request {
    let request = http::Request::get("/").header(COOKIE, cookie);
    Request::new(request.body(Full::new(Bytes::new())).unwrap())
}

fn visit(db: &TestDatabase, cookie: &str) -> Login {
    block_on(Login::from_request(&request(cookie), &secrets(), db)).unwrap()
}

fn name_of(login: &Login) -> Option<&str> {
    login.account().map(|account| account.name.as_str())
}

/// The client's cookie after this answer, where it is set.
fn saved(login: Login) -> Option<String> {
    let response = login.save_on(text("")).unwrap();
    let line = response.headers().get(SET_COOKIE)?.to_str().unwrap();
    Some(line.split(';').next().unwrap().to_owned())
}

/// Logs somebody in who had this cookie, and returns the cookie of then.
fn log_in(db: &TestDatabase, name: &str, cookie: &str) -> String {
    let mut login = visit(db, cookie);
    assert!(block_on(login.start(account(db, name), HASH, db)).unwrap());
    assert_eq!(name_of(&login), Some(name));
    saved(login).unwrap()
}

fn count(db: &TestDatabase) -> i64 {
    let rows = block_on(db.execute("SELECT count(*) AS n FROM sessions", params![])).unwrap();
    rows.one().unwrap().get("n").unwrap()
}

fn age(db: &TestDatabase, seconds: i64) {
    let update = "UPDATE sessions SET expires_at = expires_at - ?";
    block_on(db.execute(update, params![seconds])).unwrap();
}

fn seconds_left(db: &TestDatabase) -> i64 {
    let select = "SELECT expires_at - unixepoch() AS n FROM sessions";
    let rows = block_on(db.execute(select, params![])).unwrap();
    rows.one().unwrap().get("n").unwrap()
}

/// The cookie of a session that says this.
fn forged(values: &[(&str, &str)]) -> String {
    let mut session = Session::open(&request(""), &secrets()).unwrap();
    for (key, value) in values {
        session.insert(*key, *value);
    }
    let response = session.save_on(text("")).unwrap();
    let line = response.headers()[SET_COOKIE].to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

#[test]
fn who_has_logged_in_is_known_by_the_cookie() {
    let db = database(&["duke", "ann"]);
    assert_eq!(name_of(&visit(&db, "")), None);
    let cookie = log_in(&db, "duke", "");
    let login = visit(&db, &cookie);
    assert_eq!(login.account(), Some(&account(&db, "duke")));
    assert_eq!(
        login.account().unwrap().created_at,
        "2022-02-15T14:57:42.714Z"
    );
    // Nothing is renewed on the same day.
    assert_eq!(saved(login), None);
}

#[test]
fn the_cookie_holds_no_more_than_a_token_and_the_database_not_even_that() {
    let db = database(&["duke"]);
    let cookie = log_in(&db, "duke", "");
    let session = Session::open(&request(&cookie), &secrets()).unwrap();
    let mut keys: Vec<&str> = session.iter().map(|(key, _)| key).collect();
    keys.sort_unstable();
    assert_eq!(keys, [LOGIN, "_permanent"]);
    let token = session.get(LOGIN).unwrap().as_str().unwrap().to_owned();
    let rows = block_on(db.execute("SELECT token_hash FROM sessions", params![])).unwrap();
    let stored: &str = rows.one().unwrap().get("token_hash").unwrap();
    assert_ne!(stored, token);
    // Who reads the table has nothing to send.
    for value in [stored, "", "1", "duke"] {
        assert_eq!(name_of(&visit(&db, &forged(&[(LOGIN, value)]))), None);
    }
    assert_eq!(
        name_of(&visit(
            &db,
            &forged(&[("login_user", "duke"), ("user_id", "1")])
        )),
        None
    );
    // The token stands for the person, so it is not shown.
    assert_eq!(session.to_json().to_string(), r#"{"_permanent":true}"#);
}

#[test]
fn a_login_forgets_what_was_in_the_session_before() {
    let db = database(&["duke"]);
    let planted = forged(&[
        ("cart", "of somebody else"),
        (LOGIN, "chosen by somebody else"),
    ]);
    let cookie = log_in(&db, "duke", &planted);
    let session = Session::open(&request(&cookie), &secrets()).unwrap();
    assert!(session.get("cart").is_none());
    assert_ne!(session.get(LOGIN).unwrap(), "chosen by somebody else");
    assert_eq!(name_of(&visit(&db, &planted)), None);
}

#[test]
fn a_second_login_of_a_client_ends_its_first() {
    let db = database(&["duke", "ann"]);
    let first = log_in(&db, "duke", "");
    let other_client = log_in(&db, "duke", "");
    let second = log_in(&db, "ann", &first);
    assert_eq!(name_of(&visit(&db, &first)), None);
    assert_eq!(name_of(&visit(&db, &second)), Some("ann"));
    assert_eq!(name_of(&visit(&db, &other_client)), Some("duke"));
}

#[test]
fn after_a_logout_the_cookie_is_nobodys() {
    let db = database(&["duke"]);
    let cookie = log_in(&db, "duke", "");
    let other_client = log_in(&db, "duke", "");
    let mut login = visit(&db, &cookie);
    block_on(login.end(&db)).unwrap();
    assert_eq!(name_of(&login), None);
    assert_eq!(saved(login).as_deref(), Some("session="));
    assert_eq!(name_of(&visit(&db, &cookie)), None);
    assert_eq!(name_of(&visit(&db, &other_client)), Some("duke"));
    // Once more does no harm.
    let mut login = visit(&db, &cookie);
    block_on(login.end(&db)).unwrap();
}

#[test]
fn a_login_starts_only_where_the_password_is_still_the_same() {
    let db = database(&["duke"]);
    let mut login = visit(&db, "");
    let started = block_on(login.start(account(&db, "duke"), "another hash", &db));
    assert!(!started.unwrap());
    assert_eq!((name_of(&login), count(&db)), (None, 0));
    assert_eq!(saved(login), None);
}

#[test]
fn a_new_password_ends_every_login_and_a_new_hash_of_the_same_none() {
    let db = database(&["duke", "ann"]);
    let (duke, ann) = (log_in(&db, "duke", ""), log_in(&db, "ann", ""));
    let rehash = "UPDATE users SET password_hash = 'stronger' WHERE name = 'duke'";
    block_on(db.execute(rehash, params![])).unwrap();
    assert_eq!(name_of(&visit(&db, &duke)), Some("duke"));
    let change =
        "UPDATE users SET password_hash = 'new', password_changed_at = '' WHERE name = 'duke'";
    block_on(db.execute(change, params![])).unwrap();
    assert_eq!(name_of(&visit(&db, &duke)), None);
    assert_eq!(name_of(&visit(&db, &ann)), Some("ann"));
    block_on(db.execute("DELETE FROM users WHERE name = 'ann'", params![])).unwrap();
    assert_eq!(count(&db), 0);
}

#[test]
fn a_login_ends_after_31_days_without_a_visit() {
    let db = database(&["duke"]);
    let cookie = log_in(&db, "duke", "");
    age(&db, 31 * DAY_SECS - 60);
    assert_eq!(name_of(&visit(&db, &cookie)), Some("duke"));
    // That was a visit.
    age(&db, 31 * DAY_SECS - 60);
    assert_eq!(name_of(&visit(&db, &cookie)), Some("duke"));
    age(&db, 31 * DAY_SECS);
    assert_eq!(name_of(&visit(&db, &cookie)), None);
    // Its row is gone with the next login.
    log_in(&db, "duke", "");
    assert_eq!(count(&db), 1);
}

#[test]
fn visits_of_the_same_day_are_written_once() {
    let db = database(&["duke"]);
    let cookie = log_in(&db, "duke", "");
    for (aged, left) in [(DAY_SECS - 60, 30 * DAY_SECS + 60), (120, 31 * DAY_SECS)] {
        age(&db, aged);
        let _ = visit(&db, &cookie);
        let got = seconds_left(&db);
        assert!((left - 5..=left).contains(&got), "{got} instead of {left}");
    }
}

#[test]
fn what_is_ones_own_may_be_changed() {
    let db = database(&["Duke", "ann", "root"]);
    let admins = Admins::parse("ROOT");
    let [duke, ann, root] = [1, 2, 3].map(Some);
    // An account that is gone, whose name somebody else has by now.
    let gone = Some(99);
    for (who, (owner_id, owner), want) in [
        (Some("Duke"), (duke, Some("Duke")), Ok(())),
        (
            Some("Duke"),
            (ann, Some("ann")),
            Err((
                403,
                "this belongs to ann; only ann and administrators can change it",
            )),
        ),
        (
            Some("Duke"),
            (gone, Some("ＤＵＫＥ")),
            Err((403, "an earlier account named ＤＵＫＥ")),
        ),
        (
            Some("Duke"),
            (None, Some("Duke")),
            Err((403, "its owner's account (Duke) was deleted")),
        ),
        (
            Some("Duke"),
            (None, None),
            Err((
                403,
                "this belongs to nobody; only administrators can change it",
            )),
        ),
        (Some("root"), (ann, Some("ann")), Ok(())),
        (Some("root"), (root, Some("root")), Ok(())),
        (Some("root"), (gone, Some("Duke")), Ok(())),
        (Some("root"), (None, Some("Duke")), Ok(())),
        (Some("root"), (None, None), Ok(())),
        (
            None,
            (duke, Some("Duke")),
            Err((401, "log in to change a word")),
        ),
        (None, (None, None), Err((401, "log in to change a word"))),
    ] {
        let login = match who {
            Some(who) => visit(&db, &log_in(&db, who, "")),
            None => visit(&db, ""),
        };
        let refused = login.require_to_change(owner_id, owner, &admins, "change a word");
        assert_eq!(
            login.may_change(owner_id, &admins),
            want.is_ok(),
            "{who:?} {owner:?}"
        );
        match (refused, want) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err((status, detail))) => {
                assert_eq!(error.status().as_u16(), status, "{who:?} {owner:?}");
                assert!(error.to_string().contains(detail), "{error}");
            }
            (got, want) => panic!("{who:?} {owner:?}: {got:?} instead of {want:?}"),
        }
    }
}

#[test]
fn a_name_that_is_registered_again_inherits_nothing() {
    let db = database(&["Duke"]);
    let cookie = log_in(&db, "Duke", "");
    block_on(db.execute("DELETE FROM users", params![])).unwrap();
    let insert = "INSERT INTO users (name, name_key, password_hash, password_changed_at, created_at) \
        VALUES ('Duke', 'duke', ?, '', '') RETURNING id";
    let rows = block_on(db.execute(insert, params![HASH])).unwrap();
    assert_eq!(
        rows.one().unwrap().get("id"),
        Ok(2_i64),
        "ids never come back"
    );
    assert_eq!(name_of(&visit(&db, &cookie)), None);
    let login = visit(&db, &log_in(&db, "Duke", ""));
    assert!(!login.may_change(Some(1), &Admins::default()));
    assert!(login.may_change(Some(2), &Admins::default()));
}

#[test]
fn without_a_secret_key_nobody_is_logged_in_and_it_says_what_to_set() {
    let db = database(&["duke"]);
    let cookie = log_in(&db, "duke", "");
    let none = Secrets::parse("", "[]").unwrap();
    let mut login = block_on(Login::from_request(&request(&cookie), &none, &db)).unwrap();
    assert!(login.account().is_none() && !login.is_available());
    for error in [
        login.require("change a word").map(drop).unwrap_err(),
        block_on(login.end(&db)).unwrap_err(),
        block_on(login.start(account(&db, "duke"), HASH, &db))
            .map(drop)
            .unwrap_err(),
    ] {
        assert!(matches!(error, Error::Misconfigured(_)));
        let detail = error.to_string();
        assert!(
            detail.contains("The session is unavailable because no secret key was set"),
            "{detail}"
        );
    }
    // What needs none goes on.
    assert_eq!(saved(login), None);
}

#[test]
fn a_login_is_not_shown_to_whoever_debugs() {
    let db = database(&["duke"]);
    let cookie = log_in(&db, "duke", "");
    assert_eq!(
        format!("{:?}", visit(&db, &cookie)),
        "Login { account: Some(1) }"
    );
}
