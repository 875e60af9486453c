//! The pages as they are sent.

use bytes::Bytes;
use futures::executor::block_on;
use http_body_util::{BodyExt as _, Full};
use site::Language;
use site::Texts as _;

use super::*;
use crate::credentials::{Flaw, Flaws};

fn request(language: Language) -> Request {
    let request = http::Request::post("/auth/login").header("accept-language", language.tag());
    Request::new(request.body(Full::new(Bytes::new())).unwrap())
}

fn body(response: Response) -> String {
    let bytes = block_on(response.into_body().collect()).unwrap().to_bytes();
    let page = String::from_utf8(bytes.to_vec()).unwrap();
    site::testing::assert_filled(&page);
    page
}

fn typed(fields: &[(&str, &str)]) -> MultiDict {
    fields.iter().copied().collect()
}

fn registering(fields: &[(&str, &str)], refusal: Refusal) -> Response {
    let request = request(Language::English);
    not_let_in(&request, REGISTER, &typed(fields), refusal).unwrap()
}

const ATTACK: &str = "\"><script>alert(1)</script>";

#[test]
fn what_was_typed_stays_but_for_the_password() {
    let fields = [
        ("name", ATTACK),
        ("nickname", "D"),
        ("password", "a long secret"),
        ("next", "/words/7"),
    ];
    let flaws: Flaws = vec![
        (Field::Name, Flaw::TooShort(2)),
        (Field::Password, Flaw::Common),
    ];
    let response = registering(&fields, Refusal::Flaws(flaws));
    assert_eq!(response.status(), 422);
    let page = body(response);
    assert!(
        page.contains("value=\"&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\""),
        "{page}"
    );
    assert!(!page.contains("a long secret") && !page.contains("<script>alert"));
    assert!(page.contains("value=\"D\"") && page.contains("name=\"next\" value=\"/words/7\""));
    assert!(page.contains("It must have at least 2 characters."));
    assert_eq!(page.matches("aria-invalid").count(), 2);
    assert_eq!(page.matches("autofocus").count(), 1);
}

#[test]
fn password_managers_are_told_what_a_field_is() {
    for (path, autocompletes) in [
        (LOG_IN, &["username", "current-password"][..]),
        (REGISTER, &["username", "nickname", "new-password"]),
    ] {
        let page = Enter::at(path, &request(Language::English), "/".to_owned());
        let page = page.render().unwrap();
        let found: Vec<&str> = page
            .split("autocomplete=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(found, autocompletes, "{path}");
    }
}

#[test]
fn a_target_that_leaves_the_site_is_not_in_the_page() {
    let page = body(registering(&[("next", "//evil.example")], Refusal::Taken));
    assert!(page.contains("name=\"next\" value=\"/\""));
    assert!(!page.contains("evil"));
}

#[test]
fn each_refusal_has_its_status_and_its_header() {
    let too_many = || Error::TooManyRequests {
        detail: String::new(),
        retry_after_seconds: 7,
    };
    for (refusal, status, header) in [
        (Refusal::Wrong, 401, None),
        (Refusal::Taken, 409, Some("location")),
        (Refusal::Reserved, 403, None),
        (Refusal::Other(too_many()), 429, Some("retry-after")),
        (Refusal::Crowded(too_many()), 429, Some("retry-after")),
        (
            Refusal::Flaws(vec![(Field::Name, Flaw::Missing)]),
            422,
            None,
        ),
    ] {
        let response = registering(&[("name", "duke")], refusal);
        assert_eq!(response.status().as_u16(), status);
        assert!(header.is_none_or(|header| response.headers().contains_key(header)));
        assert!(body(response).contains("role=\"alert\"><span>"), "{status}");
    }
    let other = not_let_in(
        &request(Language::English),
        LOG_IN,
        &typed(&[]),
        Refusal::Other(Error::internal("disk")),
    );
    assert!(matches!(other, Err(Error::Internal(_))));
}

#[test]
fn every_flaw_is_said_in_the_readers_language() {
    let flaws = [
        Flaw::Missing,
        Flaw::NotText,
        Flaw::TooShort(2),
        Flaw::TooLong(32),
        Flaw::Invisible,
        Flaw::IsName,
        Flaw::Common,
        Flaw::Wrong,
    ];
    for field in [
        Field::Name,
        Field::Nickname,
        Field::Password,
        Field::Old,
        Field::New,
        Field::Next,
    ] {
        for flaw in flaws {
            let english = Texts::in_language(Language::English).flaw(field, flaw);
            let chinese = Texts::in_language(Language::Chinese).flaw(field, flaw);
            assert!(english.is_ascii() && !english.contains('{'), "{english}");
            assert!(!chinese.is_ascii() && !chinese.contains('{'), "{chinese}");
        }
    }
    let page = not_let_in(
        &request(Language::Chinese),
        LOG_IN,
        &typed(&[]),
        Refusal::Wrong,
    );
    let page = body(page.unwrap());
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("名字或密码不对"));
}
