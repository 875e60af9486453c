//! The pages as they are rendered.

mod assets;
mod book;
mod import;

use std::collections::BTreeSet;

use askama::Template;
use kit::{
    Error, MultiDict,
    db::{DEFAULT_PAGE_ROWS, Page, PageRequest},
};
use site::Language;
use site::{Message, OFFERED, Texts as _};

use super::{book::Book, form, import::Outcome, texts::Texts, visit::Site, word::Edit};
use crate::{
    draft::{Draft, Field, Flaw},
    import::{Mode, Refusal, Report},
    rights::{Rights, testing::rights},
    store::Listing,
    word::Word,
};

const HOSTILE: &str = "</textarea></template>\"'><script>alert(1)</script><b onclick=x>";

const NEWEST: PageRequest = PageRequest {
    limit: DEFAULT_PAGE_ROWS,
    after: None,
};

fn word(id: i64, text: &str) -> Word {
    Word {
        id,
        draft: Draft {
            english: text.to_owned(),
            chinese: text.to_owned(),
            sentence_eng: text.to_owned(),
            sentence_chi: text.to_owned(),
        },
        created_at: "2026-11-22T10:00:00.000Z".to_owned(),
        updated_at: "2026-11-23T10:00:00.000Z".to_owned(),
        owner: Some(text.to_owned()),
        // Nobody's in these tests, who is logged in with the id 1.
        owner_id: Some(1_000),
        version: 2,
    }
}

fn listing(items: Vec<Word>, next: Option<&str>, total: Option<i64>) -> Listing {
    Listing {
        page: Page {
            items,
            next: next.map(str::to_owned),
        },
        total,
    }
}

fn sent(text: &str) -> MultiDict {
    Field::NAMES.map(|name| (name, text)).into_iter().collect()
}

fn site(language: Language) -> Site {
    Site::in_language(language, "/", &[])
}

/// The book as an admin sees it.
fn book(language: Language, which: PageRequest, q: &str, listing: &Listing) -> String {
    let admin = rights(Some("root"), "root", false);
    book_for(&admin, language, which, q, listing)
}

fn book_for(
    rights: &Rights,
    language: Language,
    which: PageRequest,
    q: &str,
    listing: &Listing,
) -> String {
    let site = site(language).seen_by(rights.visit().login());
    let fields = form::blank(site.texts, "add");
    Book::new(site, (fields, None), (which, q), listing, rights)
        .unwrap()
        .render()
        .unwrap()
}

/// Every page, with this text wherever one is shown.
fn pages(language: Language, text: &str) -> Vec<String> {
    let word = word(7, text);
    let sent = sent(text);
    let flaws = [
        (Field::English, Flaw::TooLong),
        (Field::SentenceChi, Flaw::ControlCharacter),
    ];
    let texts = Texts::in_language(language);
    let mut fields = form::sent(texts, "add", &sent);
    form::mark(&mut fields, texts, &flaws);
    let exists = || {
        Message::with_link(
            texts.scripts.exists,
            Word::path_of(7),
            texts.scripts.show_existing,
        )
    };
    let listing = listing(vec![word.clone()], Some("7"), Some(21));
    let after = PageRequest {
        after: Some(8),
        ..NEWEST
    };
    // Its name is shown, and the words are its own.
    let rights = rights(Some(text), "", false);
    let site = || site(language).seen_by(rights.visit().login());
    let book = Book::new(
        site(),
        (fields, Some(exists())),
        (after, text),
        &listing,
        &rights,
    )
    .unwrap();
    let report = report(3);
    let templates: Vec<Result<String, askama::Error>> = vec![
        book.render(),
        Edit::new(site(), &word).render(),
        Edit::closed(site(), &word, true).render(),
        Edit::new(site(), &word)
            .typed(&sent, Some(text))
            .marked(&flaws)
            .render(),
        Edit::new(site(), &word)
            .typed(&sent, None)
            .saying(exists())
            .render(),
        Edit::new(site(), &word)
            .typed(&sent, None)
            .compared()
            .render(),
        Outcome::new(site(), Mode::Atomic, &report).render(),
        Outcome::new(site(), Mode::Skip, &report).render(),
        Outcome::refused(site(), text.to_owned()).render(),
    ];
    let pages = templates.into_iter().map(|page| page.unwrap());
    pages
        .inspect(|page| site::testing::assert_filled(page))
        .collect()
}

