//! Bodies as they come in, and what is refused.

use futures::executor::block_on;
use http::Method;
use http_body_util::Full;
use serde_json::json;

use super::*;
use crate::multipart::Part;

const MAX_BODY_BYTES: u64 = Request::MAX_BODY_BYTES;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=b";

/// A form with the text `a`, `1`, and the file `f`.
const PARTS: &str = "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n\
    --b\r\nContent-Disposition: form-data; name=f; filename=f.csv\r\n\r\nx,y\r\n--b--\r\n";

fn post(content_type: Option<&str>, body: impl Into<Bytes>) -> Request {
    post_with(content_type, None, body)
}

/// The same with another header.
fn post_with(
    content_type: Option<&str>,
    header: Option<(&str, &str)>,
    body: impl Into<Bytes>,
) -> Request {
    let mut request = http::Request::post("/register?_method=PUT");
    if let Some(content_type) = content_type {
        request = request.header(CONTENT_TYPE, content_type);
    }
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    Request::new(request.body(Full::new(body.into())).unwrap())
}

#[test]
fn the_body_can_be_read_more_than_once() {
    let mut request = post(Some(FORM), "a=1");
    for _ in 0..2 {
        assert_eq!(block_on(request.data()).unwrap(), "a=1");
        assert_eq!(block_on(request.form()).unwrap().get("a"), Some("1"));
    }
}

#[test]
fn a_body_that_failed_does_not_become_empty() {
    let mut request = post(None, vec![b'x'; MAX_BODY_BYTES as usize + 1]);
    assert!(matches!(
        block_on(request.data()),
        Err(Error::TooLarge { .. })
    ));
    assert!(matches!(block_on(request.data()), Err(Error::Internal(_))));
}

#[test]
fn only_a_form_is_a_form() {
    for (content_type, want) in [
        (Some(FORM), true),
        (
            Some("Application/X-WWW-Form-Urlencoded; charset=latin1"),
            true,
        ),
        (Some("application/x-url-encoded"), false),
        (Some("text/plain"), false),
        (Some("application/json"), false),
        (None, false),
    ] {
        let form = block_on(post(content_type, "a=1").form()).unwrap();
        assert_eq!(form.get("a").is_some(), want, "{content_type:?}");
    }
}

#[test]
fn json_must_be_called_json() {
    assert_eq!(
        block_on(post(Some("application/json"), "[1]").json()).unwrap(),
        json!([1])
    );
    for content_type in [None, Some("text/plain"), Some(FORM)] {
        let got = block_on(post(content_type, "[1]").json());
        assert!(
            matches!(got, Err(Error::UnsupportedMediaType { .. })),
            "{content_type:?}: {got:?}"
        );
    }
}

#[test]
fn fields_come_from_a_form_or_from_json() {
    for (content_type, body) in [
        (FORM, "name=a&other=1&name=b"),
        (
            "application/json",
            r#"{"name": ["a", "b"], "other": {"any": "thing"}, "nickname": null}"#,
        ),
    ] {
        let mut request = post(Some(content_type), body);
        let fields = block_on(request.lists_and_fields(&["name"], &["nickname"])).unwrap();
        assert_eq!(
            fields.items().collect::<Vec<_>>(),
            [("name", "a"), ("name", "b")],
            "{content_type}"
        );
    }
}

#[test]
fn a_field_of_json_is_one_text() {
    let mut request = post(
        Some("application/json"),
        r#"{"name": "a", "nickname": ["b"], "next": []}"#,
    );
    let one = block_on(request.fields(&["name"])).unwrap();
    assert_eq!(one.get("name"), Some("a"));
    let error = block_on(request.fields(&["name", "nickname", "next"])).unwrap_err();
    assert_eq!(error.status().as_u16(), 422);
    let named: Vec<_> = error.fields().into_iter().map(|e| e.field).collect();
    assert_eq!(named, ["nickname", "next"]);
}

#[test]
fn a_body_that_is_neither_form_nor_json_has_no_fields_and_is_told() {
    for content_type in [None, Some("text/plain"), Some("text/json"), Some("")] {
        let got = block_on(post(content_type, "name=a").fields(&["name"])).unwrap_err();
        assert_eq!(got.status().as_u16(), 415, "{content_type:?}");
        let told = got.to_string();
        assert!(told.contains("application/json"), "{told}");
        assert!(told.contains(content_type.unwrap_or_default()), "{told}");
        let none = block_on(post(content_type, "").fields(&["name"])).unwrap();
        assert_eq!(none.items().count(), 0, "{content_type:?}");
    }
    let large = vec![b'x'; MAX_BODY_BYTES as usize + 1];
    let got = block_on(post(Some("text/plain"), large).fields(&["name"]));
    assert!(matches!(got, Err(Error::TooLarge { .. })), "{got:?}");
}

#[test]
fn a_multipart_form_can_be_read_more_than_once() {
    for data_first in [true, false] {
        let mut request = post(Some(MULTIPART), PARTS);
        if data_first {
            assert_eq!(block_on(request.data()).unwrap(), PARTS);
        }
        for _ in 0..2 {
            assert_eq!(block_on(request.form()).unwrap().get("a"), Some("1"));
            let file = block_on(request.file("f")).unwrap().unwrap();
            assert_eq!(
                (file.filename.as_str(), &file.data[..]),
                ("f.csv", &b"x,y"[..])
            );
            assert_eq!(block_on(request.file("a")).unwrap(), None);
        }
        match block_on(request.data()) {
            Ok(data) => assert!(data_first && data == PARTS),
            Err(error) => assert!(!data_first && matches!(error, Error::Internal(_))),
        }
        assert!(block_on(request.form()).is_ok());
    }
}

