//! What becomes of a session.

use super::*;

#[test]
fn a_session_that_is_changed_is_a_cookie_and_one_that_is_not_is_none() {
    type Change = fn(&mut Session);
    let unchanged: [(&str, Change); 7] = [
        (TUTORIAL, |_| {}),
        (TUTORIAL, |session| {
            session.insert("login_user", "唤醒手腕");
        }),
        (TUTORIAL, |session| {
            session.remove("other");
        }),
        (TUTORIAL, |session| {
            session.clear();
            session.insert("login_user", "唤醒手腕");
        }),
        (TUTORIAL, |session| {
            session.insert("a", 1);
            session.remove("a");
        }),
        ("", |session| session.clear()),
        ("", |session| {
            session.insert("a", 1);
            session.remove("a");
        }),
    ];
    for (index, (cookie, change)) in unchanged.into_iter().enumerate() {
        assert_eq!(saved(open(cookie).tap(change)), None, "row {index}");
    }
    let changed: [(&str, Change); 6] = [
        ("", |session| {
            session.insert("a", 1);
        }),
        ("tampered", |session| {
            session.insert("a", 1);
        }),
        (TUTORIAL, |session| {
            session.insert("a", 1);
        }),
        (TUTORIAL, |session| {
            session.insert("login_user", Value::Markup("唤醒手腕".to_owned()));
        }),
        (PERMANENT_COOKIE, |session| {
            session.remove("_permanent");
        }),
        (PERMANENT_COOKIE, |session| {
            *session.get_mut("user_id").unwrap() = 7.0.into();
        }),
    ];
    for (index, (cookie, change)) in changed.into_iter().enumerate() {
        let line = saved(open(cookie).tap(change)).unwrap();
        assert!(!line.contains("1970"), "row {index}: {line}");
    }
}

#[test]
fn a_change_inside_a_value_is_a_change() {
    let cookie = written(session_with(&[("list", vec![1, 2].into())]));
    let mut session = open(&cookie);
    match session.get_mut("list") {
        Some(Value::List(items)) => items.push(3.into()),
        other => panic!("{other:?}"),
    }
    let cookie = written(session);
    assert_eq!(open(&cookie).get("list"), Some(&vec![1, 2, 3].into()));
}

#[test]
fn a_session_that_is_emptied_deletes_the_cookie() {
    let deleted = "session=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Path=/; SameSite=Lax";
    let mut removed = open(TUTORIAL);
    removed.remove("login_user");
    assert_eq!(saved(removed).as_deref(), Some(deleted));
    // A cookie that this side cannot read may still be good on the other.
    for cookie in [TUTORIAL, PERMANENT_COOKIE, "signed.by.another"] {
        let mut cleared = open(cookie);
        cleared.clear();
        assert_eq!(saved(cleared).as_deref(), Some(deleted), "{cookie}");
    }
    assert_eq!(saved(open("signed.by.another")), None);
}

#[test]
fn the_cookie_has_the_attributes_that_keep_it_safe() {
    let line = |permanent: bool| {
        let mut session = open("");
        session.insert("a", 1);
        if permanent {
            session.set_permanent(true);
        }
        let line = saved(session).unwrap();
        line.split_once("; ").unwrap().1.to_owned()
    };
    assert_eq!(line(false), "HttpOnly; Path=/; SameSite=Lax");
    assert_eq!(
        line(true),
        "Expires=Fri, 15 Dec 2023 22:13:20 GMT; HttpOnly; Path=/; SameSite=Lax"
    );
}

#[test]
fn a_session_that_goes_on_is_dated_anew_after_a_day() {
    let day = RENEW_AFTER.as_secs();
    let set_to_what_it_was: fn(&mut Session) = |session| {
        let user = session.get("login_user").cloned().unwrap();
        session.insert("login_user", user);
    };
    let nothing: fn(&mut Session) = |_| {};
    for (cookie, change, age, want) in [
        (PERMANENT_COOKIE, nothing, 0, false),
        (PERMANENT_COOKIE, nothing, day, false),
        (PERMANENT_COOKIE, nothing, day + 1, true),
        (PERMANENT_COOKIE, nothing, LIFETIME_SECS, true),
        (TUTORIAL, nothing, LIFETIME_SECS, false),
        (TUTORIAL, set_to_what_it_was, day, false),
        (TUTORIAL, set_to_what_it_was, day + 1, true),
    ] {
        let cookie = saved(open_at(cookie, MADE + age).tap(change));
        assert_eq!(cookie.is_some(), want, "{age} {cookie:?}");
    }
    let renewed = written(open_at(PERMANENT_COOKIE, MADE + LIFETIME_SECS));
    assert_eq!(open_at(&renewed, MADE + 2 * LIFETIME_SECS).len(), 2);
}

#[test]
fn permanence_is_a_key_as_in_flask() {
    assert!(open(PERMANENT_COOKIE).is_permanent());
    assert!(!open(TUTORIAL).is_permanent());
    let mut session = open(PERMANENT_COOKIE);
    session.set_permanent(false);
    assert!(!session.is_permanent());
    assert_eq!(session.get("_permanent"), Some(&false.into()));
}

#[test]
fn a_session_over_the_limit_is_an_error_that_says_so() {
    // Random enough not to become much shorter, and the same each time.
    let noise = |bytes: u32, seed: u32| -> String {
        let mut state = seed;
        let letters = (0..bytes).map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b'!' + (state >> 24) as u8 % 93)
        });
        letters.collect()
    };
    // The lengths that base64 has leave 4,093 out, unless the cookie has an end.
    let session = |bytes, seed| {
        session_with(&[
            ("_permanent", true.into()),
            ("a", noise(bytes, seed).into()),
        ])
    };
    let (mut largest, mut smallest_refused) = (0, usize::MAX);
    for (bytes, seed) in (3420..3540).flat_map(|bytes| [(bytes, 1), (bytes, 2), (bytes, 3)]) {
        match session(bytes, seed).save() {
            Ok(cookie) => {
                let line = cookie.unwrap().secure(true).to_string();
                largest = largest.max(line.len());
            }
            Err(error) => {
                let detail = error.to_string();
                let taken = detail.split(' ').find_map(|word| word.parse().ok());
                smallest_refused = smallest_refused.min(taken.unwrap());
                assert!(
                    detail.contains("4093") && detail.contains("browsers"),
                    "{detail}"
                );
            }
        }
    }
    assert_eq!(
        (largest, smallest_refused),
        (MAX_COOKIE_BYTES, MAX_COOKIE_BYTES + 1)
    );
    assert!(refusal(session(100_000, 1)).contains("4093"));
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let large = session_with(&[("a", "a".repeat(payload::MAX_JSON_BYTES).into())]);
    assert!(refusal(large).contains("larger than it can be read"));
    let deep =
        (0..crate::json::MAX_JSON_DEPTH).fold(Value::Null, |inner, _| Value::List(vec![inner]));
    assert!(refusal(session_with(&[("a", deep)])).contains("nested deeper"));
}

#[test]
fn debugging_shows_neither_a_key_nor_what_a_session_holds() {
    assert_eq!(format!("{:?}", open(TUTORIAL)), r#"{"login_user"}"#);
}
