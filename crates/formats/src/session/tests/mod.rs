//! Whole cookies. Unless said, each was made by Flask 3.1.3 with its own session interface,
//! `SecureCookieSessionInterface().get_signing_serializer(app).dumps(...)`, the clock at [`MADE`].

mod refused;
mod saved;

use proptest::prelude::*;

use super::*;
use crate::cookie;

const KEY: &str = "wristwaking";
const MADE: u64 = 1_700_000_000;
const LIFETIME_SECS: u64 = LIFETIME.as_secs();

/// `{"login_user": "唤醒手腕"}`, as the tutorial has it.
const TUTORIAL: &str =
    "eyJsb2dpbl91c2VyIjoiXHU1NTI0XHU5MTkyXHU2MjRiXHU4MTU1In0.ZVPxAA.2ElUtllaG4eJulAk2NgaRY-k2mk";

/// `{"a": "a" * 200}`, which is compressed.
const COMPRESSED: &str = ".eJyrVkpUslJKHCZAqRYAjNpN5A.ZVPxAA.YALcLZ84Kf_ZCIMmoQnNGNErV4M";

/// `{"_permanent": True, "user_id": 7}`
const PERMANENT_COOKIE: &str =
    "eyJfcGVybWFuZW50Ijp0cnVlLCJ1c2VyX2lkIjo3fQ.ZVPxAA.Uqx83CKTuku8Swxbj1YDKW47G04";

