//! The word book for a browser: the page at `/`, and those of a word and of an import.
//!
//! They work without scripts. Each is a template with a view model beside it: `book`, `edit`, `outcome`.

mod book;
mod edit;
mod form;
mod outcome;
#[cfg(test)]
mod tests;
mod texts;

use askama::Template;
use http::{HeaderValue, StatusCode, header};
use kit::{
    Error, MultiDict, Request, Response, Result,
    db::{Connection, DEFAULT_PAGE_ROWS},
    render_template, see_other,
};
use site::Message;

use self::{book::Book, edit::Edit, form::Fields, outcome::Outcome, texts::Texts};
use crate::{
    import::{self, Mode, Reading, Refusal, Report},
    rest,
    rights::Rights,
    store::{Inserted, ListRequest, Words},
    word::Word,
};

/// What surrounds the pages, with their texts.
type Site = site::Site<Texts>;

const HOME: &str = "/";

/// The parameters that say how many words of a file were imported, and how many were there already.
const IMPORTED: &str = "imported";
const THERE: &str = "there";

/// The parameter that says how the file was read, and what stands between two readings in it.
const READ: &str = "read";
const BETWEEN_READINGS: &str = ",";

/// The most readings that an address may say. A file has one of each kind.
const MAX_READINGS: usize = 8;

/// The words, and who looks at them.
struct Visit {
    words: Words<Connection>,
    rights: Rights,
}

impl Visit {
    async fn of(request: &Request) -> Result<Self> {
        let words = Words::open().await?;
        let rights = Rights::of(request, &words).await?;
        Ok(Self { words, rights })
    }

    /// The same for a request that changes a word.
    ///
    /// # Errors
    /// Those of [`Rights::to_change`].
    async fn to_change(request: &Request) -> Result<Self> {
        let words = Words::open().await?;
        let rights = Rights::to_change(request, &words).await?;
        Ok(Self { words, rights })
    }

    fn site(&self, request: &Request, home: &str, parameters: &[(&str, &str)]) -> Site {
        Site::new(request, home, parameters).seen_by(&self.rights.login)
    }
}

/// The word book: GET /.
pub(crate) async fn index(request: Request) -> Result<Response> {
    let args = request.args();
    let kept =
        ["q", "limit", "after", "through"].map(|name| (name, args.get(name).unwrap_or_default()));
    if let Some(switched) = site::switched(&request, HOME, &kept)? {
        return Ok(switched);
    }
    let visit = Visit::of(&request).await?;
    let site = visit.site(&request, HOME, &kept);
    let fields = form::blank(site.texts, "add");
    let page = book(&request, &visit, site, (fields, None), StatusCode::OK).await?;
    visit.rights.login.save_on(page)
}