/// A report with so many lines that were wrong.
fn report(mistakes: usize) -> Report {
    use futures::executor::block_on;

    let words = block_on(crate::store::Words::new(kit::db::TestDatabase::in_memory())).unwrap();
    let mut file = "english,chinese\nok,好\n".to_owned();
    file.push_str(&"x,\n".repeat(mistakes));
    block_on(words.import(Mode::Skip, file.into(), None)).unwrap()
}

/// The values of an attribute.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let begin = format!(" {attribute}=\"");
    let found = page.split(&begin).skip(1);
    found.map(|rest| rest.split_once('"').unwrap().0).collect()
}

#[test]
fn whatever_a_word_holds_is_escaped() {
    for language in OFFERED {
        let plain = pages(language, "plain");
        for (page, plain) in pages(language, HOSTILE).into_iter().zip(plain) {
            assert_eq!(
                page.matches('<').count(),
                plain.matches('<').count(),
                "{page}"
            );
            assert!(!page.contains("alert(1)</"), "{page}");
        }
    }
}

#[test]
fn nothing_is_inline_that_the_policy_forbids() {
    for page in OFFERED
        .into_iter()
        .flat_map(|language| pages(language, "wake"))
    {
        assert!(
            !page.contains("<style") && values(&page, "style").is_empty(),
            "{page}"
        );
        for script in page.split("<script").skip(1) {
            let (tag, rest) = script.split_once('>').unwrap();
            let is_data = tag.contains("type=\"application/json\"");
            assert!(
                is_data || tag.contains("src=\"/static/js/") && rest.starts_with("</script>"),
                "{tag}"
            );
        }
        let handlers = page.split(" on").skip(1);
        for handler in handlers {
            let name = handler
                .split(|c: char| !c.is_ascii_lowercase())
                .next()
                .unwrap();
            assert!(!handler[name.len()..].starts_with('='), "{handler:.20}");
        }
    }
}

#[test]
fn a_page_names_its_language_and_leads_to_the_other_one() {
    for (language, tag, other) in [
        (Language::English, "<html lang=\"en\">", "lang=zh%2DCN"),
        (Language::Chinese, "<html lang=\"zh-CN\">", "lang=en"),
    ] {
        for page in pages(language, "wake") {
            assert!(
                page.starts_with("<!DOCTYPE html>") && page.contains(tag),
                "{page}"
            );
            assert!(page.contains(other), "{page}");
        }
    }
}

#[test]
fn an_id_is_there_once_and_what_is_referred_to_is_there() {
    for page in pages(Language::English, "wake") {
        let all = values(&page, "id");
        let ids: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), ids.len(), "{all:?}");
        for attribute in ["for", "aria-describedby", "aria-labelledby"] {
            for id in values(&page, attribute) {
                assert!(ids.contains(id), "{attribute} {id}");
            }
        }
        for href in values(&page, "href")
            .into_iter()
            .filter_map(|href| href.strip_prefix('#'))
        {
            assert!(ids.contains(href), "{href}");
        }
    }
}

#[test]
fn what_was_typed_is_kept_with_the_version_it_was_typed_over() {
    let (word, sent) = (word(7, "theirs"), sent("\nmine"));
    let edit = || Edit::new(site(Language::English), &word).typed(&sent, Some("\"seen\""));
    let page = edit()
        .marked(&[(Field::Chinese, Flaw::SeveralLines)])
        .render()
        .unwrap();
    assert!(
        page.contains("name=\"if_match\" value=\"&#34;seen&#34;\""),
        "{page}"
    );
    assert!(page.contains(">\n\nmine</textarea>"), "{page}");
    assert_eq!(page.matches("aria-invalid").count(), 1);
    assert_eq!(page.matches(" autofocus").count(), 1);
    // What is compared is replaced if it is sent again.
    let page = edit().compared().render().unwrap();
    assert!(!page.contains("&#34;seen&#34;"), "{page}");
    assert_eq!(page.matches("class=\"differs\"").count(), 4);
}
