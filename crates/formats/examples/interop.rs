//! Sessions, passwords and file names for the tests in `tests/interop`, which compare them with Flask's and
//! Werkzeug's: a line of JSON in, a line of JSON out.
//!
//! ```text
//! {"make": {"key": "k", "at": 1700000000, "session": "eyJ...", "set": {"a": ["int", "1"]}}}
//!     {"set_cookie": "session=...; HttpOnly; Path=/; SameSite=Lax"}, with null where there is none
//! {"read": {"key": "k", "fallbacks": "[]", "at": 1700000000, "session": "eyJ..."}}
//!     {"values": {"a": ["int", "1"]}, "json": {"a": 1}}
//! {"hash": "password"}                                         {"hash": "scrypt:32768:8:1$..."}
//! {"verify": {"hash": "scrypt:...", "password": "password"}}   {"verdict": "wrong", "right" or "weak"}
//! {"filename": "../a b.png"}                                    {"secure": "a_b.png"}
//! ```
//!
//! What fails is `{"error": "..."}`. `fallbacks` and `session` may be left out. A value of a session stands
//! behind the name of its Python type, so that it shows what was understood, not what was read.

use std::{
    error::Error,
    io::{self, BufRead, Write},
    time::{Duration, SystemTime},
};

use flask_formats::{
    cookie,
    password::{self, Verdict},
    secure_filename,
    session::{self, DateTime, Dict, Secrets, Session},
};
use serde_json::{Value, json};

type Answer<T = Value> = Result<T, Box<dyn Error>>;

fn main() -> io::Result<()> {
    let mut out = io::stdout();
    for line in io::stdin().lock().lines() {
        let answer = answer(&line?).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn answer(line: &str) -> Answer {
    let question: Value = line.parse()?;
    let known = ["make", "read", "hash", "verify", "filename"];
    let asked = known
        .iter()
        .find_map(|name| Some((*name, question.get(*name)?)));
    match asked {
        Some(("make", asked)) => make(asked),
        Some(("read", asked)) => read(asked),
        Some(("hash", password)) => {
            let hash = password::hash(string(password)?)?.run()?;
            Ok(json!({ "hash": hash }))
        }
        Some(("verify", asked)) => {
            let (hash, password) = (string(&asked["hash"])?, string(&asked["password"])?);
            let verdict = match password::verify(hash, password)?.run()? {
                Verdict::Wrong => "wrong",
                Verdict::Right { rehash: false } => "right",
                Verdict::Right { rehash: true } => "weak",
            };
            Ok(json!({ "verdict": verdict }))
        }
        Some(("filename", name)) => Ok(json!({ "secure": secure_filename(string(name)?) })),
        _ => Err(format!("one of {known:?} is needed").into()),
    }
}

fn make(asked: &Value) -> Answer {
    let mut session = open(asked)?;
    let values = asked["set"].as_object().ok_or("set is not an object")?;
    for (key, value) in values {
        session.insert(key, typed(value)?);
    }
    let cookie = session.save()?.map(|cookie| cookie.to_string());
    Ok(json!({ "set_cookie": cookie }))
}

fn read(asked: &Value) -> Answer {
    let session = open(asked)?;
    let values: Value = session
        .iter()
        .map(|(key, value)| (key, named(value)))
        .collect();
    Ok(json!({ "values": values, "json": session.to_json() }))
}

fn open(asked: &Value) -> Answer<Session> {
    let cookie = asked.get("session").map(string).transpose()?;
    let cookies = cookie::parse(cookie.map(|cookie| format!("session={cookie}")));
    let fallbacks = asked.get("fallbacks").map_or(Ok("[]"), string)?;
    let secrets = Secrets::parse(string(&asked["key"])?, fallbacks)?;
    let at = asked["at"].as_u64().ok_or("at is not a time")?;
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(at);
    Ok(Session::open_at(&cookies, &secrets, now)?)
}

/// A value with the name of its type.
fn named(value: &session::Value) -> Value {
    use session::Value as Own;
    let all = |items: &[Own]| items.iter().map(named).collect::<Value>();
    match value {
        Own::Null => json!(["NoneType"]),
        Own::Bool(truth) => json!(["bool", truth]),
        Own::Int(integer) => json!(["int", integer.to_string()]),
        Own::Float(float) if float.is_nan() => json!(["float", "nan"]),
        Own::Float(float) => json!(["float", format!("{:016x}", float.to_bits())]),
        Own::Str(text) => json!(["str", text]),
        Own::List(items) => json!(["list", all(items)]),
        Own::Tuple(items) => json!(["tuple", all(items)]),
        Own::Dict(members) => {
            let members = members.iter();
            json!([
                "dict",
                members
                    .map(|(key, value)| (key, named(value)))
                    .collect::<Value>()
            ])
        }
        Own::Bytes(bytes) => json!(["bytes", bytes]),
        Own::Markup(html) => json!(["Markup", html]),
        Own::DateTime(moment) => json!(["datetime", moment.unix_seconds()]),
        Own::Uuid(uuid) => json!(["UUID", format!("{uuid:032x}")]),
    }
}

/// The value that [`named`] shows.
fn typed(shown: &Value) -> Answer<session::Value> {
    use session::Value as Own;
    let name = string(&shown[0])?;
    let value = &shown[1];
    let all = || -> Answer<Vec<Own>> {
        let items = value.as_array().ok_or("not an array")?;
        items.iter().map(typed).collect()
    };
    Ok(match name {
        "NoneType" => Own::Null,
        "bool" => value.as_bool().ok_or("not a truth value")?.into(),
        "int" => Own::Int(string(value)?.parse()?),
        "float" if value == "nan" => f64::NAN.into(),
        "float" => f64::from_bits(u64::from_str_radix(string(value)?, 16)?).into(),
        "str" => string(value)?.into(),
        "list" => Own::List(all()?),
        "tuple" => Own::Tuple(all()?),
        "dict" => {
            let members = value.as_object().ok_or("not an object")?.iter();
            let members: Answer<Dict> = members
                .map(|(key, value)| Ok((key.clone(), typed(value)?)))
                .collect();
            members?.into()
        }
        "bytes" => {
            let bytes = value.as_array().ok_or("not an array")?.iter();
            let bytes = bytes.map(|byte| byte.as_u64().and_then(|byte| u8::try_from(byte).ok()));
            Own::Bytes(bytes.collect::<Option<_>>().ok_or("not bytes")?)
        }
        "Markup" => Own::Markup(string(value)?.to_owned()),
        "datetime" => {
            let seconds = value.as_i64().ok_or("not a time")?;
            DateTime::from_unix(seconds).ok_or("no such year")?.into()
        }
        "UUID" => Own::Uuid(u128::from_str_radix(string(value)?, 16)?),
        _ => return Err(format!("{name} is no type").into()),
    })
}

fn string(value: &Value) -> Answer<&str> {
    value
        .as_str()
        .ok_or_else(|| format!("{value} is not a text").into())
}
