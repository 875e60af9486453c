//! What every page needs: the words, who looks at them, and the frame.

use askama::Template;
use http::{HeaderValue, StatusCode, header};
use kit::{Error, Request, Response, Result, db::Connection, render_template};
use site::Message;

use super::texts::Texts;
use crate::{rights::Rights, store::Words, word::Word};

/// What surrounds the pages, with their texts.
pub(super) type Site = site::Site<Texts>;

/// Where the word book is.
pub(super) const HOME: &str = "/";

/// The words, and who looks at them.
pub(super) struct Visit {
    pub(super) words: Words<Connection>,
    pub(super) rights: Rights,
}

impl Visit {
    /// # Errors
    /// Those of the database and of settings that cannot be read.
    pub(super) async fn open(request: &Request) -> Result<Self> {
        let words = Words::open().await?;
        let rights = Rights::new(request, &words).await?;
        Ok(Self { words, rights })
    }

    /// The same for a request that changes a word.
    ///
    /// # Errors
    /// Those of [`Rights::to_change`].
    pub(super) async fn open_to_change(request: &Request) -> Result<Self> {
        let words = Words::open().await?;
        let rights = Rights::to_change(request, &words).await?;
        Ok(Self { words, rights })
    }

    /// The frame of the page at `home`, with these parameters.
    pub(super) fn site(&self, request: &Request, home: &str, parameters: &[(&str, &str)]) -> Site {
        Site::new(request, home, parameters).seen_by(self.rights.visit().login())
    }
}

/// Where a word is on the first page.
pub(super) fn home_of(id: i64) -> String {
    format!("{HOME}#word-{id}")
}

/// A page with a status of its own.
///
/// # Errors
/// 500 where it cannot be rendered.
pub(super) fn with_status(page: &impl Template, status: StatusCode) -> Result<Response> {
    let mut response = render_template(page)?;
    *response.status_mut() = status;
    Ok(response)
}

/// With where the word is that was in the way.
///
/// # Errors
/// 500 where its path is no header value.
pub(super) fn located(mut page: Response, path: &str) -> Result<Response> {
    let location = HeaderValue::try_from(path).map_err(Error::internal)?;
    page.headers_mut().insert(header::LOCATION, location);
    Ok(page)
}

/// Says that a pair is there already, and where.
pub(super) fn exists(site: &Site, location: String) -> Message {
    Message::with_link(
        site.texts.scripts.exists,
        location,
        site.texts.scripts.show_existing,
    )
}

/// A word's tag as a form sends it back.
pub(super) fn tag_of(word: &Word) -> String {
    let header = word.etag().header();
    header.to_str().unwrap_or_default().to_owned()
}
