//! What is not believed.

use super::*;

#[test]
fn every_bit_of_a_cookie_counts() {
    for cookie in [TUTORIAL, COMPRESSED] {
        for (index, bit) in (0..cookie.len()).flat_map(|index| (0..8).map(move |bit| (index, bit)))
        {
            let mut bytes = format!("session={cookie}").into_bytes();
            bytes["session=".len() + index] ^= 1 << bit;
            let session = Session::open_at(&cookies(bytes), &secrets(), at(MADE)).unwrap();
            assert!(session.is_empty(), "bit {bit} of byte {index} of {cookie}");
        }
    }
}

#[test]
fn a_cookie_with_a_byte_more_or_less_is_empty() {
    for cookie in [TUTORIAL, COMPRESSED] {
        for index in 0..cookie.len() {
            let (before, after) = cookie.split_at(index);
            assert!(open(before).is_empty(), "{before}");
            assert!(open(after).is_empty() || index == 0, "{after}");
            assert!(
                open(&format!("{before}{}", &after[1..])).is_empty(),
                "without byte {index}"
            );
            for more in ["A", "=", ".", "-", "!", "\u{e9}"] {
                assert!(
                    open(&format!("{before}{more}{after}")).is_empty(),
                    "{more} at {index}"
                );
            }
        }
        for more in ["A", "=", ".", "!", " x"] {
            assert!(open(&format!("{cookie}{more}")).is_empty(), "{more}");
        }
    }
}

#[test]
fn parts_of_two_cookies_make_none() {
    let parts: Vec<Vec<&str>> = [TUTORIAL, PERMANENT_COOKIE]
        .iter()
        .map(|cookie| cookie.split('.').collect())
        .collect();
    let later = written(open_at("", MADE + 1).tap(|session| {
        session.insert("login_user", "唤醒手腕");
    }));
    let later: Vec<&str> = later.split('.').collect();
    for mixed in [
        [parts[0][0], parts[0][1], parts[1][2]],
        [parts[1][0], parts[0][1], parts[0][2]],
        [parts[0][0], later[1], parts[0][2]],
        [parts[0][0], parts[0][1], later[2]],
        [parts[0][1], parts[0][0], parts[0][2]],
        [parts[0][2], parts[0][1], parts[0][0]],
        [parts[0][0], parts[0][1], ""],
        [parts[0][0], "", parts[0][2]],
        ["", parts[0][1], parts[0][2]],
    ] {
        assert!(open(&mixed.join(".")).is_empty(), "{mixed:?}");
    }
}

/// The same session with the same key, but signed in another way.
#[test]
fn another_algorithm_is_no_signature() {
    const VALUE: &str = "eyJsb2dpbl91c2VyIjoiXHU1NTI0XHU5MTkyXHU2MjRiXHU4MTU1In0.ZVPxAA";
    for (name, signature) in [
        ("salt itsdangerous", "bpqd6lg2g8N7E3qRnkLtr0alds4"),
        ("salt itsdangerous.Signer", "ikl8PP0nmL8F4B2yeHLubmp0o8M"),
        ("derivation django-concat", "NkDYXtX8e0UytNuQqkXs2B2lw3A"),
        ("derivation concat", "LPEWy7QZM0fLA1tIJgOx-QDQhEU"),
        ("derivation none", "s_Xd60yOA24lNaLS2iS_CBdFWkY"),
        ("SHA-256", "Dgg0Yr4VpJOCk8aFakxfcT_KCXZ6rIApHhiBM6D7nY0"),
        (
            "SHA-512",
            "cvge3dPzkINFZnY5OeJMFeLsLIJck9p3_H_4fGIv8NQiIXoDe43t5IJmTknYCfR8RANcXfNv25zah3puVDNc_g",
        ),
        ("another key", "lQmnoIEecZsn7qg7zCxKhBjE7DA"),
        ("none", ""),
    ] {
        assert!(open(&format!("{VALUE}.{signature}")).is_empty(), "{name}");
    }
    // By `URLSafeSerializer`, which signs no time.
    let untimed = "eyJsb2dpbl91c2VyIjoi5ZSk6YaS5omL6IWVIn0.KrzDUt8R6FyE-6pAckBVxc6Ujzg";
    assert!(open(untimed).is_empty());
    for unsigned in [VALUE, "eyJhIjoxfQ", "{}", ".", "..", "...", ""] {
        assert!(open(unsigned).is_empty(), "{unsigned}");
    }
}

/// Signed with the right key by `make_signer().sign(...)`, or a session of something else.
#[test]
fn a_right_signature_does_not_make_a_session_of_anything() {
    for (name, cookie) in [
        ("[1, 2]", "WzEsMl0.ZVPxAA.q1Mg73Q8AsBvSuc5Ityjj1uLmKQ"),
        ("\"x\"", "Ingi.ZVPxAA.x4zVMf5Nx5jSX7lHv6Ml8_dlebQ"),
        ("pairs", "W1siYSIsMV1d.ZVPxAA.v3OsgeP-sGKX44Ucz1fntJoeRS4"),
        ("[]", "W10.ZVPxAA.b-ITGRFxqikzBpFof8gzVrr30M8"),
        ("null", "bnVsbA.ZVPxAA.EngwDMo2YpGr3ixhFBYUzP73W9E"),
        ("1", "MQ.ZVPxAA.BBXMtpZkWoIJfGeKaPzqJCR2fRg"),
        ("padded", "e30=.ZVPxAA.Raw_JI5CbuZFvS5b9QDE1-ZaQvI"),
        ("nothing", ".ZVPxAA.033aDsfNXtiWQ6vjZiDR1KK121s"),
        (
            "nothing, compressed",
            "..ZVPxAA.S_oPDKR4fZEqIMKCH65etiQlLro",
        ),
        ("no base64", "e.ZVPxAA.NDi6rcJn5HW7oSQwIgFI-nP1OyM"),
        (
            "half an object",
            "eyJhIjox.ZVPxAA.OR2jcT-S6yFnoWlErfAtJezal2s",
        ),
        (
            "half a surrogate pair",
            "eyJhIjoiXHVkODAwIn0.ZVPxAA.ctdvKmAJYj6dsYgfWmpVxFc-Tk4",
        ),
    ] {
        assert!(
            Signer::new(&secrets()).unwrap().unsign(cookie).is_some(),
            "{name}"
        );
        assert!(open(cookie).is_empty(), "{name}");
    }
}

