//! Fields that come as a form or as JSON, whichever a client likes.

use serde_json::{Map, Value};

use formats::MultiDict;

use crate::error::{Error, FieldError, Result};

/// The code of a field of JSON that is no text.
const NOT_A_STRING: &str = "not-a-string";

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

/// Fields that are text, and what is wrong with those that are something else. A view
/// can say that together with whatever else is wrong.
///
/// # Example
/// ```
/// use kit::{Request, Response, Result, text};
///
/// async fn greet(mut request: Request) -> Result<Response> {
///     let fields = request.text_fields(&["name"]).await?;
///     Ok(text(format!("welcome {}", fields.all()?.require("name")?)))
/// }
/// ```
#[derive(Debug, Default)]
pub struct TextFields {
    texts: MultiDict,
    not_text: Vec<FieldError>,
}

impl TextFields {
    /// The named fields of a form, of which all are text.
    pub(crate) fn from_form(form: &MultiDict, names: &[&str]) -> Self {
        Self {
            texts: from_form(form, names),
            not_text: Vec::new(),
        }
    }

    /// The named fields of a JSON object: strings; `null` counts as absent.
    ///
    /// # Errors
    /// 422 where it is no object.
    pub(crate) fn from_json(body: &Value, names: &[&str]) -> Result<Self> {
        let object = object(body)?;
        let mut fields = Self::default();
        for name in names {
            match object.get(*name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) => fields.texts.add(*name, text),
                Some(_) => {
                    fields
                        .not_text
                        .push(FieldError::new(*name, NOT_A_STRING, "must be a string"))
                }
            }
        }
        Ok(fields)
    }

    /// What is wrong with a field that is not text; `None` where it is text, or absent.
    pub fn flaw_of(&self, name: &str) -> Option<&FieldError> {
        self.not_text.iter().find(|error| error.field == name)
    }

    /// Those that are text.
    pub fn texts(&self) -> &MultiDict {
        &self.texts
    }

    /// What is wrong with the others.
    pub fn not_text(&self) -> &[FieldError] {
        &self.not_text
    }

    /// All of them.
    ///
    /// # Errors
    /// 422 where one is not text; each of these is named.
    pub fn all(&self) -> Result<&MultiDict> {
        if self.not_text.is_empty() {
            return Ok(&self.texts);
        }
        Err(not_text(self.not_text.clone()))
    }

    /// The same, where nobody else needs them.
    ///
    /// # Errors
    /// As [`Self::all`].
    pub(crate) fn into_all(self) -> Result<MultiDict> {
        if self.not_text.is_empty() {
            return Ok(self.texts);
        }
        Err(not_text(self.not_text))
    }
}

impl From<MultiDict> for TextFields {
    /// Fields of which all are text, as those of a form are.
    fn from(texts: MultiDict) -> Self {
        Self {
            texts,
            not_text: Vec::new(),
        }
    }
}

/// The named fields of a JSON object: `lists`, which are strings or arrays of strings, and `names`, which are
/// one string each; `null` counts as absent.
///
/// # Errors
/// 422 where it is no object, or where a field is not text; each of these is named.
pub(crate) fn lists_from_json(body: &Value, lists: &[&str], names: &[&str]) -> Result<MultiDict> {
    let object = object(body)?;
    let mut fields = TextFields::default();
    for name in lists {
        match texts(object.get(*name).unwrap_or(&Value::Null)) {
            Some(values) => values
                .into_iter()
                .for_each(|value| fields.texts.add(*name, value)),
            None => fields.not_text.push(FieldError::new(
                *name,
                NOT_A_STRING,
                "must be a string, or an array of strings",
            )),
        }
    }
    let single = TextFields::from_json(body, names)?;
    for (name, value) in single.texts.items() {
        fields.texts.add(name, value);
    }
    fields.not_text.extend(single.not_text);
    fields.into_all()
}

fn object(body: &Value) -> Result<&Map<String, Value>> {
    body.as_object()
        .ok_or_else(|| Error::unprocessable("not-an-object", "the body must be a JSON object"))
}

fn not_text(errors: Vec<FieldError>) -> Error {
    Error::invalid_fields("some fields are not text", errors)
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
    fn a_list_is_a_text_or_several_and_a_field_is_one() {
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
            (json!({ "name": [], "nickname": null }), &[]),
            (
                json!({ "name": "a", "other": { "any": "thing" } }),
                &[("name", "a")],
            ),
        ] {
            let fields = lists_from_json(&body, &["name"], &["nickname"]).unwrap();
            assert_eq!(fields.items().collect::<Vec<_>>(), want, "{body}");
        }
    }

    #[test]
    fn one_text_each_leaves_the_others_to_be_said_as_well() {
        for (body, want, not_text) in [
            (json!({}), &[][..], &[][..]),
            (
                json!({ "nickname": "", "name": "a" }),
                &[("name", "a"), ("nickname", "")],
                &[],
            ),
            (json!({ "name": null, "other": 1 }), &[], &[]),
            (
                json!({ "name": ["a"], "nickname": "b" }),
                &[("nickname", "b")],
                &["name"],
            ),
            (
                json!({ "name": [], "nickname": {} }),
                &[],
                &["name", "nickname"],
            ),
            (json!({ "nickname": false }), &[], &["nickname"]),
        ] {
            let fields = TextFields::from_json(&body, NAMES).unwrap();
            let texts: Vec<_> = fields.texts().items().collect();
            assert_eq!(texts, want, "{body}");
            let named: Vec<_> = fields.not_text().iter().map(|e| e.field.as_str()).collect();
            assert_eq!(named, not_text, "{body}");
            assert!(
                fields
                    .not_text()
                    .iter()
                    .all(|e| e.detail == "must be a string")
            );
            let refused = fields.all().err().map(|error| error.fields().len());
            assert_eq!(refused, (!not_text.is_empty()).then_some(not_text.len()));
        }
        for body in [json!([]), json!("name"), json!(null)] {
            let error = TextFields::from_json(&body, NAMES).unwrap_err();
            assert_eq!(error.status().as_u16(), 422, "{body}");
        }
    }

    #[test]
    fn what_is_not_text_is_refused_by_name() {
        for (body, want) in [
            (json!({ "name": 1 }), &["name"][..]),
            (json!({ "name": ["b", 2], "nickname": "a" }), &["name"]),
            (json!({ "name": ["a"], "nickname": ["b"] }), &["nickname"]),
            (json!({ "name": "a", "nickname": [] }), &["nickname"]),
            (
                json!({ "name": {}, "nickname": true }),
                &["name", "nickname"],
            ),
            (json!({ "name": [["a"]] }), &["name"]),
            (json!([]), &[]),
            (json!("name"), &[]),
        ] {
            let error = lists_from_json(&body, &["name"], &["nickname"]).unwrap_err();
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