/// Adds the word of a form.
pub(crate) async fn create(request: Request, sent: &MultiDict) -> Result<Response> {
    let visit = Visit::of(&request).await?;
    let owner = visit.rights.owner()?;
    let site = visit.site(&request, HOME, &[]);
    let texts = site.texts;
    let mut fields = form::sent(texts, "add", sent);
    let draft = match rest::draft_of(sent) {
        Ok(draft) => draft,
        Err(flaws) => {
            form::mark(&mut fields, texts, &flaws);
            let message = Message::new(texts.fix_fields);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return book(&request, &visit, site, (fields, Some(message)), status).await;
        }
    };
    match visit.words.insert(&draft, owner).await? {
        Inserted::New(word) => Ok(see_other(&home_of(word.id))),
        Inserted::Exists(id) => {
            fields[0].has_focus = true;
            let path = Word::path_of(id);
            let message = exists(&site, path.clone());
            let form = (fields, Some(message));
            let page = book(&request, &visit, site, form, StatusCode::CONFLICT).await?;
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
    let visit = Visit::of(&request).await?;
    let site = visit.site(&request, &path, &[]);
    if visit.rights.may_change(word) {
        return render_template(&Edit::new(site, word));
    }
    render_template(&Edit::closed(site, word, visit.rights.is_nobody()))
}

/// Changes a word to what a form says.
pub(crate) async fn replace(mut request: Request, sent: &MultiDict) -> Result<Response> {
    let id = rest::id(&request)?;
    let seen = rest::seen(&mut request).await?;
    let visit = Visit::to_change(&request).await?;
    let site = visit.site(&request, &Word::path_of(id), &[]);
    let Visit { words, rights } = visit;
    let draft = match rest::draft_of(sent) {
        Ok(draft) => draft,
        Err(flaws) => {
            let word = words.get(id).await?;
            rights.check(&word)?;
            let page = Edit::new(site, &word)
                .typed(sent, seen.as_deref())
                .marked(&flaws);
            return with_status(&page, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let changed = words.update(id, |word| {
        rights.check(word)?;
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
    let visit = Visit::to_change(&request).await?;
    let deleted = visit.words.delete(id, |word| {
        visit.rights.check(word)?;
        rest::may_change(&request, seen.as_deref(), word)
    });
    match deleted.await {
        Ok(()) => Ok(see_other(HOME)),
        Err(Error::PreconditionFailed) => {
            let word = visit.words.get(id).await?;
            let site = visit.site(&request, &Word::path_of(id), &[]);
            let message = Message::new(site.texts.changed_before_delete);
            let page = Edit::new(site, &word).saying(message);
            with_status(&page, StatusCode::PRECONDITION_FAILED)
        }
        Err(error) => Err(error),
    }
}

/// Imports a file, and says what became of it.
pub(crate) async fn import(mut request: Request) -> Result<Response> {
    match import::import(&mut request).await {
        Ok((mode, report)) => imported(request, mode, report).await,
        Err(refusal) => import_failed(&request, refusal).await,
    }
}

/// Says what became of a file. Where there is no mistake to be listed, the word book does.
async fn imported(request: Request, mode: Mode, report: Report) -> Result<Response> {
    if report.errors.is_empty() && report.imported + report.skipped > 0 {
        return Ok(see_other(&home_after_import(&report)));
    }
    let site = Visit::of(&request).await?.site(&request, HOME, &[]);
    with_status(&Outcome::of(site, mode, &report), report.status(mode))
}

/// Says why a file was not imported, where that is due to the file.
///
/// # Errors
/// The error itself, where it is due to something else.
async fn import_failed(request: &Request, refusal: Refusal) -> Result<Response> {
    let site = Visit::of(request).await?.site(request, HOME, &[]);
    let why = site.texts.refusal(&refusal);
    let error = Error::from(refusal);
    match why {
        Some(why) => with_status(&Outcome::refused(site, why), error.status()),
        None => Err(error),
    }
}

/// The word book with what is said at its form.
async fn book(
    request: &Request,
    visit: &Visit,
    site: Site,
    form: (Fields<'_>, Option<Message>),
    status: StatusCode,
) -> Result<Response> {
    let args = request.args();
    let mut wanted = ListRequest::from_args(args)?;
    wanted.q = wanted.q.trim();
    let listing = visit.words.list(wanted).await?;
    let counts = counts_of_import(site.texts, args);
    let page =
        Book::new(site, form, (wanted.page, wanted.q), &listing, &visit.rights).saying(counts);
    with_status(&page, status)
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

/// The word book that says how many words were imported; see [`outcome::counts`].
fn home_after_import(report: &Report) -> String {
    let [imported, there] = [report.imported, report.skipped].map(|count| count.to_string());
    let readings: Vec<String> = report.readings.iter().map(Reading::token).collect();
    let read = readings.join(BETWEEN_READINGS);
    let home = site::url(
        HOME,
        &[(IMPORTED, &imported), (THERE, &there), (READ, &read)],
    );
    format!("{home}#import-result")
}

/// What the address says of an import that is just done, in words.
fn counts_of_import(texts: &Texts, args: &MultiDict) -> Vec<String> {
    let count = |name| args.get(name).and_then(|text| text.parse().ok());
    match (count(IMPORTED), count(THERE)) {
        (Some(imported), Some(there)) => {
            let mut said = outcome::counts(texts, imported, there);
            let read = args.get(READ).unwrap_or_default().split(BETWEEN_READINGS);
            let readings = read.take(MAX_READINGS).filter_map(Reading::from_token);
            said.extend(readings.map(|reading| texts.reading(&reading)));
            said
        }
        _ => Vec::new(),
    }
}

/// Where a word is on the first page.
fn home_of(id: i64) -> String {
    format!("{HOME}#word-{id}")
}

/// Where a word is: on the first page, or else on one that begins with it.
async fn home_on_page(words: &Words<Connection>, id: i64) -> Result<String> {
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
