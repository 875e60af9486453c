//! Forms that mean another method.

use super::*;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[test]
fn a_form_may_mean_put_and_delete_where_an_app_says_so() {
    for (path, lines, body, want) in [
        ("/words/7", &[FORM][..], "_method=PUT&name=a", Ok("PUT 7 a")),
        ("/words/7", &[FORM], "_method=DELETE", Ok("DELETE 7 ")),
        ("/uploads/a", &[FORM], "_method=DELETE", Ok("DELETE a ")),
        ("/word", &[FORM], "_method=PUT", Ok("changed")),
        ("/both", &[FORM], "_method=PUT", Ok("changed")),
        ("/words/import", &[FORM], "_method=DELETE", Ok("changed")),
        ("/uploads/a", &[FORM], "_method=PUT", Err(405)),
        ("/words/7", &[FORM], "name=a", Err(405)),
        ("/words/7", &[FORM], "", Err(405)),
        ("/words/7", &[], "_method=PUT", Err(405)),
        ("/words/7?_method=PUT", &[FORM], "", Err(405)),
        ("/words/7", &[FORM], "_method=PATCH", Err(400)),
        ("/words/7", &[FORM], "_method=put", Err(400)),
        ("/patched/7", &[FORM], "_method=PATCH", Err(405)),
        ("/cookies", &[FORM], "_method=GET", Err(405)),
        ("/nowhere", &[FORM], "_method=PUT", Err(404)),
        ("/words/7", &[FORM, OTHER_SITE], "_method=PUT", Err(403)),
        ("/words/7", &[FORM, OTHER_SITE], "_method=PATCH", Err(403)),
        (
            "/words/7",
            &[FORM, ("content-length", "1048577")],
            "_method=PUT",
            Err(413),
        ),
    ] {
        let response = answer_of(app().form_methods(), "POST", path, lines, body);
        let got = match response.status().as_u16() {
            200 => Ok(response.body().as_str()),
            status => Err(status),
        };
        assert_eq!(got, want, "{path} {lines:?} {body}");

        let without = answer_of(app(), "POST", path, lines, body);
        let unchanged = matches!(path, "/word" | "/both" | "/words/import" | "/nowhere");
        let want = if unchanged {
            response.status().as_u16()
        } else {
            405
        };
        assert_eq!(without.status().as_u16(), want, "{path} {body}");
    }
}

#[test]
fn only_a_posted_form_means_another_method() {
    for method in ["GET", "PUT", "PATCH", "DELETE"] {
        let app = app().form_methods();
        let response = answer_of(app, method, "/words/7", &[FORM], "_method=DELETE");
        assert_eq!(response.body(), &format!("{method} 7 "));
    }
    let response = answer_of(app().form_methods(), "POST", "/words/7", &[FORM], "");
    assert_eq!(
        response.headers()["allow"],
        "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
    );
}
