//! What programs write: the files in `tests/data/imports`, each named by its program and its encoding, with the words
//! that are in it beside, and how it was read where that was a choice.

use std::{fs, path::PathBuf};

use kit::Value;
use proptest::prelude::*;

use super::file::File;
use crate::{
    draft::{Draft, Field},
    export,
    word::Word,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/imports")
}

/// The words of a file, and its readings.
fn read(file: Vec<u8>) -> Result<(Vec<[String; 4]>, Vec<String>), String> {
    let file = File::parse(file.into()).map_err(|flaw| format!("{flaw:?}"))?;
    let readings = file.readings.iter().map(|reading| reading.token());
    let mut words = Vec::new();
    for line in file.lines().map_err(|flaw| format!("{flaw:?}"))? {
        let line = line.map_err(|flaw| format!("{flaw:?}"))?;
        let word = line
            .word
            .map_err(|flaws| format!("line {}: {flaws:?}", line.number))?;
        words.push(Field::ALL.map(|field| word.get(field).to_owned()));
    }
    Ok((words, readings.collect()))
}

fn wanted(json: &Value) -> (Vec<[String; 4]>, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let list =
        |value: &Value| -> Vec<String> { value.as_array().unwrap().iter().map(text).collect() };
    let words = json["words"].as_array().unwrap().iter();
    let words = words.map(|word| list(word).try_into().unwrap());
    (words.collect(), list(&json["readings"]))
}

#[test]
fn every_programs_file_is_read() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".want.json") {
            continue;
        }
        count += 1;
        let want = fs::read(folder().join(format!("{name}.want.json"))).unwrap();
        let want = wanted(&serde_json::from_slice(&want).unwrap());
        let got = read(fs::read(&path).unwrap());
        if got.as_ref() != Ok(&want) {
            wrong.push(format!("{name}\n  got  {got:?}\n  want {want:?}"));
        }
    }
    assert!(count > 40, "{count} files were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Words as the book has them: checked, or without a half as `/data` takes them.
fn words() -> impl Strategy<Value = Vec<Word>> {
    let word = || "['=+@#<&;,|\\[{\"a唤é -]{0,8}";
    let sentence =
        || "['=+@#<&;,|\\[{\"a唤é \t\n\r-]{0,12}|<b>x</b>&nbsp;|#html:true|sep=;|english";
    let draft = (word(), word(), sentence(), sentence()).prop_map(|texts| {
        let texts: [String; 4] = texts.into();
        let halves = texts[..2].iter().map(|text| text.trim().to_owned());
        let halves: Vec<String> = halves.collect();
        let [english, chinese] = [&halves[0], &halves[1]].map(Clone::clone);
        let draft = Draft {
            english,
            chinese,
            ..Draft::default()
        };
        let [_, _, sentence_eng, sentence_chi] = texts.map(Some);
        draft
            .with_exported([None, None, sentence_eng, sentence_chi])
            .unwrap()
    });
    let word = draft.prop_map(|draft| Word {
        id: 7,
        draft,
        created_at: "2024-01-01T00:00:00.000Z".to_owned(),
        updated_at: "2024-01-02T00:00:00.000Z".to_owned(),
        owner: Some("duke".to_owned()),
        owner_id: Some(1),
        version: 1,
    });
    prop::collection::vec(word, 0..40)
}

proptest! {
    #[test]
    fn our_exports_come_back_as_they_were(words in words()) {
        let fields = |word: &Word| Field::ALL.map(|field| word.draft.get(field).to_owned());
        let want: Vec<_> = words.iter().map(fields).collect();
        for file in export::as_files(&words) {
            prop_assert_eq!(read(file.clone().into_bytes()), Ok((want.clone(), vec![])), "{}", file);
        }
    }

    #[test]
    fn nothing_that_is_sent_is_more_than_refused(file in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(file);
    }

    #[test]
    fn nor_is_what_looks_like_a_file(
        file in "(sep=;\n|#html:true\n|\u{feff}|\\[\\{|\\{\"words\":)?([a唤;,\t\n\r\"#<>&\\[\\]{}:-]|english|中文| - ){0,60}"
    ) {
        let _ = read(file.into_bytes());
    }
}
