//! What programs write: the files in `tests/data/imports`, each named by its program and its encoding, with the words
//! that are in it beside, and how it was read where that was a choice.

use std::{fs, path::PathBuf};

use kit::Value;

use super::file::File;
use crate::draft::Field;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/imports")
}

/// The words of a file, and its readings.
fn read(file: Vec<u8>) -> Result<(Vec<[String; 4]>, Vec<String>), String> {
    let file = File::of(file.into()).map_err(|error| format!("{:?}", error.fields()))?;
    let readings = file.readings.iter().map(|reading| reading.token());
    let mut words = Vec::new();
    for line in file.lines().map_err(|error| error.to_string())? {
        let line = line.map_err(|error| error.to_string())?;
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
