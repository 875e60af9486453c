//! /words and /words/ID: the words as a REST resource.

use http::header;
use kit::{
    Error, MultiDict, Request, Response, Result, created, db::PageRequest, json, jsonify,
    no_content,
};

use crate::{
    draft::{Draft, Field, Flaw},
    page,
    rights::Rights,
    store::{Inserted, Listing, Words, pair_exists},
    word::Word,
};

/// A page of words, newest first; of those that have `?q=` in any field.
pub(crate) async fn list(request: Request) -> Result<Response> {
    if request.wants_page() {
        return page::index(request).await;
    }
    let args = request.args();
    let which = PageRequest::from_args(args)?;
    let Listing { page, total } = Words::open()
        .await?
        .list(which, args.get("q").unwrap_or_default())
        .await?;
    let words: Vec<_> = page.items.iter().map(Word::to_json).collect();
    Ok(jsonify(
        &json!({ "words": words, "total": total, "next": page.next }),
    ))
}

/// Adds a word.
pub(crate) async fn create(mut request: Request) -> Result<Response> {
    let fields = request.fields(&Field::NAMES).await?;
    if request.wants_page() {
        return page::create(request, &fields).await;
    }
    let words = Words::open().await?;
    let rights = Rights::of(&request, &words).await?;
    let owner = rights.owner()?;
    let draft = complete(&fields)?;
    match words.insert(&draft, owner).await? {
        Inserted::Exists(id) => Err(pair_exists(id)),
        Inserted::New(word) => Ok(tagged(
            created(&Word::path_of(word.id), &word.to_json()),
            &word,
        )),
    }
}

/// One word.
pub(crate) async fn read(request: Request) -> Result<Response> {
    let word = Words::open().await?.get(id(&request)?).await?;
    if request.wants_page() {
        return page::word(request, &word).await;
    }
    if let Some(unchanged) = request.not_modified(&word.etag())? {
        return Ok(unchanged);
    }
    Ok(answer(&word))
}

/// PUT: all four fields anew; a sentence that is not given is empty.
pub(crate) async fn replace(mut request: Request) -> Result<Response> {
    let fields = request.fields(&Field::NAMES).await?;
    if request.wants_page() {
        return page::replace(request, &fields).await;
    }
    let words = Words::open().await?;
    let rights = Rights::to_change(&request, &words).await?;
    let (id, draft) = (id(&request)?, complete(&fields)?);
    let seen = seen(&mut request).await?;
    let word = words
        .update(id, |word| {
            rights.check(word)?;
            may_change(&request, seen.as_deref(), word)?;
            Ok(draft.clone())
        })
        .await?;
    Ok(answer(&word))
}

/// PATCH: the fields that are given.
pub(crate) async fn change(mut request: Request) -> Result<Response> {
    let fields = request.fields(&Field::NAMES).await?;
    let words = Words::open().await?;
    let rights = Rights::to_change(&request, &words).await?;
    let id = id(&request)?;
    let seen = seen(&mut request).await?;
    let word = words
        .update(id, |word| {
            rights.check(word)?;
            may_change(&request, seen.as_deref(), word)?;
            merged(&word.draft, &fields)
        })
        .await?;
    Ok(answer(&word))
}

/// DELETE.
pub(crate) async fn delete(mut request: Request) -> Result<Response> {
    if request.wants_page() {
        return page::delete(request).await;
    }
    let words = Words::open().await?;
    let rights = Rights::to_change(&request, &words).await?;
    let id = id(&request)?;
    let seen = seen(&mut request).await?;
    words
        .delete(id, |word| {
            rights.check(word)?;
            may_change(&request, seen.as_deref(), word)
        })
        .await?;
    Ok(no_content())
}

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
    let text = request.path_param("id")?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| Error::NotFound(request.path().to_owned()))
}

/// A word of fields of which the pair has to be there.
///
/// # Errors
/// 422 with every flaw of every field.
pub(crate) fn complete(fields: &MultiDict) -> Result<Draft> {
    draft_of(fields).map_err(unprocessable)
}

/// The same, with the flaws as they are.
pub(crate) fn draft_of(fields: &MultiDict) -> std::result::Result<Draft, Vec<(Field, Flaw)>> {
    let mut draft = raw(&Draft::default(), fields);
    let missing: Vec<Field> = [Field::English, Field::Chinese]
        .into_iter()
        .filter(|field| fields.get(field.name()).is_none())
        .collect();
    // A missing field is called missing, and not empty as well.
    for field in &missing {
        let text = match field {
            Field::English => &mut draft.english,
            _ => &mut draft.chinese,
        };
        *text = "-".to_owned();
    }
    let checked = draft.checked();
    if missing.is_empty() {
        return checked;
    }
    let mut flaws: Vec<_> = missing
        .into_iter()
        .map(|field| (field, Flaw::Missing))
        .collect();
    flaws.extend(checked.err().into_iter().flatten());
    Err(flaws)
}

/// A word with some of its fields anew.
fn merged(draft: &Draft, fields: &MultiDict) -> Result<Draft> {
    let merged = raw(draft, fields);
    if merged == *draft {
        // What came in by /data was never checked, and may stay as it is.
        return Ok(merged);
    }
    merged.checked().map_err(unprocessable)
}

fn raw(draft: &Draft, fields: &MultiDict) -> Draft {
    let text = |field: Field| {
        fields
            .get(field.name())
            .unwrap_or(draft.get(field))
            .to_owned()
    };
    Draft {
        english: text(Field::English),
        chinese: text(Field::Chinese),
        sentence_eng: text(Field::SentenceEng),
        sentence_chi: text(Field::SentenceChi),
    }
}

fn unprocessable(flaws: Vec<(Field, Flaw)>) -> Error {
    Error::Unprocessable {
        detail: "the word cannot be kept as it is".to_owned(),
        errors: flaws
            .into_iter()
            .map(|(field, flaw)| flaw.error(field))
            .collect(),
    }
}

/// A word as JSON, with its tag.
fn answer(word: &Word) -> Response {
    tagged(jsonify(&word.to_json()), word)
}

fn tagged(mut response: Response, word: &Word) -> Response {
    response
        .headers_mut()
        .insert(header::ETAG, word.etag().header());
    response
}
