//! What a request says of a word: which one, which version of it, and what it is to be.

use kit::{Error, MultiDict, Request, Result, TextFields};

use crate::{
    draft::{Draft, Field, Flaw, PerField, unprocessable},
    word::Word,
};

/// Refuses a change to a word that is not what the client has seen, by `If-Match` or by the field that
/// stands for it in a form.
///
/// # Errors
/// 412 where one of them names something else.
pub(crate) fn may_change(request: &Request, seen: Option<&str>, word: &Word) -> Result<()> {
    request.check_if_match(&word.etag(), seen)
}

/// The version that the reader of a form has seen: its field `if_match`, as a form cannot send headers.
pub(crate) async fn seen(request: &mut Request) -> Result<Option<String>> {
    Ok(request.form().await?.get("if_match").map(str::to_owned))
}

/// The id in the path.
///
/// # Errors
/// 404 where it is no id.
pub(crate) fn id(request: &Request) -> Result<i64> {
    id_of(request.path_param("id")?).ok_or_else(|| Error::NotFound(request.path().to_owned()))
}

/// An id from 1, written in the one way in which [`Word::path_of`] writes it: a word has one path.
fn id_of(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits && !text.starts_with('0'))
}

/// A word of fields of which the pair has to be there.
///
/// # Errors
/// 422 with every flaw of every field.
pub(crate) fn complete(fields: &TextFields) -> Result<Draft> {
    checked(draft_of(fields.texts()), fields)
}

/// The word, where nothing is wrong with it and all of the fields were text.
fn checked(
    draft: std::result::Result<Draft, Vec<(Field, Flaw)>>,
    fields: &TextFields,
) -> Result<Draft> {
    match draft {
        Ok(draft) if fields.not_text().is_empty() => Ok(draft),
        draft => Err(unprocessable(
            &draft.err().unwrap_or_default(),
            fields.not_text(),
        )),
    }
}

/// The word of those fields that are text, or their flaws as they are.
pub(crate) fn draft_of(fields: &MultiDict) -> std::result::Result<Draft, Vec<(Field, Flaw)>> {
    let mut flaws: Vec<_> = [Field::English, Field::Chinese]
        .into_iter()
        .filter(|field| fields.get(field.name()).is_none())
        .map(|field| (field, Flaw::Missing))
        .collect();
    let checked = Draft::default().with(given(fields));
    if flaws.is_empty() {
        return checked;
    }
    flaws.extend(checked.err().into_iter().flatten());
    Err(flaws)
}

/// A word with those fields changed that are given and are something else. The others may be what nobody could
/// give here, as `/data` takes more.
///
/// # Errors
/// 422 with every flaw of every field that is changed.
pub(crate) fn merged(draft: &Draft, fields: &TextFields) -> Result<Draft> {
    let mut texts = given(fields.texts());
    for (field, text) in Field::ALL.into_iter().zip(&mut texts) {
        text.take_if(|text| text == draft.get(field));
    }
    checked(draft.clone().with(texts), fields)
}

