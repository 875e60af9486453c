//! The word book for a browser: the page at `/`, and those of a word and of an import.
//!
//! They work without scripts. Each is a template with a view model beside it: `book`, `edit`, `outcome`.

mod book;
mod edit;
mod form;
mod outcome;
mod reach;
#[cfg(test)]
mod tests;
mod texts;

use askama::Template;
use http::{HeaderValue, StatusCode, header};
use kit::{
    Error, MultiDict, Request, Response, Result,
    db::{DEFAULT_PAGE_ROWS, PageRequest},
    render_template, see_other,
    site::{self, Message},
};

use self::{book::Book, edit::Edit, form::Fields, outcome::Outcome, texts::Texts};
use crate::{
    import::{Mode, Report},
    rest,
    store::{Inserted, Words},
    word::Word,
};

/// What surrounds the pages, with their texts.
type Site = site::Site<Texts>;

const HOME: &str = "/";

/// The word book: GET /.
pub(crate) async fn index(request: Request) -> Result<Response> {
    let args = request.args();
    let kept =
        ["q", "limit", "after", "through"].map(|name| (name, args.get(name).unwrap_or_default()));
    if let Some(switched) = site::switched(&request, HOME, &kept)? {
        return Ok(switched);
    }
    let site = Site::of(&request, HOME, &kept);
    let fields = form::blank(site.texts, "add");
    book(&request, site, (fields, None), StatusCode::OK).await
}

/// Adds the word of a form.
pub(crate) async fn create(request: Request, sent: &MultiDict) -> Result<Response> {
    let site = Site::of(&request, HOME, &[]);
    let texts = site.texts;
    let mut fields = form::sent(texts, "add", sent);
    let draft = match rest::draft_of(sent) {
        Ok(draft) => draft,
        Err(flaws) => {
            form::mark(&mut fields, texts, &flaws);
            let message = Message::new(texts.fix_fields);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return book(&request, site, (fields, Some(message)), status).await;
        }
    };
    match Words::open().await?.insert(&draft, None).await? {
        Inserted::New(word) => Ok(see_other(&home_of(word.id))),
        Inserted::Exists(id) => {
            fields[0].has_focus = true;
            let path = Word::path_of(id);
            let message = exists(&site, path.clone());
            let form = (fields, Some(message));
            let page = book(&request, site, form, StatusCode::CONFLICT).await?;
            located(page, &path)
        }
    }
}

/// The page of a word: GET /words/ID.
pub(crate) async fn word(request: Request, word: &Word) -> Result<Response> {
    let path = Word::path_of(word.id);
    if let Some(switched) = site::switched(&request, &path, &[])? {
        return Ok(switched);
    }
    render_template(&Edit::new(Site::of(&request, &path, &[]), word))
}

/// Changes a word to what a form says.
pub(crate) async fn replace(mut request: Request, sent: &MultiDict) -> Result<Response> {
    let id = rest::id(&request)?;
    let seen = rest::seen(&mut request).await?;
    let site = Site::of(&request, &Word::path_of(id), &[]);
    let words = Words::open().await?;
    let draft = match rest::draft_of(sent) {
        Ok(draft) => draft,
        Err(flaws) => {
            let word = words.get(id).await?;
            let page = Edit::new(site, &word)
                .typed(sent, seen.as_deref())
                .marked(&flaws);
            return with_status(&page, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let changed = words.update(id, |word| {
        rest::may_change(&request, seen.as_deref(), word)?;
        Ok(draft.clone())
    });
    let error = match changed.await {
        Ok(_) => return Ok(see_other(&home_on_page(&words, id).await?)),
        Err(error) => error,
    };
    let status = error.status();
    let location = match error {
        Error::Conflict { location, .. } => Some(location),
        Error::PreconditionFailed => None,
        error => return Err(error),
    };
    let word = words.get(id).await?;
    let message = location.clone().map(|location| exists(&site, location));
    let page = Edit::new(site, &word).typed(sent, seen.as_deref());
    let page = match message {
        Some(message) => page.saying(message),
        None => page.compared(),
    };
    let page = with_status(&page, status)?;
    match location {
        Some(location) => located(page, &location),
        None => Ok(page),
    }
}

/// Deletes a word.
pub(crate) async fn delete(mut request: Request) -> Result<Response> {
    let id = rest::id(&request)?;
    let seen = rest::seen(&mut request).await?;
    let words = Words::open().await?;
    let deleted = words.delete(id, |word| rest::may_change(&request, seen.as_deref(), word));
    match deleted.await {
        Ok(()) => Ok(see_other(HOME)),
        Err(Error::PreconditionFailed) => {
            let word = words.get(id).await?;
            let site = Site::of(&request, &Word::path_of(id), &[]);
            let message = Message::new(site.texts.changed_before_delete);
            let page = Edit::new(site, &word).saying(message);
            with_status(&page, StatusCode::PRECONDITION_FAILED)
        }
        Err(error) => Err(error),
    }
}

/// Says what became of a file.
pub(crate) async fn imported(request: Request, mode: Mode, report: Report) -> Result<Response> {
    let site = Site::of(&request, HOME, &[]);
    with_status(&Outcome::of(site, mode, &report), report.status(mode))
}

/// Says why a file was not imported, where that is due to the file.
///
/// # Errors
/// The error itself, where it is due to something else.
pub(crate) fn import_failed(request: &Request, error: Error) -> Result<Response> {
    let site = Site::of(request, HOME, &[]);
    match site.texts.file_flaw(&error) {
        Some(why) => with_status(&Outcome::refused(site, why), error.status()),
        None => Err(error),
    }
}

/// The word book with what is said at its form.
async fn book(
    request: &Request,
    site: Site,
    form: (Fields<'_>, Option<Message>),
    status: StatusCode,
) -> Result<Response> {
    let args = request.args();
    let which = PageRequest::from_args(args)?;
    let q = args.get("q").unwrap_or_default().trim();
    let through = reach::of_args(args)?;
    let listing = reach::list(&Words::open().await?, which, through, q).await?;
    with_status(&Book::new(site, form, (which, q), &listing), status)
}

fn with_status(page: &impl Template, status: StatusCode) -> Result<Response> {
    let mut response = render_template(page)?;
    *response.status_mut() = status;
    Ok(response)
}

/// With where the word is that was in the way.
fn located(mut page: Response, path: &str) -> Result<Response> {
    let location = HeaderValue::try_from(path).map_err(Error::internal)?;
    page.headers_mut().insert(header::LOCATION, location);
    Ok(page)
}

fn exists(site: &Site, location: String) -> Message {
    Message::with_link(site.texts.exists, location, site.texts.show_existing)
}

/// Where a word is on the first page.
fn home_of(id: i64) -> String {
    format!("{HOME}#word-{id}")
}

/// Where a word is: on the first page, or else on one that begins with it.
async fn home_on_page(words: &Words<kit::db::Connection>, id: i64) -> Result<String> {
    let newest = words.newest(None, DEFAULT_PAGE_ROWS).await?;
    if newest.iter().any(|word| word.id == id) {
        return Ok(home_of(id));
    }
    let after = id.saturating_add(1).to_string();
    Ok(format!(
        "{}#word-{id}",
        site::url(HOME, &[("after", &after)])
    ))
}

/// A word's tag as a form sends it back.
fn tag_of(word: &Word) -> String {
    let header = word.etag().header();
    header.to_str().unwrap_or_default().to_owned()
}
