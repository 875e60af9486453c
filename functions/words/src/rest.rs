//! /words and /words/ID: the words as a REST resource, for programs.

use http::header;
use kit::{
    Request, Response, Result, TextFields,
    conditional::ETag,
    response::{created, no_content, serialized},
};
use serde::Serialize;

use crate::{
    draft::{Draft, Field},
    import,
    input::{complete, id, may_change, merged, seen},
    rights::Rights,
    store::{Inserted, ListRequest, Listing, Words, pair_exists},
    word::Word,
};

/// A page of words, newest first; of those that have `?q=` in any field.
pub(crate) async fn list(request: Request) -> Result<Response> {
    let wanted = ListRequest::from_args(request.args())?;
    let Listing { page, total } = Words::open().await?.list(wanted).await?;
    serialized(&Answer {
        next: page.next.as_deref(),
        total,
        words: &page.items,
    })
}

/// A page of words as JSON, its keys sorted.
#[derive(Serialize)]
struct Answer<'a> {
    next: Option<&'a str>,
    total: Option<i64>,
    words: &'a [Word],
}

/// Adds a word.
pub(crate) async fn create(mut request: Request) -> Result<Response> {
    let fields = request.text_fields(&Field::NAMES).await?;
    let words = Words::open().await?;
    let rights = Rights::new(&request, &words).await?;
    let owner = rights.owner()?;
    let draft = complete(&fields)?;
    match words.insert(&draft, owner).await? {
        Inserted::Exists(id) => Err(pair_exists(id)),
        Inserted::New(word) => {
            let response = created(&Word::path_of(word.id), &word.to_json());
            rights.save_on(tagged(response, &word.etag()))
        }
    }
}

/// Imports the words of a file.
pub(crate) async fn import(mut request: Request) -> Result<Response> {
    let (mode, report) = import::import(&mut request).await?;
    Ok(report.answer(mode))
}

/// One word.
pub(crate) async fn read(request: Request) -> Result<Response> {
    let word = Words::open().await?.get(id(&request)?).await?;
    let tag = word.etag();
    if let Some(unchanged) = request.not_modified(&tag)? {
        return Ok(unchanged);
    }
    Ok(tagged(serialized(&word)?, &tag))
}

/// PUT: all fields anew; a sentence that is not given is empty.
pub(crate) async fn replace(request: Request) -> Result<Response> {
    update(request, |_, fields| complete(fields)).await
}

/// PATCH: the fields that are given.
pub(crate) async fn change(request: Request) -> Result<Response> {
    update(request, |word, fields| merged(&word.draft, fields)).await
}

/// Makes of a word what `draft` makes of it and the fields that are sent.
async fn update(
    mut request: Request,
    draft: impl Fn(&Word, &TextFields) -> Result<Draft>,
) -> Result<Response> {
    let fields = request.text_fields(&Field::NAMES).await?;
    let words = Words::open().await?;
    let rights = Rights::to_change(&request, &words).await?;
    let id = id(&request)?;
    let seen = seen(&mut request).await?;
    let word = words
        .update(id, |word| {
            rights.check(word)?;
            may_change(&request, seen.as_deref(), word)?;
            draft(word, &fields)
        })
        .await?;
    rights.save_on(tagged(serialized(&word)?, &word.etag()))
}

/// DELETE.
pub(crate) async fn delete(mut request: Request) -> Result<Response> {
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
    rights.save_on(no_content())
}

/// What is answered of a word, with its tag.
fn tagged(mut response: Response, tag: &ETag) -> Response {
    response.headers_mut().insert(header::ETAG, tag.header());
    response
}