fn given(fields: &MultiDict) -> PerField<Option<String>> {
    Field::NAMES.map(|name| fields.get(name).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use kit::{Value, json};

    use super::*;

    fn fields(given: &[(&str, &str)]) -> MultiDict {
        given.iter().copied().collect()
    }

    /// The fields of a JSON body.
    fn of_json(body: &Value) -> TextFields {
        let request = http::Request::post("/words").header("content-type", "application/json");
        let mut request = Request::new(request.body(body.to_string()).unwrap());
        block_on(request.text_fields(&Field::NAMES)).unwrap()
    }

    /// What is said of each field.
    fn said(error: &Error) -> Vec<(String, String)> {
        let errors = error.fields().into_iter();
        errors.map(|error| (error.field, error.detail)).collect()
    }

    #[test]
    fn what_is_no_text_is_listed_with_every_other_flaw() {
        const NO_TEXT: &str = "must be a string";
        const MISSING: &str = "is missing";
        for (body, want) in [
            (
                json!({ "english": 7, "chinese": "", "sentence_eng": "x".repeat(3000) }),
                &[
                    ("english", NO_TEXT),
                    ("chinese", "must not be empty"),
                    ("sentence_eng", "must have at most 2000 characters"),
                ][..],
            ),
            (
                json!({ "sentence_eng": 1 }),
                &[
                    ("english", MISSING),
                    ("chinese", MISSING),
                    ("sentence_eng", NO_TEXT),
                ],
            ),
            (
                json!({ "english": null, "chinese": [], "sentence_eng": 1, "sentence_chi": {} }),
                &[
                    ("english", MISSING),
                    ("chinese", NO_TEXT),
                    ("sentence_eng", NO_TEXT),
                    ("sentence_chi", NO_TEXT),
                ],
            ),
            (
                json!({ "english": ["arr", "b"], "chinese": "唤醒" }),
                &[("english", NO_TEXT)],
            ),
            (
                json!({ "english": "", "sentence_chi": "\0" }),
                &[
                    ("english", "must not be empty"),
                    ("chinese", MISSING),
                    ("sentence_chi", "must not have control characters"),
                ],
            ),
        ] {
            let error = complete(&of_json(&body)).unwrap_err();
            let want: Vec<_> = want
                .iter()
                .map(|(field, detail)| ((*field).to_owned(), (*detail).to_owned()))
                .collect();
            assert_eq!(said(&error), want, "{body}");
        }
        let sentences = json!({ "english": "a", "chinese": "b", "sentence_eng": null });
        assert_eq!(complete(&of_json(&sentences)).unwrap().sentence_eng, "");
    }

    #[test]
    fn a_patch_says_as_much() {
        let kept = Draft {
            english: "wake".to_owned(),
            chinese: "唤醒".to_owned(),
            ..Draft::default()
        };
        let body = json!({ "english": "", "chinese": null, "sentence_eng": ["a"] });
        let error = merged(&kept, &of_json(&body)).unwrap_err();
        let named: Vec<_> = said(&error).into_iter().map(|(field, _)| field).collect();
        assert_eq!(named, ["english", "sentence_eng"]);
        let nothing = json!({ "english": null, "other": 1 });
        assert_eq!(merged(&kept, &of_json(&nothing)).unwrap(), kept);
    }

    #[test]
    fn an_id_is_written_in_one_way() {
        for (path, want) in [("1", Some(1)), ("10", Some(10)), ("01", None), ("0", None)]
            .into_iter()
            .chain(["00", "+1", "-1", "１", "1.0", "99999999999999999999"].map(|text| (text, None)))
        {
            assert_eq!(id_of(path), want, "{path}");
        }
    }

    #[test]
    fn only_what_a_patch_changes_is_checked() {
        let kept = Draft {
            english: "wake".to_owned(),
            chinese: String::new(),
            sentence_eng: "a\rb\u{1}".to_owned(),
            ..Draft::default()
        };
        let patch = |given: &[(&str, &str)]| {
            let body: serde_json::Map<_, _> = given
                .iter()
                .map(|(name, text)| ((*name).to_owned(), json!(text)))
                .collect();
            merged(&kept, &of_json(&body.into()))
        };
        let got = patch(&[("sentence_chi", " 新 ")]).unwrap();
        assert_eq!(
            (got.sentence_chi.as_str(), &got.sentence_eng),
            ("新", &kept.sentence_eng)
        );
        assert_eq!(got.chinese, "");
        assert_eq!(patch(&[("chinese", "")]).unwrap(), kept);
        assert_eq!(patch(&[]).unwrap(), kept);
        for (name, text) in [("english", " "), ("chinese", " "), ("sentence_eng", "\0")] {
            let error = patch(&[(name, text)]).unwrap_err();
            assert_eq!(error.status().as_u16(), 422, "{name}");
            assert_eq!(error.fields().len(), 1, "{name}");
        }
    }

    #[test]
    fn a_missing_word_is_called_missing_and_not_empty() {
        let flaws = draft_of(&fields(&[("chinese", ""), ("sentence_eng", "\0")])).unwrap_err();
        assert_eq!(
            flaws,
            [
                (Field::English, Flaw::Missing),
                (Field::Chinese, Flaw::Empty),
                (Field::SentenceEng, Flaw::ControlCharacter),
            ]
        );
    }
}
