//! What became of a file.

use super::*;

#[test]
fn a_long_list_of_mistakes_ends_somewhere() {
    for (mistakes, rows, more) in [
        (1, 1, None),
        (200, 200, None),
        (1_201, 200, Some("And 1,001 more.")),
    ] {
        let page = Outcome::new(site(Language::English), Mode::Skip, &report(mistakes))
            .render()
            .unwrap();
        assert_eq!(page.matches("class=\"number\"").count(), rows);
        assert_eq!(page.contains("more."), more.is_some());
        assert!(more.is_none_or(|more| page.contains(more)), "{mistakes}");
        assert!(page.contains("1 word was imported."), "{page}");
    }
}

#[test]
fn a_refused_file_is_told_from_one_that_was_imported() {
    let outcome = |mode, report: &Report| {
        Outcome::new(site(Language::English), mode, report)
            .render()
            .unwrap()
    };
    let refused = outcome(Mode::Atomic, &report(2));
    assert!(refused.contains("data-refused=\"true\""), "{refused}");
    assert!(
        refused.contains("Please correct 2 mistakes first:"),
        "{refused}"
    );
    let imported = outcome(Mode::Atomic, &report(0));
    assert!(imported.contains("data-refused=\"false\""), "{imported}");
    assert!(outcome(Mode::Skip, &Report::default()).contains("The file has no words."));
    let missing = Refusal::Other(Error::MissingField("file".to_owned()));
    let why = Texts::in_language(Language::Chinese).refusal(&missing);
    let page = Outcome::refused(site(Language::Chinese), why.unwrap())
        .render()
        .unwrap();
    assert!(
        page.contains("请先选择文件。") && page.contains("data-refused=\"true\""),
        "{page}"
    );
}

#[test]
fn the_columns_that_the_form_names_are_read() {
    use futures::executor::block_on;

    for language in OFFERED {
        let texts = Texts::in_language(language);
        let labels = Field::ALL.map(|field| form::label(texts, field));
        let page = book(language, NEWEST, "", &listing(vec![], None, Some(0)));
        assert!(page.contains(&labels.join(texts.list_comma)), "{page}");
        let words = block_on(crate::store::Words::new(kit::db::TestDatabase::in_memory())).unwrap();
        // The other way round: it is the names that tell.
        let mut columns: Vec<_> = labels
            .into_iter()
            .zip(["wake", "唤醒", "I wake up.", "我醒来。"])
            .collect();
        columns.reverse();
        let (names, cells): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let file = format!("{}\n{}\n", names.join(","), cells.join(","));
        block_on(words.import(Mode::Atomic, file.into(), None)).unwrap();
        let word = block_on(words.get(1)).unwrap();
        assert_eq!(word.draft.sentence_chi, "我醒来。");
        assert_eq!(word.draft.english, "wake");
    }
}
