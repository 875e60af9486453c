//! /uploads for a browser: a form, and the pictures. It works without scripts.

mod texts;

use askama::Template;
use http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use kit::{Error, Request, Response, Result, failing, render_template, response::see_other};
use site::{ForScripts, Message, Visit, fill, url};

use self::texts::Texts;
use crate::{
    actions,
    receive::Refusal,
    settings,
    store::{Order, Page, PageRequest, Picture, Pictures},
};

type Site = site::Site<Texts>;

/// Where the pictures are.
const HOME: &str = "/uploads";

/// What the page may load: as all pages, and what is shown of a file before it is uploaded.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "uploads.html")]
struct Uploads {
    site: Site,
    message: Option<Message>,
    /// None where one has to log in first.
    form: Option<Form>,
    /// The picture that was uploaded just now.
    uploaded: Option<Card>,
    for_scripts: ForScripts,
    pictures: Vec<Card>,
    /// The other order, and where it is.
    reorder: Option<(&'static str, String)>,
    /// Where the next page is.
    next: Option<String>,
    /// Where the first one is, seen from another.
    first: Option<String>,
}

struct Form {
    limits: String,
    max_bytes: u64,
    /// What was typed in it before.
    info: String,
}

/// A picture in the list.
struct Card {
    name: String,
    url: String,
    /// Another one for another content: a browser does not ask twice for the same in one document.
    src: String,
    /// What is said of it to those who do not see it.
    alt: String,
    info: Option<String>,
    about: String,
    owner: Option<String>,
    delete_label: String,
    may_delete: bool,
    /// Whether it was uploaded just now.
    is_new: bool,
}

/// What became of an upload.
#[derive(Default)]
struct Outcome {
    /// The picture that was kept.
    uploaded: Option<Picture>,
    /// Why none was.
    message: Option<Message>,
    /// What was said about the one that was not.
    info: String,
}

/// How much of its hash tells what a picture is from what it was.
const VERSION_DIGITS: usize = 16;

/// Where it is said that a picture was uploaded, and what it is called: it need not be among the first of the
/// list. Its name needs no escapes.
fn home_of(picture: &Picture) -> String {
    format!("{HOME}?uploaded={}#uploaded", picture.name)
}

/// POST /upload.
pub(crate) async fn upload(mut request: Request) -> Result<Response> {
    match actions::keep(&mut request).await {
        Ok((picture, visit)) => visit.save_on(see_other(&home_of(&picture))),
        Err(refusal) => not_uploaded(&request, refusal).await,
    }
}

/// DELETE /uploads/NAME.
pub(crate) async fn delete(request: Request) -> Result<Response> {
    actions::delete(&request).await?.save_on(see_other(HOME))
}

/// GET /uploads.
pub(crate) async fn list(request: Request) -> Result<Response> {
    let asked = PageRequest::from_args(request.args())?;
    let args = request.args();
    let kept = ["order", "after", "limit"].map(|name| (name, args.get(name).unwrap_or_default()));
    if let Some(switched) = site::switched(&request, HOME, &kept)? {
        return Ok(switched);
    }
    let pictures = Pictures::open().await?;
    let outcome = Outcome {
        uploaded: match args.get("uploaded") {
            Some(name) => pictures.find(name).await?,
            None => None,
        },
        ..Outcome::default()
    };
    let visit = Visit::new(&request, pictures.db()).await?;
    let page = pictures.list(&asked).await?;
    show(&request, &kept, visit, (asked.order, page), outcome).await
}

/// The list with what is wrong with an upload.
///
/// # Errors
/// The error itself, where the page has no words for it.
async fn not_uploaded(request: &Request, refusal: Refusal) -> Result<Response> {
    let Refusal { error, info } = refusal;
    let site = Site::new(request, HOME, &[]);
    let Some(text) = site.texts.flaw(&error) else {
        return Err(error);
    };
    let pictures = Pictures::open().await?;
    let visit = Visit::new(request, pictures.db()).await?;
    let message = match error {
        // Where there is no form, there is a link in its place.
        Error::Unauthorized { .. } if visit.may_add() => {
            Message::with_link(text, site.log_in(), site.frame.log_in)
        }
        _ => Message::new(text),
    };
    let outcome = Outcome {
        message: Some(message),
        info: info.unwrap_or_default(),
        ..Outcome::default()
    };
    let first = PageRequest::first();
    let list = (first.order, pictures.list(&first).await?);
    let page = show(request, &[], visit, list, outcome).await?;
    Ok(failing(page, &error))
}

async fn show(
    request: &Request,
    kept: &[(&str, &str)],
    visit: Visit,
    (order, page): (Order, Page),
    outcome: Outcome,
) -> Result<Response> {
    let max_bytes = settings::max_content_length().await?;
    let site = Site::new(request, HOME, kept).seen_by(visit.login());
    let texts = site.texts;
    let limit = request.args().get("limit").unwrap_or_default();
    // The usual order is not said in a link.
    let named = |order: Order| match order {
        Order::Name => "",
        order => order.as_str(),
    };
    let list = |order, after: &str| {
        let pairs = [("order", named(order)), ("after", after), ("limit", limit)];
        url(HOME, &pairs)
    };
    let max = size(max_bytes);
    let form = Form {
        limits: fill(texts.limits, &[("max", &max)]),
        max_bytes,
        info: outcome.info,
    };
    let new = outcome.uploaded;
    let card = |picture: &Picture| Card {
        may_delete: visit.may_change(picture.owner_id()),
        is_new: new.as_ref().is_some_and(|new| new.name == picture.name),
        ..Card::new(picture, texts)
    };
    let other = match order {
        Order::Name => (texts.newest_first, Order::Newest),
        Order::Newest => (texts.by_name, Order::Name),
    };
    let uploads = Uploads {
        message: outcome.message,
        form: visit.may_add().then_some(form),
        uploaded: new.as_ref().map(card),
        for_scripts: ForScripts::new(&texts.for_scripts())?,
        reorder: (page.pictures.len() > 1).then(|| (other.0, list(other.1, ""))),
        pictures: page.pictures.iter().map(card).collect(),
        next: page.next.map(|next| list(order, &next)),
        first: kept
            .iter()
            .any(|(name, value)| *name == "after" && !value.is_empty())
            .then(|| url(HOME, &[("order", named(order))])),
        site,
    };
    let mut response = visit.save_on(render_template(&uploads)?)?;
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}

impl Card {
    /// As somebody sees it who may not delete it.
    fn new(file: &Picture, texts: &Texts) -> Self {
        let version = file.sha256.get(..VERSION_DIGITS).unwrap_or_default();
        let info = file.info.clone().filter(|info| !info.trim().is_empty());
        let date = kit::formats::rfc3339(file.uploaded_at());
        Self {
            name: file.name.clone(),
            url: file.url(),
            src: format!("{}?v={version}", file.url()),
            alt: info.clone().unwrap_or_else(|| file.name.clone()),
            info,
            about: format!(
                "{} · {}",
                size(file.size),
                date.get(..10).unwrap_or_default()
            ),
            owner: file
                .owner_name()
                .map(|owner| fill(texts.by, &[("owner", owner)])),
            delete_label: fill(texts.delete_name, &[("name", &file.name)]),
            may_delete: false,
            is_new: false,
        }
    }
}

/// A number of bytes as people write it, which is the same in both languages.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let Some((unit, name)) = UNITS.iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} B");
    };
    let tenths = (u128::from(bytes) * 10 / u128::from(*unit)) as u64;
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} {name}"),
        (whole, tenth) => format!("{whole}.{tenth} {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_written_in_the_largest_unit_that_it_has() {
        for (bytes, want) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (1536, "1.5 KiB"),
            (16 << 20, "16 MiB"),
            ((1 << 30) - 1, "1023.9 MiB"),
            (u64::MAX, "17179869183.9 GiB"),
        ] {
            assert_eq!(size(bytes), want);
        }
    }

    #[test]
    fn every_flaw_of_an_upload_has_words_and_others_have_not() {
        for language in site::OFFERED {
            let texts = <Texts as site::Texts>::in_language(language);
            for error in [
                Error::MissingField("image".to_owned()),
                Error::TooLarge { limit_bytes: 1 },
                Error::too_much("file-too-large", ""),
                Error::too_much("field-too-large", ""),
                Error::TooManyFields(String::new()),
                Error::UnsupportedMediaType {
                    got: None,
                    want: "",
                },
                Error::unauthorized("login-required", ""),
                Error::forbidden("not-the-owner", ""),
                Error::invalid("info", "too-long", ""),
                Error::InsufficientStorage(String::new()),
                Error::Unavailable {
                    detail: String::new(),
                    retry_after_seconds: 1,
                },
            ] {
                let text = texts.flaw(&error).unwrap_or_else(|| panic!("{error:?}"));
                site::testing::assert_filled(text);
            }
            assert!(texts.flaw(&Error::internal("x")).is_none());
            assert!(texts.flaw(&Error::Malformed(String::new())).is_none());
            // Neither the picture nor what is said about it.
            let header = Error::too_much("part-header-too-large", "");
            assert!(texts.flaw(&header).is_none());
        }
    }

    #[test]
    fn every_place_of_a_text_gets_its_value() {
        for language in site::OFFERED {
            let texts = <Texts as site::Texts>::in_language(language);
            for shown in [
                fill(texts.limits, &[("max", "1 MiB")]),
                fill(texts.by, &[("owner", "duke")]),
                fill(texts.delete_name, &[("name", "a.png")]),
            ] {
                site::testing::assert_filled(&shown);
            }
        }
    }
}
