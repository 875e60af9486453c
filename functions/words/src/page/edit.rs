//! The page of one word, where it is changed and deleted.

use askama::Template;
use kit::MultiDict;
use site::{Message, fill};

use super::{
    Site,
    form::{self, Fields},
    tag_of,
    texts::Texts,
};
use crate::{
    draft::{Draft, Field, Flaw},
    word::Word,
};

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
        self.message = Some(Message::new(self.site.texts.fix_fields));
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
        self.saying(Message::new(texts.changed))
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