/// Signed here, as Flask would.
#[test]
fn a_signed_session_that_is_too_much_is_empty() {
    let signer = Signer::new(&secrets()).unwrap();
    let cookie = |json: &str| signer.sign(&payload::encode(json), MADE);
    let nested = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let of_bytes = |bytes| format!("{{\"a\":\"{}\"}}", "a".repeat(bytes - r#"{"a":""}"#.len()));
    let digits = |digits| format!("{{\"a\":{}}}", "7".repeat(digits));
    for (most, more) in [
        (
            nested(crate::json::MAX_JSON_DEPTH - 1),
            nested(crate::json::MAX_JSON_DEPTH),
        ),
        (
            of_bytes(payload::MAX_JSON_BYTES),
            of_bytes(payload::MAX_JSON_BYTES + 1),
        ),
        (
            digits(crate::json::MAX_INTEGER_DIGITS),
            digits(crate::json::MAX_INTEGER_DIGITS + 1),
        ),
    ] {
        assert_eq!(open(&cookie(&most)).len(), 1, "{most:.40}");
        assert!(open(&cookie(&more)).is_empty(), "{more:.40}");
    }
}

#[test]
fn a_session_lasts_31_days_and_does_not_come_from_the_future() {
    for (now, want) in [
        (MADE - 1, 0),
        (0, 0),
        (MADE, 1),
        (MADE + LIFETIME_SECS, 1),
        (MADE + LIFETIME_SECS + 1, 0),
        (u64::from(u32::MAX), 0),
    ] {
        assert_eq!(open_at(TUTORIAL, now).len(), want, "{now}");
    }
    // The fraction of a second that a clock has does not count, as in Flask.
    let almost = at(MADE + LIFETIME_SECS) + Duration::from_millis(999);
    let cookies = cookies(format!("session={TUTORIAL}"));
    assert_eq!(
        Session::open_at(&cookies, &secrets(), almost)
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn of_two_cookies_the_first_counts() {
    for (header, want) in [
        (format!("session={TUTORIAL}; session={PERMANENT_COOKIE}"), 1),
        (format!("session={PERMANENT_COOKIE}; session={TUTORIAL}"), 2),
        (format!("session=x; session={TUTORIAL}"), 0),
        (format!("session=; session={TUTORIAL}"), 0),
        (format!("a=1; session={TUTORIAL}; b=2"), 1),
        (format!("session=\"{TUTORIAL}\""), 1),
        (format!("Session={TUTORIAL}"), 0),
        (format!("sessions={TUTORIAL}"), 0),
        ("a=1".to_owned(), 0),
    ] {
        let session = Session::open_at(&cookies(&header), &secrets(), at(MADE)).unwrap();
        assert_eq!(session.len(), want, "{header}");
    }
}

#[test]
fn a_key_is_replaced_without_logging_anybody_out() {
    let cookies = cookies(format!("session={TUTORIAL}"));
    for (key, fallbacks, want) in [
        (KEY, "[]", 1),
        ("new", "[]", 0),
        ("new", r#"["wristwaking"]"#, 1),
        ("new", r#"["older", "wristwaking", "oldest"]"#, 1),
        (KEY, r#"["older"]"#, 1),
        ("new", r#"["older"]"#, 0),
    ] {
        let secrets = Secrets::parse(key, fallbacks).unwrap();
        let session = Session::open_at(&cookies, &secrets, at(MADE)).unwrap();
        assert_eq!(session.len(), want, "{key} {fallbacks}");
    }
    let rotated = Secrets::parse("new", r#"["wristwaking"]"#).unwrap();
    let mut session = Session::open_at(&cookies, &rotated, at(MADE)).unwrap();
    session.insert("seen", true);
    let cookie = written(session);
    assert!(open(&cookie).is_empty(), "the old key signed");
}

#[test]
fn without_a_key_there_is_no_session() {
    let none = Secrets::parse("", "[]").unwrap();
    let error = Session::open(&cookies(format!("session={TUTORIAL}")), &none).unwrap_err();
    assert_eq!(error, Error::NoSecretKey);
}

proptest! {
    #[test]
    fn any_cookie_opens(cookie in "[ -~\u{e9}]{0,80}") {
        let cookies = cookies(format!("session={cookie}"));
        prop_assert!(Session::open(&cookies, &secrets()).unwrap().is_empty());
    }

    #[test]
    fn any_cookie_of_three_parts_opens(cookie in "\\.?[A-Za-z0-9_-]{0,30}\\.[A-Za-z0-9_-]{0,9}\\.[A-Za-z0-9_-]{26,28}") {
        prop_assert!(open(&cookie).is_empty());
    }
}
