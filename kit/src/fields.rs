//! Fields that come as a form or as JSON, whichever a client likes.

use serde_json::Value;

use crate::{
    error::{Error, FieldError, Result},
    multidict::MultiDict,
};

/// The named fields of a form.
pub(crate) fn from_form(form: &MultiDict, names: &[&str]) -> MultiDict {
    let mut fields = MultiDict::default();
    for name in names {
        for value in form.getlist(name) {
            fields.add(*name, value);
        }
    }
    fields
}

/// The named fields of a JSON object: strings, or arrays of strings; `null` counts as absent.
///
/// # Errors
/// 422 where it is no object, or where a field is not text; each of these is named.
pub(crate) fn from_json(body: &Value, names: &[&str]) -> Result<MultiDict> {
    let Value::Object(object) = body else {
        return Err(Error::unprocessable("the body must be a JSON object"));
    };
    let mut fields = MultiDict::default();
    let mut errors = Vec::new();
    for name in names {
        match texts(object.get(*name).unwrap_or(&Value::Null)) {
            Some(values) => values
                .into_iter()
                .for_each(|value| fields.add(*name, value)),
            None => errors.push(FieldError {
                field: (*name).to_owned(),
                detail: "must be a string, or an array of strings".to_owned(),
            }),
        }
    }
    if errors.is_empty() {
        return Ok(fields);
    }
    let detail = "some fields are not text".to_owned();
    Err(Error::Unprocessable { detail, errors })
}

/// The texts that a JSON value holds; `None` where it holds anything else.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(text) => Some(vec![text]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAMES: &[&str] = &["name", "nickname"];

    #[test]
    fn only_what_is_named_is_taken_from_a_form() {
        let form = [("name", "a"), ("other", "x"), ("name", "b")]
            .into_iter()
            .collect();
        let fields = from_form(&form, NAMES);
        assert_eq!(
            fields.items().collect::<Vec<_>>(),
            [("name", "a"), ("name", "b")]
        );
    }

    #[test]
    fn a_json_field_is_a_text_or_several() {
        for (body, want) in [
            (json!({}), &[][..]),
            (json!({ "name": "a" }), &[("name", "a")]),
            (json!({ "name": "" }), &[("name", "")]),
            (
                json!({ "nickname": "b", "name": ["a"] }),
                &[("name", "a"), ("nickname", "b")],
            ),
            (
                json!({ "name": ["a", "b"] }),
                &[("name", "a"), ("name", "b")],
            ),
            (json!({ "name": null, "nickname": [] }), &[]),
            (
                json!({ "name": "a", "other": { "any": "thing" } }),
                &[("name", "a")],
            ),
        ] {
            let fields = from_json(&body, NAMES).unwrap();
            assert_eq!(fields.items().collect::<Vec<_>>(), want, "{body}");
        }
    }

    #[test]
    fn what_is_not_text_is_refused_by_name() {
        for (body, want) in [
            (json!({ "name": 1 }), &["name"][..]),
            (json!({ "name": "a", "nickname": ["b", 2] }), &["nickname"]),
            (
                json!({ "name": {}, "nickname": true }),
                &["name", "nickname"],
            ),
            (json!({ "name": [["a"]] }), &["name"]),
            (json!([]), &[]),
            (json!("name"), &[]),
        ] {
            let error = from_json(&body, NAMES).unwrap_err();
            let fields: Vec<String> = error
                .fields()
                .into_iter()
                .map(|error| error.field)
                .collect();
            assert_eq!(error.status().as_u16(), 422, "{body}");
            assert_eq!(fields, want, "{body}");
        }
    }
}
