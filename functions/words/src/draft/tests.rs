//! What is kept of a word, and what is refused.

use super::*;

fn draft(english: &str, chinese: &str, sentence_eng: &str, sentence_chi: &str) -> Draft {
    Draft {
        english: english.to_owned(),
        chinese: chinese.to_owned(),
        sentence_eng: sentence_eng.to_owned(),
        sentence_chi: sentence_chi.to_owned(),
    }
}

/// The draft as if all of its fields had been sent.
fn checked(draft: Draft) -> std::result::Result<Draft, Vec<(Field, Flaw)>> {
    let texts = Field::ALL.map(|field| Some(draft.get(field).to_owned()));
    Draft::default().with(texts)
}

#[test]
fn the_tutorials_parameters_are_stripped_and_lose_their_newlines() {
    let query = [
        ("english", "\u{3000}wake \n up\u{1c}"),
        ("chinese", "\n 唤\n醒\r\n"),
        ("sentence_eng", " \n"),
        ("sentence_chi", "a\n "),
    ];
    let got = Draft::from_args(&query.into_iter().collect()).unwrap();
    assert_eq!(got, draft("wake  up", "唤醒", "", "a"));
}

#[test]
fn a_missing_parameter_is_named() {
    for missing in Field::NAMES {
        let query = Field::NAMES
            .into_iter()
            .filter(|name| *name != missing)
            .map(|name| (name, ""))
            .collect();
        let error = Draft::from_args(&query).unwrap_err();
        assert_eq!(
            (error.status().as_u16(), error.fields()[0].field.as_str()),
            (400, missing)
        );
    }
}

#[test]
fn the_tutorials_parameters_have_the_limits_of_a_word() {
    let long = |words, sentences| {
        let texts = [words, words, sentences, sentences].map(|n| "唤".repeat(n));
        Draft::from_args(&Field::NAMES.into_iter().zip(texts).collect())
    };
    assert!(long(MAX_WORD_CHARS, MAX_SENTENCE_CHARS).is_ok());
    let error = long(MAX_WORD_CHARS, MAX_SENTENCE_CHARS + 1).unwrap_err();
    assert_eq!(error.status().as_u16(), 422);
    let errors = error.fields();
    let named: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(named, ["sentence_eng", "sentence_chi"]);
    assert_eq!(errors[0].detail, "must have at most 2000 characters");
    assert_eq!(long(MAX_WORD_CHARS + 1, 0).unwrap_err().fields().len(), 2);
}

#[test]
fn what_is_not_given_stays_as_it_is() {
    let kept = draft(" a\r", "", "\u{1}", "x");
    let texts = [None, None, None, Some(" y ".to_owned())];
    let got = kept.clone().with(texts).unwrap();
    assert_eq!(got, draft(" a\r", "", "\u{1}", "y"));
    let texts = [Some(String::new()), None, None, None];
    assert_eq!(
        kept.with(texts).unwrap_err(),
        [(Field::English, Flaw::Empty)]
    );
}

#[test]
fn a_sentence_of_an_export_keeps_its_carriage_returns() {
    let texts = |sentence: &str| ["a", "b", sentence, ""].map(|text| Some(text.to_owned()));
    for (sentence, want) in [
        ("one\rtwo", "one\rtwo"),
        (" one\r\ntwo\r", "one\ntwo"),
        ("one\r\r\n\rtwo\n\nthree", "one\n\rtwo\n\nthree"),
    ] {
        let got = Draft::default().with_exported(texts(sentence)).unwrap();
        assert_eq!(got, draft("a", "b", want, ""));
    }
    let word = ["a\rb", "c", "", ""].map(|text| Some(text.to_owned()));
    assert_eq!(
        Draft::default().with_exported(word).unwrap_err(),
        [(Field::English, Flaw::SeveralLines)]
    );
}

#[test]
fn what_is_right_is_tidied() {
    for (given, want) in [
        (
            draft(" wake ", "\u{3000}唤醒", "", ""),
            draft("wake", "唤醒", "", ""),
        ),
        (
            draft("a", "b", "one\r\ntwo\rthree\t!\n", " "),
            draft("a", "b", "one\ntwo\nthree\t!", ""),
        ),
        (
            draft(
                &"é".repeat(200),
                &"唤".repeat(200),
                &"é".repeat(2000),
                &"醒".repeat(2000),
            ),
            draft(
                &"é".repeat(200),
                &"唤".repeat(200),
                &"é".repeat(2000),
                &"醒".repeat(2000),
            ),
        ),
    ] {
        assert_eq!(checked(given).unwrap(), want);
    }
}

#[test]
fn every_flaw_is_listed() {
    use Field::*;
    for (given, want) in [
        (
            draft("", " \u{3000}", "", ""),
            vec![(English, Flaw::Empty), (Chinese, Flaw::Empty)],
        ),
        (
            draft(&"a".repeat(201), "b", &"a".repeat(2001), &"b".repeat(2001)),
            vec![
                (English, Flaw::TooLong),
                (SentenceEng, Flaw::TooLong),
                (SentenceChi, Flaw::TooLong),
            ],
        ),
        (
            draft("a\nb", "c\r\nd", "", ""),
            vec![(English, Flaw::SeveralLines), (Chinese, Flaw::SeveralLines)],
        ),
        (
            draft("a\0b", "c", "\u{1f}d", "e\u{85}f"),
            vec![
                (English, Flaw::ControlCharacter),
                (SentenceChi, Flaw::ControlCharacter),
            ],
        ),
    ] {
        assert_eq!(checked(given).unwrap_err(), want);
    }
}

#[test]
fn a_pair_is_the_same_apart_from_letter_case_and_what_surrounds_it() {
    let pair = |english, chinese| draft(english, chinese, "", "").pair();
    assert_eq!(pair(" Wake ", "唤醒"), pair("wake", "唤醒\u{3000}"));
    assert_ne!(pair("wake", "唤醒"), pair("wakeup", "唤醒"));
    assert_ne!(pair("wake up", ""), pair("wake", "up"));
}

#[test]
fn a_search_looks_in_each_field_and_not_across() {
    let folded = draft("Wake", "唤醒", "A\u{1f}B", "C\0").folded();
    assert_eq!(folded, "wake\u{1f}唤醒\u{1f}a b\u{1f}c \u{1f}\u{1f}");
}