fn secrets() -> Secrets {
    Secrets::parse(KEY, "[]").unwrap()
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn cookies(header: impl AsRef<[u8]>) -> MultiDict {
    cookie::parse([header])
}

fn open_at(cookie: &str, seconds: u64) -> Session {
    let cookies = cookies(format!("session={cookie}"));
    Session::open_at(&cookies, &secrets(), at(seconds)).unwrap()
}

fn open(cookie: &str) -> Session {
    open_at(cookie, MADE)
}

/// The `Set-Cookie` of a session that is saved, if there is one.
fn saved(session: Session) -> Option<String> {
    assert!(session.fits().is_ok());
    let cookie = session.save().unwrap();
    cookie.map(|cookie| cookie.to_string())
}

/// The value of the cookie that a session becomes.
fn written(session: Session) -> String {
    let line = saved(session).unwrap();
    let value = line.strip_prefix("session=").unwrap();
    value.split(';').next().unwrap().to_owned()
}

fn refusal(session: Session) -> String {
    assert!(session.fits().is_err());
    session.save().unwrap_err().to_string()
}

fn session_with(values: &[(&str, Value)]) -> Session {
    let mut session = open("");
    for (key, value) in values {
        session.insert(*key, value.clone());
    }
    session
}

#[test]
fn flasks_cookies_are_read() {
    let session = open(TUTORIAL);
    assert_eq!(session.get("login_user").unwrap(), "唤醒手腕");
    assert_eq!(session.len(), 1);
    assert_eq!(open(COMPRESSED).get("a").unwrap(), "a".repeat(200).as_str());
    let every_type = open(
        ".eJx9jkELwjAMhf9KyTlubWydlDnwoidvu-kYFHsYzB1kRXH0v5t2Z83hC-S9vGQBB3YBwYTydTxARLjnCRPa4FEoI07eCZJEQ\
         mlrKqtJnC9tsj6ylQm1a27BGNJ16ZokTWCV_FsIc15nXhVSYXAK44jzM_iOA0IWmaBoq82u2v_q6dx7fXpYE_s-ZXaRhQ_YjSxk_\
         ALAEzjS.ZVPxAA.s3rQaSkvHQe0jxseE7sN93wGRRk",
    );
    let wrapped = Dict::from([(" t".to_owned(), vec![1].into())]);
    for (key, want) in [
        (
            "t",
            Value::Tuple(vec![1.into(), 2.5.into(), Value::Null, true.into()]),
        ),
        ("b", Value::Bytes(b"\xff\0".to_vec())),
        ("m", Value::Markup("<b>唤</b>".to_owned())),
        ("d", DateTime::from_unix(1_644_937_062).unwrap().into()),
        ("u", Value::Uuid(0x12345678_1234_5678_1234_567812345678)),
        ("x", wrapped.into()),
        (
            "n",
            "1000000000000000000000000000000"
                .parse::<Integer>()
                .unwrap()
                .into(),
        ),
        ("z", (-0.0).into()),
    ] {
        assert_eq!(every_type.get(key), Some(&want), "{key}");
    }
    assert!(
        every_type
            .get("z")
            .and_then(Value::as_f64)
            .unwrap()
            .is_sign_negative()
    );
    assert_eq!(
        open("eyIgZGkiOnsiIHRfXyI6MX19.ZVPxAA.Mxk4OQyvQ6ELQjBEkCCuJd1hpuQ").get(" t"),
        Some(&1.into())
    );
    assert!(
        open("eyJhIjpOYU59.ZVPxAA.IsT9jgMhYMP_chWDD2mnoR5vVkY")
            .get("a")
            .and_then(Value::as_f64)
            .unwrap()
            .is_nan()
    );
}

#[test]
fn a_session_is_written_as_flask_writes_it() {
    assert_eq!(
        written(session_with(&[("login_user", "唤醒手腕".into())])),
        TUTORIAL
    );
    let permanent = session_with(&[("user_id", 7.into()), ("_permanent", true.into())]);
    assert_eq!(written(permanent), PERMANENT_COOKIE);
    // What zlib makes of it depends on the library; what it stands for does not.
    let compressed = written(session_with(&[("a", "a".repeat(200).into())]));
    assert!(
        compressed.starts_with('.') && compressed.len() < 100,
        "{compressed}"
    );
    assert_eq!(
        open(&compressed).get("a").unwrap(),
        "a".repeat(200).as_str()
    );
}

#[test]
fn the_session_is_json_as_flasks_jsonify_has_it() {
    assert_eq!(open("").to_json().to_string(), "{}");
    let session = session_with(&[("b", Value::Tuple(vec![1.into()])), ("a", "唤".into())]);
    assert_eq!(session.to_json().to_string(), r#"{"a":"唤","b":[1]}"#);
}

trait Tap {
    fn tap(self, change: impl FnOnce(&mut Self)) -> Self;
}

impl Tap for Session {
    fn tap(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "-?[1-9][0-9]{0,60}".prop_map(|digits| digits.parse::<Integer>().unwrap().into()),
        any::<f64>()
            .prop_filter("NaN differs from itself", |float| !float.is_nan())
            .prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        any::<String>().prop_map(Value::Markup),
        any::<Vec<u8>>().prop_map(Value::Bytes),
        any::<u128>().prop_map(Value::Uuid),
        (-59_011_459_200_i64..253_402_300_800)
            .prop_map(|seconds| DateTime::from_unix(seconds).unwrap().into()),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let key = prop_oneof![any::<String>(), " (di|t|b|m|u|d|x)(__)?"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::List),
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Tuple),
            prop::collection::vec((key, inner), 0..5)
                .prop_map(|members| Value::Dict(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_was_written_reads_back(key in " ?(di|t|b)?(__)?[a-z]{0,3}", value in any_value()) {
        let mut session = open("");
        session.insert(key.clone(), value.clone());
        let json = tagged::dump(&session.values).unwrap();
        prop_assert_eq!(reader::parse(&json), Some(session.values.clone().into()));
        if let Ok(Some(cookie)) = session.save() {
            let again = Session::open_at(&cookies(cookie.to_string()), &secrets(), at(MADE)).unwrap();
            prop_assert_eq!(again.get(&key), Some(&value));
            prop_assert_eq!(again.opened, json);
        }
    }
}
