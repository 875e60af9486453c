use bytes::Bytes;
use http::header;
use http_body_util::Full;

use super::*;
use crate::text;

fn request(url: &str, cookie: &str) -> Request {
    let request = http::Request::get("/").header("spin-full-url", url);
    let request = request.header(header::COOKIE, cookie);
    Request::new(request.body(Full::new(Bytes::new())).unwrap())
}

fn open(request: &Request) -> Session {
    Session::open(request, &Secrets::parse("wristwaking", "[]").unwrap()).unwrap()
}

fn line(response: &Response) -> Option<&str> {
    let line = response.headers().get(header::SET_COOKIE)?;
    line.to_str().ok()
}

#[test]
fn a_session_comes_from_a_request_and_goes_onto_a_response() {
    for (url, is_secure) in [
        ("http://words.example/", false),
        ("https://words.example/", true),
    ] {
        let mut session = open(&request(url, "a=1"));
        session.insert("login_user", "唤醒手腕");
        let response = session.save_on(text("")).unwrap();
        let line = line(&response).unwrap();
        assert!(line.starts_with("session="), "{line}");
        assert_eq!(line.contains("; Secure"), is_secure, "{line}");
        let session = open(&request(url, line));
        assert_eq!(session.get("login_user").unwrap(), "唤醒手腕");
        let unchanged = session.save_on(text("")).unwrap();
        assert_eq!(super::tests::line(&unchanged), None);
    }
}

#[test]
fn the_login_is_not_shown() {
    let mut session = open(&request("http://words.example/", ""));
    session.insert(LOGIN, "token");
    session.insert("a", 1);
    assert_eq!(session.to_json().to_string(), r#"{"a":1}"#);
}

#[test]
fn the_answer_varies_by_cookie() {
    let request = request("http://words.example/", "a=1");
    assert_eq!(request.vary().header(), None);
    let _ = open(&request);
    assert_eq!(request.vary().header().unwrap(), "Cookie");
}

#[test]
fn without_a_key_flasks_message_says_what_to_set() {
    let none = Secrets::parse("", "[]").unwrap();
    let error = Session::open(&request("http://words.example/", ""), &none).unwrap_err();
    assert_eq!(error.status(), 500);
    for part in [
        "The session is unavailable because no secret key was set.  Set the secret_key on the application to \
         something unique and secret.",
        "SPIN_VARIABLE_SECRET_KEY",
        "--variable secret_key=...",
    ] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_session_that_no_cookie_holds_is_an_error_that_says_so() {
    let mut session = open(&request("http://words.example/", ""));
    session.insert(
        "a",
        Value::Bytes((0..6_000_u32).map(|n| ((n * n) >> 3) as u8).collect()),
    );
    let error = session.save_on(text("")).unwrap_err();
    assert_eq!(error.status(), 500);
    assert!(error.to_string().contains("browsers"), "{error}");
}
