//! The book: its rows, what is offered, and where its links lead.

use super::*;

#[test]
fn only_what_will_work_is_offered() {
    let mut nobodys = word(9, "nobody's");
    (nobodys.owner, nobodys.owner_id) = (None, None);
    let mut own = word(8, "Duke");
    own.owner_id = Some(1);
    // An earlier account had the same name.
    let earlier = word(6, "duke");
    let own = listing(
        vec![nobodys.clone(), own, word(7, "ann"), earlier],
        None,
        Some(4),
    );
    let others = listing(
        vec![nobodys, word(8, "Duke"), word(7, "ann")],
        None,
        Some(3),
    );
    let count = |rights: &Rights, listing: &Listing| {
        let page = book_for(rights, Language::English, NEWEST, "", listing);
        let rows = page.split("<template").next().unwrap().to_owned();
        let edits = rows.matches("data-action=\"edit\"").count();
        let forms = ["id=\"add\"", "id=\"import\""].map(|id| page.contains(id));
        (
            edits,
            rows.matches("data-action=\"delete\"").count(),
            forms,
            page,
        )
    };
    for (name, admins, listing, edits) in [
        (None, "", &own, 0),
        (Some("duke"), "", &own, 1),
        (Some("root"), "root", &own, 4),
        (Some("duke"), "root", &others, 0),
    ] {
        for require_login in [false, true] {
            let rights = rights(name, admins, require_login);
            let (edit, delete, forms, page) = count(&rights, listing);
            assert_eq!((edit, delete), (edits, edits), "{name:?}");
            let may_add = name.is_some() || !require_login;
            assert_eq!(forms, [may_add, may_add], "{name:?} {require_login}");
            let account = format!("data-account=\"{}\"", name.unwrap_or_default());
            assert!(page.contains(&account), "{name:?}");
            assert_eq!(
                page.contains("data-changes=\"all\""),
                edits == 4,
                "{name:?}"
            );
            let leads_to_login = page.contains("href=\"/auth/login?next=%2F\"");
            assert_eq!(leads_to_login, name.is_none(), "{name:?}");
        }
    }
}

#[test]
fn a_word_that_may_not_be_changed_has_no_form() {
    let mut word = word(7, "ann");
    for (owner, is_nobody, want) in [
        (Some("ann"), true, "Is this word yours?"),
        (Some("ann"), false, "Only the person who added this word"),
        (None, false, "Nobody owns this word"),
    ] {
        word.owner = owner.map(str::to_owned);
        let page = Edit::closed(site(Language::English), &word, is_nobody);
        let page = page.render().unwrap();
        assert!(page.contains(want), "{page}");
        assert!(
            !page.contains("<form") && !page.contains("edit-page.js"),
            "{page}"
        );
        assert_eq!(page.contains("/auth/login?next="), is_nobody, "{page}");
        assert!(page.contains("<dd lang=\"en\">ann</dd>"), "{page}");
    }
}

#[test]
fn a_word_is_a_row_with_its_languages_and_its_tag() {
    let listing = listing(vec![word(7, "wake")], None, Some(1));
    let page = book(Language::Chinese, NEWEST, "", &listing);
    let row = page
        .split("<tr class=\"word\" id=\"word-7\"")
        .nth(1)
        .unwrap();
    let row = row.split("</tr>").next().unwrap();
    for part in [
        "lang=\"en\"",
        "lang=\"zh-CN\"",
        "data-etag=\"&#34;",
        "href=\"/words/7\"",
        "编辑“wake”",
    ] {
        assert!(row.contains(part), "{part}: {row}");
    }
}

#[test]
fn the_number_of_words_is_said() {
    for (q, total, want) in [
        ("", Some(0), ">0 words<"),
        ("", Some(1), ">1 word<"),
        ("", Some(12_345), ">12,345 words<"),
        ("wa", Some(1), ">1 match for “wa”<"),
        ("wa", Some(2), ">2 matches for “wa”<"),
        ("wa", None, ">More than 1,000 matches for “wa”<"),
    ] {
        let page = book(
            Language::English,
            NEWEST,
            q,
            &listing(vec![word(1, "wa")], None, total),
        );
        assert!(page.contains(want), "{want}");
    }
}

#[test]
fn pages_are_linked_with_what_is_searched_for() {
    let listing = listing(vec![word(7, "wake")], Some("7"), Some(90));
    let first = book(Language::English, NEWEST, "a b", &listing);
    assert!(
        first.contains("rel=\"next\" href=\"/?q=a%20b&#38;after=7\""),
        "{first}"
    );
    assert!(!first.contains("id=\"older\""));
    let which = PageRequest {
        limit: 5,
        after: Some(9),
    };
    let later = book(Language::English, which, "", &listing);
    assert!(later.contains("href=\"/?limit=5&#38;after=7\""), "{later}");
    assert!(
        later.contains("<p id=\"older\">") && later.contains("<a href=\"/?limit=5\">"),
        "{later}"
    );
}

#[test]
fn an_empty_list_says_why_it_is_empty() {
    let none = listing(Vec::new(), None, Some(0));
    let is_hidden = |page: &str, id: &str| {
        let tag = page.split(&format!("id=\"{id}\"")).nth(1).unwrap();
        tag.split('>').next().unwrap().contains(" hidden")
    };
    for (q, after, shown) in [
        ("", None, Some("empty-book")),
        ("wa", None, Some("empty-search")),
        ("", Some(1), None),
    ] {
        let page = book(Language::English, PageRequest { after, ..NEWEST }, q, &none);
        assert!(is_hidden(&page, "words"));
        for id in ["empty-book", "empty-search"] {
            assert_eq!(is_hidden(&page, id), shown != Some(id), "{q} {id}");
        }
    }
}
