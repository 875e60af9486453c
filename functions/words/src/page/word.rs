//! The page of one word, where it is changed and deleted.

use askama::Template;
use http::StatusCode;
use kit::{
    Error, MultiDict, Request, Response, Result,
    db::{Connection, DEFAULT_PAGE_ROWS},
    render_template,
    response::see_other,
};
use site::{Message, fill, url};

use super::{
    form::{self, Fields},
    texts::Texts,
    visit::{HOME, Site, Visit, exists, home_of, located, tag_of, with_status},
};
use crate::{
    draft::{Draft, Field, Flaw},
    input,
    store::Words,
    word::Word,
};

/// The page of a word: GET /words/ID.
pub(crate) async fn show(request: Request) -> Result<Response> {
    let visit = Visit::open(&request).await?;
    let word = &visit.words.get(input::id(&request)?).await?;
    let path = Word::path_of(word.id);
    if let Some(switched) = site::switched(&request, &path, &[])? {
        return Ok(switched);
    }
    let site = visit.site(&request, &path, &[]);
    if visit.rights.may_change(word) {
        return render_template(&Edit::new(site, word));
    }
    render_template(&Edit::closed(site, word, visit.rights.visit().is_guest()))
}

/// Changes a word to what a form says.
pub(crate) async fn replace(mut request: Request) -> Result<Response> {
    let sent = request.text_fields(&Field::NAMES).await?;
    let sent = sent.all()?;
    let id = input::id(&request)?;
    let seen = input::seen(&mut request).await?;
    let visit = Visit::open_to_change(&request).await?;
    let site = visit.site(&request, &Word::path_of(id), &[]);
    let Visit { words, rights } = visit;
    let draft = match input::draft_of(sent) {
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
        input::may_change(&request, seen.as_deref(), word)?;
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
    let id = input::id(&request)?;
    let seen = input::seen(&mut request).await?;
    let visit = Visit::open_to_change(&request).await?;
    let deleted = visit.words.delete(id, |word| {
        visit.rights.check(word)?;
        input::may_change(&request, seen.as_deref(), word)
    });
    match deleted.await {
        Ok(()) => Ok(see_other(HOME)),
        Err(Error::PreconditionFailed) => {
            let word = visit.words.get(id).await?;
            let site = visit.site(&request, &Word::path_of(id), &[]);
            let message = Message::new(site.texts.scripts.changed_before_delete);
            let page = Edit::new(site, &word).saying(message);
            with_status(&page, StatusCode::PRECONDITION_FAILED)
        }
        Err(error) => Err(error),
    }
}

/// Where a word is: on the first page, or else on one that begins with it.
async fn home_on_page(words: &Words<Connection>, id: i64) -> Result<String> {
    let newest = words.newest(None, DEFAULT_PAGE_ROWS).await?;
    if newest.iter().any(|word| word.id == id) {
        return Ok(home_of(id));
    }
    let after = id.saturating_add(1).to_string();
    Ok(format!("{}#word-{id}", url(HOME, &[("after", &after)])))
}

/// The page.
#[derive(Template)]
#[template(path = "edit.html")]
pub(super) struct Edit<'a> {
    site: Site,
    word: &'a Word,
    /// What the forms name as the version that was seen.
    etag: String,
    fields: Fields<'a>,
    message: Option<Message>,
    /// What another editor made of it, where that is to be compared.
    theirs: Vec<Theirs<'a>>,
    added: String,
    changed: Option<String>,
    owner: Option<String>,
    /// Why it may not be changed, where it may not.
    closed: Option<&'static str>,
    /// Whether a login may help.
    may_log_in: bool,
}

/// A field of what is there now.
struct Theirs<'a> {
    name: &'static str,
    label: &'static str,
    lang: &'static str,
    value: &'a str,
    /// Whether something else was typed.
    differs: bool,
}

impl<'a> Edit<'a> {
    /// The word as it is.
    pub(super) fn new(site: Site, word: &'a Word) -> Self {
        let texts = site.texts;
        let on = |text, moment: &str| {
            let date = moment.split_once('T').map_or(moment, |(date, _)| date);
            fill(text, &[("date", date)])
        };
        let changed = word.updated_at != word.created_at;
        let mut fields = form::kept(texts, "edit", &word.draft);
        fields[0].has_focus = true;
        Self {
            word,
            etag: tag_of(word),
            fields,
            message: None,
            theirs: Vec::new(),
            added: on(texts.added_on, &word.created_at),
            changed: changed.then(|| on(texts.changed_on, &word.updated_at)),
            owner: word
                .owner
                .as_deref()
                .map(|name| fill(texts.added_by, &[("name", name)])),
            closed: None,
            may_log_in: false,
            site,
        }
    }

    /// The word for who may not change it.
    pub(super) fn closed(site: Site, word: &'a Word, is_nobody: bool) -> Self {
        let texts = site.texts;
        let why = match (is_nobody, &word.owner) {
            (true, _) => texts.log_in_to_change,
            (false, Some(_)) => texts.only_its_owner,
            (false, None) => texts.only_admins,
        };
        Self {
            closed: Some(why),
            may_log_in: is_nobody,
            ..Self::new(site, word)
        }
    }

    /// With what was typed, and the version that it was typed over.
    pub(super) fn typed(mut self, typed: &'a MultiDict, etag: Option<&str>) -> Self {
        self.fields = form::sent(self.site.texts, "edit", typed);
        self.etag = etag.unwrap_or("*").to_owned();
        self
    }

    /// Says what is wrong with what was typed.
    pub(super) fn marked(mut self, flaws: &[(Field, Flaw)]) -> Self {
        form::mark(&mut self.fields, self.site.texts, flaws);
        self.message = Some(Message::new(self.site.texts.scripts.fix_fields));
        self
    }

    /// Says something above the form.
    pub(super) fn saying(mut self, message: Message) -> Self {
        self.fields[0].has_focus = true;
        self.message = Some(message);
        self
    }

    /// Shows what another editor saved. What was typed replaces that if it is sent again.
    pub(super) fn compared(mut self) -> Self {
        let (texts, word) = (self.site.texts, self.word);
        self.theirs = theirs(texts, &word.draft, &self.fields);
        self.etag = tag_of(word);
        self.saying(Message::new(texts.scripts.changed))
    }
}

fn theirs<'a>(texts: &'static Texts, draft: &'a Draft, typed: &Fields<'_>) -> Vec<Theirs<'a>> {
    let kept = form::kept(texts, "theirs", draft);
    let pairs = kept.into_iter().zip(typed);
    pairs
        .map(|(kept, typed)| Theirs {
            name: kept.name,
            label: kept.label,
            lang: kept.lang,
            value: kept.value,
            differs: kept.value != typed.value.trim().replace("\r\n", "\n"),
        })
        .collect()
}