#[test]
fn only_a_multipart_form_has_files() {
    for content_type in [None, Some(FORM), Some("application/json"), Some("text/csv")] {
        let mut request = post(content_type, PARTS);
        assert_eq!(
            block_on(request.file("f")).unwrap(),
            None,
            "{content_type:?}"
        );
        assert_eq!(block_on(request.data()).unwrap(), PARTS, "{content_type:?}");
    }
}

/// The names of all parts.
fn names(request: &mut Request) -> Result<Vec<String>> {
    block_on(async {
        let mut parts = request.parts()?;
        let mut names = Vec::new();
        while let Some(part) = parts.next().await? {
            names.push(match part {
                Part::Field { name, .. } => name,
                Part::File(file) => file.name,
            });
        }
        Ok(names)
    })
}

#[test]
fn parts_are_those_of_a_multipart_form_and_take_the_body_with_them() {
    for (content_type, data_first, want) in [
        (Some(MULTIPART), false, &["a", "f"][..]),
        (Some(MULTIPART), true, &["a", "f"]),
        (Some(FORM), false, &[]),
        (None, false, &[]),
    ] {
        let mut request = post(content_type, PARTS);
        if data_first {
            block_on(request.data()).unwrap();
        }
        assert_eq!(names(&mut request).unwrap(), want, "{content_type:?}");
        assert!(matches!(block_on(request.data()), Err(Error::Internal(_))));
        assert!(matches!(names(&mut request), Err(Error::Internal(_))));
    }
}

#[test]
fn parts_keep_to_the_limit_of_the_body() {
    for content_type in [Some(MULTIPART), Some(FORM), None] {
        let length = PARTS.len() as u64;
        for (limit, want) in [(length, true), (length - 1, false)] {
            let mut request = post(content_type, PARTS);
            request.set_body_limit(limit);
            match names(&mut request) {
                Ok(_) => assert!(want, "{content_type:?}"),
                Err(error) => assert!(
                    !want
                        && matches!(error, Error::TooLarge { limit_bytes } if limit_bytes == limit),
                    "{content_type:?}: {error}"
                ),
            }
        }
    }
}

#[test]
fn a_view_sets_the_limit_of_its_body() {
    let length = PARTS.len() as u64;
    for content_type in [None, Some(FORM), Some(MULTIPART)] {
        for announced in [true, false] {
            for (limit, want) in [(length, true), (length - 1, false), (0, false)] {
                let length = length.to_string();
                let header = announced.then_some(("content-length", length.as_str()));
                let mut request = post_with(content_type, header, PARTS);
                request.set_body_limit(limit);
                match block_on(request.form()) {
                    Ok(_) => assert!(want, "{content_type:?} {limit}"),
                    Err(error) => assert!(
                        !want
                            && matches!(error, Error::TooLarge { limit_bytes } if limit_bytes == limit),
                        "{content_type:?} {limit}: {error}"
                    ),
                }
            }
        }
    }
    let mut large = post(None, vec![b'x'; MAX_BODY_BYTES as usize + 1]);
    large.set_body_limit(MAX_BODY_BYTES + 1);
    assert!(block_on(large.data()).is_ok());
}

#[test]
fn a_limit_that_comes_late_holds_as_well() {
    for content_type in [None, Some(FORM), Some(MULTIPART)] {
        let mut request = post(content_type, PARTS);
        block_on(request.form()).unwrap();
        request.set_body_limit(PARTS.len() as u64 - 1);
        let got = block_on(request.form());
        assert!(
            matches!(got, Err(Error::TooLarge { .. })),
            "{content_type:?}: {got:?}"
        );
    }
}

#[test]
fn only_a_form_means_another_method() {
    let multipart = "--b\r\nContent-Disposition: form-data; name=_method\r\n\r\nPUT\r\n--b--\r\n";
    let as_file = multipart.replace("=_method", "=_method; filename=f");
    for (content_type, body, want) in [
        (Some(FORM), "a=1&_method=PUT", Some(Method::PUT)),
        (Some(FORM), "_method=DELETE", Some(Method::DELETE)),
        (Some(FORM), "a=1", None),
        (Some(FORM), "", None),
        (Some(MULTIPART), multipart, Some(Method::PUT)),
        (Some(MULTIPART), as_file.as_str(), None),
        (Some("application/json"), r#"{"_method": "PUT"}"#, None),
        (Some("text/plain"), "_method=PUT", None),
        (None, "_method=PUT", None),
    ] {
        let header = Some(("x-http-method-override", "PUT"));
        let mut request = post_with(content_type, header, body.to_owned());
        let got = block_on(request.method_override()).unwrap();
        assert_eq!(got, want, "{content_type:?} {body}");
        assert!(block_on(request.form()).is_ok(), "{content_type:?} {body}");
    }
    let got = block_on(post(Some(FORM), "_method=PATCH").method_override());
    assert!(matches!(got, Err(Error::BadParameter(_))), "{got:?}");
}

#[test]
fn json_is_told_by_its_content_type() {
    for (input, want) in [
        ("application/json", true),
        ("Application/JSON; charset=latin1", true),
        ("application/ld+json", true),
        (" application/json ", true),
        ("text/json", false),
        ("application/jsonp", false),
        ("application/x-www-form-urlencoded", false),
        ("text/plain; application/json", false),
        ("", false),
    ] {
        assert_eq!(is_json(input), want, "{input:?}");
    }
}
